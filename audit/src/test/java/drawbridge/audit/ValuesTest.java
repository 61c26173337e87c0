package drawbridge.audit;

import static drawbridge.audit.AuditFiles.about;
import static drawbridge.audit.AuditFiles.ok;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ValuesTest {
  @TempDir Path temp;
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-03-01T00:00:00Z"));

  private ValueKeys keys() throws Exception {
    return ValueKeys.open(temp.resolve("keys"), Duration.ofDays(30), now::get);
  }

  private List<Path> files() throws Exception {
    try (Stream<Path> files = Files.list(temp.resolve("keys"))) {
      return files.sorted().toList();
    }
  }

  private static AuditRecord call(String id, ValueKeys keys, String value) {
    ValueKeys.Hashes hashes = keys.hashes();
    return AuditRecord.call(
        about(
            id,
            "orders/v1/FindOrders",
            List.of(hashes.hashed("customerId", value), Recorded.clear("since", "2026-01-01")),
            hashes.key()),
        ok().told(List.of(hashes.hashed("id", "o-" + value)), false, ""));
  }

  private List<String> found(Path folder, String value) throws Exception {
    ValueKeys keys = ValueKeys.read(temp.resolve("keys"));
    return AuditFolder.of(folder)
        .find(Query.builder().argument("customerId", value, keys).build(), 100)
        .stream()
        .map(one -> one.line().replaceAll(".*\"call\":\"(.*?)\".*", "$1"))
        .toList();
  }

  @Test
  void aHashIsWhatThePageSaysItIs() throws Exception {
    String hash = keys().hashes().hashed("customerId", "4711").text();
    byte[] secret = Base64.getDecoder().decode(Files.readString(files().getFirst()).strip());
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret, "HmacSHA256"));
    byte[] whole = mac.doFinal("customerId\0004711".getBytes(UTF_8));
    assertEquals(
        Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(whole, 16)), hash);
    assertNotEquals(hash, keys().hashes().hashed("other", "4711").text());
  }

  @Test
  void valuesAreFoundOverRotationsUntilTheirKeyIsDestroyed() throws Exception {
    Path folder = temp.resolve("audit");
    ValueKeys keys = keys();
    try (AuditLog log = AuditFiles.open(folder)) {
      log.record(call("march", keys, "4711"));
      now.set(Instant.parse("2026-04-05T00:00:00Z"));
      log.record(call("april", keys, "4711"));
      log.record(call("other", keys, "4712"));
    }
    assertEquals(2, files().size(), "a key of thirty days is followed by another");
    assertEquals(List.of("march", "april"), found(folder, "4711"));
    assertFalse(Files.readString(SegmentFiles.in(folder).getFirst().lines()).contains("4711"));
    assertEquals(
        1,
        AuditFolder.of(folder)
            .find(
                Query.builder().key("id", "o-4712", ValueKeys.read(temp.resolve("keys"))).build(),
                9)
            .size());
    Files.delete(files().getFirst());
    assertEquals(List.of("april"), found(folder, "4711"), "nobody can tell any more");
    Verdict verdict = AuditFolder.of(folder).verify(List.of(AuditFiles.KEY.verifier()), List.of());
    assertTrue(verdict instanceof Verdict.Consistent, "and the log is whole");
  }

  @Test
  void aKeyWhoseFileIsGoneIsNotUsedAnyMore() throws Exception {
    ValueKeys keys = keys();
    String before = keys.hashes().key();
    Files.delete(files().getFirst());
    now.updateAndGet(time -> time.plusSeconds(60));
    assertNotEquals(before, keys.hashes().key());
  }

  @Test
  void aDiskThatHangsHoldsNoCallUp() throws Exception {
    ValueKeys keys = keys();
    String before = keys.hashes().key();
    // Whoever reads a pipe waits until somebody writes.
    Path pipe = temp.resolve("keys").resolve("20200101T000000-0000.key");
    assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "named pipes");
    now.updateAndGet(time -> time.plusSeconds(60));
    long from = System.nanoTime();
    assertEquals(before, keys.hashes().key());
    assertEquals(before, keys.hashes().key());
    long took = Duration.ofNanos(System.nanoTime() - from).toMillis();
    assertTrue(took < 1_500, "it took ms: " + took);
    Files.newOutputStream(pipe).close();
  }
}
