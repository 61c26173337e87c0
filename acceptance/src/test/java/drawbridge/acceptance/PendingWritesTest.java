package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Writes that wait for an agent which was killed: nobody knows what became of them. */
@Timeout(240)
final class PendingWritesTest {
  private static final String AGENT = "agent-a";
  private static final String SLOW = "/orders/v1/order/1/slow-notes";
  private static final String NOTE = "{\"text\": \"held\"}";

  private static Stack stack;
  private static Connector connector;

  @BeforeAll
  static void start() throws Exception {
    stack = Stack.start(StackPlan.small().withRows(1_000), line -> {});
    connector = Connector.of(stack);
    Path site = PublicStack.site(stack);
    Path api = site.resolve("apis/orders-v1.yaml");
    Path policy = site.resolve("policy.yaml");
    Files.writeString(
        api,
        Files.readString(api)
            + """
              - name: AddSlowNote
                summary: A note that takes its time
                post: /order/{orderId}/slow-notes
                sql: |
                  insert into sales.notes (order_id, text)
                  select cast(:orderId as integer), cast(:text as text) from pg_sleep(200)
                parameters:
                  orderId: { type: integer, in: path }
                  text: { type: string, required: true }
            """);
    Files.writeString(
        policy,
        Files.readString(policy)
            .replace("orders/v1/GetOrder,", "orders/v1/GetOrder, orders/v1/AddSlowNote,"));
    await("the slow operation is known", () -> post(SLOW, "{}").statusCode() == 400);
  }

  @AfterAll
  static void stop() {
    connector.close();
    stack.close();
  }

  @Test
  void theNewIncarnationProvesTheOldOneDeadAndTheWriteIsAnsweredAtOnce() throws Exception {
    CompletableFuture<HttpResponse<byte[]>> held = held();
    long channels = channels();
    stack.kill(AGENT);
    assertFalse(held.isDone(), "nobody knows yet");
    stack.restart(AGENT);
    await("the new channel", () -> channels() > channels);
    long begun = System.nanoTime();
    unknown(held.get(20, TimeUnit.SECONDS));
    long millis = millis(begun);
    assertTrue(millis <= 1_500, () -> millis + " ms after the new channel");
    stack.awaitReady("gateway-1");
  }

  @Test
  void withoutOneItIsAnsweredByItsDeadlineOrByThePatienceWhicheverComesFirst() throws Exception {
    CompletableFuture<HttpResponse<byte[]>> patient = held();
    long sent = System.nanoTime();
    CompletableFuture<HttpResponse<byte[]>> hurried = held("Prefer", "wait=15");
    long killed = System.nanoTime();
    stack.kill(AGENT);
    try {
      unknown(hurried.get(30, TimeUnit.SECONDS));
      long deadline = millis(sent);
      assertTrue(deadline >= 14_900 && deadline <= 17_000, () -> "after " + deadline + " ms");
      assertFalse(patient.isDone(), "it has more time");
      unknown(patient.get(90, TimeUnit.SECONDS));
      long patience = millis(killed);
      assertTrue(patience >= 55_000 && patience <= 70_000, () -> "after " + patience + " ms");
    } finally {
      stack.restart(AGENT);
      stack.awaitReady("gateway-1");
    }
  }

  /** Returns when its statement runs. */
  private static CompletableFuture<HttpResponse<byte[]>> held(String... headers) throws Exception {
    long before = stack.database().sleepingStatements();
    CompletableFuture<HttpResponse<byte[]>> answer = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                answer.complete(post(SLOW, NOTE, headers));
              } catch (Exception e) {
                answer.completeExceptionally(e);
              }
            });
    await(
        "the statement runs", () -> stack.database().sleepingStatements() > before || said(answer));
    return answer;
  }

  /** Where it is answered already, the answer is the failure. */
  private static boolean said(CompletableFuture<HttpResponse<byte[]>> answer)
      throws InterruptedException, ExecutionException {
    try {
      HttpResponse<byte[]> early = answer.get(0, TimeUnit.SECONDS);
      throw new AssertionError(early.statusCode() + " " + text(early));
    } catch (TimeoutException e) {
      return false;
    }
  }

  private static HttpResponse<byte[]> post(String path, String body, String... headers)
      throws Exception {
    String[] all = new String[headers.length + 2];
    all[0] = "Content-Type";
    all[1] = "application/json";
    System.arraycopy(headers, 0, all, 2, headers.length);
    return connector.send("POST", path, body, all);
  }

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  private static void unknown(HttpResponse<byte[]> answer) {
    assertEquals(409, answer.statusCode(), () -> text(answer));
    assertTrue(text(answer).contains("outcome-unknown"), () -> text(answer));
    assertTrue(answer.headers().firstValue("Retry-After").isEmpty(), "it must not be sent again");
  }

  /** That the gateway has seen an agent's certificate on. */
  private static long channels() throws Exception {
    return Files.readString(stack.log("gateway-1"))
        .lines()
        .filter(line -> line.contains("secured with"))
        .count();
  }

  private static long millis(long since) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(String what, Condition condition) throws Exception {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.holds()) {
      assertTrue(System.nanoTime() - until < 0, "never: " + what);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }
}
