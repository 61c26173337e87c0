package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.certs.SampleAuthority;
import drawbridge.certs.SampleKey;
import drawbridge.certs.SampleLeaf;
import drawbridge.certs.SampleRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an admin changes of certificates while calls run: no program is started again. */
@Timeout(240)
final class RotationTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final SampleAuthority next =
      new SampleAuthority(
          "Relay CA 2",
          SampleKey.P256,
          Instant.now().minusSeconds(60),
          Instant.now().plus(20, ChronoUnit.DAYS));

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(String what, Condition condition) throws Exception {
    Instant until = Instant.now().plus(PATIENCE);
    while (!condition.holds()) {
      assertTrue(Instant.now().isBefore(until), "never: " + what);
      LockSupport.parkNanos(20_000_000);
    }
  }

  /** As a whole, as an admin's tools do it. */
  private static void replace(Path file, String text) throws IOException {
    Path draft = Files.writeString(file.resolveSibling(file.getFileName() + ".draft"), text);
    Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
  }

  private SampleLeaf renew(Stack stack, int days) throws IOException {
    SampleLeaf leaf =
        next.issue(
            SampleRequest.agent("plant-1", "agent-a")
                .withKey(SampleKey.P256)
                .withValidity(
                    Instant.now().minusSeconds(60),
                    Instant.now().plus(days, ChronoUnit.DAYS).plusSeconds(600)));
    Path renewed = stack.certificate("agent-a.pem").resolveSibling("renewed");
    leaf.write(renewed, "agent-a");
    for (String file : new String[] {"agent-a.pem", "agent-a.key"}) {
      Files.move(
          renewed.resolve(file), stack.certificate(file), StandardCopyOption.REPLACE_EXISTING);
    }
    return leaf;
  }

  private void publish(Stack stack, String first) throws IOException {
    Path mine = stack.folder().resolve("next.crl");
    next.writeCrl(mine);
    replace(stack.certificate("relay.crl"), first + Files.readString(mine));
  }

  private static String health(Stack stack) throws Exception {
    return PrivatePort.get(stack.privateGateway("gateway-1").resolve("/healthz"));
  }

  @Test
  void aNewCaAndANewCertificateDropNoCallAndARevokedOneEndsItsChannel() throws Exception {
    try (Stack stack = Stack.start(StackPlan.small().withRows(100), line -> {});
        Connector connector = Connector.of(stack)) {
      Files.createDirectories(stack.certificate("renewed"));
      String crl = Files.readString(stack.certificate("relay.crl"));
      Set<Integer> statuses = new ConcurrentSkipListSet<>();
      AtomicInteger answered = new AtomicInteger();
      AtomicBoolean enough = new AtomicBoolean();
      CompletableFuture<Void> calls = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  while (!enough.get()) {
                    statuses.add(connector.get(Showing.ALLOWED).statusCode());
                    answered.incrementAndGet();
                  }
                  calls.complete(null);
                } catch (IOException | InterruptedException e) {
                  calls.completeExceptionally(e);
                }
              });
      CompletableFuture<Integer> running = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  running.complete(connector.get("/orders/v1/wait/20").statusCode());
                } catch (IOException | InterruptedException e) {
                  running.completeExceptionally(e);
                }
              });

      // A second CA beside the first, its CRL, and a certificate of it: health tells its days.
      Path ca = stack.folder().resolve("next.pem");
      next.writeCertificate(ca);
      replace(
          stack.certificate("relay-ca.pem"),
          Files.readString(stack.certificate("relay-ca.pem")) + Files.readString(ca));
      publish(stack, crl);
      SampleLeaf leaf = renew(stack, 9);
      await("the new days", () -> health(stack).contains("\"certificateDays\":9"));
      assertEquals(200, running.get(60, TimeUnit.SECONDS), "the call under way");
      enough.set(true);
      calls.get(60, TimeUnit.SECONDS);
      assertEquals(Set.of(200), statuses);
      assertTrue(answered.get() > 50, "calls in that time: " + answered);
      await("its record", () -> recorded(stack.audit("agent-a"), "certificate"));

      // The channel that is open was made with the first one; the next is made with the second.
      stack.stop("gateway-1");
      stack.restart("gateway-1");
      stack.awaitReady("gateway-1");
      assertEquals(200, connector.get(Showing.ALLOWED).statusCode());

      long from = System.nanoTime();
      next.revoke(leaf.certificate(), Instant.now());
      publish(stack, crl);
      await(
          "the end of the channel",
          () -> Files.readString(stack.log("gateway-1")).contains("is no longer trusted: REVOKED"));
      Duration took = Duration.ofNanos(System.nanoTime() - from);
      assertTrue(took.toSeconds() < 15, "it took " + took);
      await("no agent", () -> connector.get(Showing.ALLOWED).statusCode() == 503);

      renew(stack, 8);
      await("an agent again", () -> connector.get(Showing.ALLOWED).statusCode() == 200);
    }
  }

  private static boolean recorded(Path log, String kind) throws IOException {
    try (Stream<Path> files = Files.list(log)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".jsonl")).toList()) {
        if (Files.readString(file).contains("\"kind\":\"" + kind + "\"")) {
          return true;
        }
      }
    }
    return false;
  }
}
