package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a network, or an attacker in its middle, does to the running programs. */
@Timeout(180)
final class BadDayTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static Stack stack;
  private static Connector connector;

  @BeforeAll
  static void start() throws Exception {
    stack = Stack.start(StackPlan.small().withRows(20_000), line -> {});
    connector = Connector.of(stack);
  }

  @AfterAll
  static void stop() {
    connector.close();
    stack.close();
  }

  @AfterEach
  void calm() throws Exception {
    stack.control("/normal");
  }

  @Test
  void droppedConnectionsArePausesAndNoCallFails() throws Exception {
    List<CompletableFuture<Integer>> answers = new ArrayList<>();
    for (int round = 0; round < 5; round++) {
      for (int i = 0; i < 20; i++) {
        int order = 1 + round * 20 + i;
        answers.add(status("/orders/v1/order/" + order));
      }
      stack.control("/drop?all");
      answers.add(status(Showing.ALLOWED));
      assertEquals(200, answers.getLast().get(60, TimeUnit.SECONDS), "after a drop");
    }
    for (CompletableFuture<Integer> answer : answers) {
      assertEquals(200, answer.get(60, TimeUnit.SECONDS));
    }
  }

  @Test
  void lostRepeatedAndReorderedMessagesAreNotNoticed() throws Exception {
    stack.control("/behaviour?lose=0.05&repeat=0.05&reorder=0.05&seed=11");
    List<CompletableFuture<Integer>> answers = new ArrayList<>();
    for (int i = 1; i <= 100; i++) {
      answers.add(status("/orders/v1/order/" + i));
    }
    for (CompletableFuture<Integer> answer : answers) {
      assertEquals(200, answer.get(60, TimeUnit.SECONDS));
    }
    assertEquals(20_000, connector.stream("/orders/v1/orders").lines());
  }

  @Test
  void aChangedByteEndsTheChannelAsASecurityEventAndNoCallGetsIt() throws Exception {
    String whole = connector.get(Showing.ALLOWED).body();
    long before = securityEvents();
    stack.control("/behaviour?corrupt=0.3&seed=5");
    Instant until = Instant.now().plus(PATIENCE);
    while (securityEvents() == before && Instant.now().isBefore(until)) {
      var answer = attempt(Showing.ALLOWED);
      if (answer.startsWith("200 ")) {
        assertEquals("200 " + whole, answer, "an answer that was accepted is the true one");
      }
    }
    assertTrue(securityEvents() > before, "the audit log has no security event");
    stack.control("/normal");
    while (!attempt(Showing.ALLOWED).equals("200 " + whole)) {
      assertTrue(Instant.now().isBefore(until.plus(PATIENCE)), "the bridge does not come back");
    }
  }

  @Test
  void aCallerWhoHangsUpCancelsTheStatement() throws Exception {
    try (Connector impatient = Connector.of(stack)) {
      CompletableFuture<Object> begun = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  begun.complete(impatient.get("/orders/v1/wait/60"));
                } catch (IOException | InterruptedException e) {
                  begun.complete(e);
                }
              });
      await(() -> stack.database().sleepingStatements() == 1, "the statement runs");
      impatient.close(); // hangs up
      begun.get(20, TimeUnit.SECONDS);
    }
    await(() -> stack.database().sleepingStatements() == 0, "the statement is cancelled");
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(Condition condition, String what) throws Exception {
    Instant until = Instant.now().plusSeconds(30);
    while (!condition.holds()) {
      assertTrue(Instant.now().isBefore(until), "never: " + what);
    }
  }

  /** Status and body, or what went wrong: a broken channel may fail a call, never change it. */
  private static String attempt(String path) throws InterruptedException {
    try {
      var answer = connector.get(path);
      return answer.statusCode() + " " + answer.body();
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static CompletableFuture<Integer> status(String path) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return connector.get(path).statusCode();
          } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
          }
        },
        run -> Thread.ofVirtual().start(run));
  }

  private static long securityEvents() throws IOException {
    long count = 0;
    try (Stream<Path> files = Files.list(stack.audit("agent-a"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".jsonl")).toList()) {
        for (String line : Files.readAllLines(file)) {
          count += line.contains("\"kind\":\"security\"") ? 1 : 0;
        }
      }
    }
    return count
        + Files.readString(stack.log("gateway-1"))
            .lines()
            .filter(l -> l.contains("security event"))
            .count();
  }
}
