package drawbridge.audit;

import static drawbridge.audit.AuditFiles.about;
import static drawbridge.audit.AuditFiles.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Ships records to a real rsyslog by TLS, also over its absence. */
class SyslogTest {
  private static final Pattern SEQ =
      Pattern.compile("drawbridge@32473 log=\"audit\" seq=\"(\\d+)\"");

  @TempDir Path temp;
  private @Nullable Process rsyslog;
  private int port;

  @BeforeEach
  void files() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/sbin/rsyslogd")), "rsyslog is not installed");
    boolean tls =
        Files.exists(Path.of("/usr/lib/x86_64-linux-gnu/rsyslog/lmnsd_gtls.so"))
            || Files.exists(Path.of("/usr/lib/aarch64-linux-gnu/rsyslog/lmnsd_gtls.so"));
    assumeTrue(tls, "rsyslog-gnutls is not installed");
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    // GnuTLS does not read the EC keys that the JDK writes.
    Process openssl =
        new ProcessBuilder(
                List.of(
                    "openssl",
                    "req",
                    "-x509",
                    "-newkey",
                    "rsa:2048",
                    "-nodes",
                    "-days",
                    "2",
                    "-subj",
                    "/CN=siem",
                    "-addext",
                    "subjectAltName=DNS:localhost",
                    "-keyout",
                    temp + "/siem.key",
                    "-out",
                    temp + "/siem.pem"))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assumeTrue(openssl.waitFor() == 0, "openssl is not installed");
    Files.copy(temp.resolve("siem.pem"), temp.resolve("ca.pem"));
    Files.writeString(
        temp.resolve("rsyslog.conf"),
        """
        global(workDirectory="%1$s" net.enabledns="off")
        %2$s
        template(name="raw" type="string" string="%%rawmsg%%\\n")
        action(type="omfile" file="%1$s/received" template="raw" asyncWriting="off" flushOnTXEnd="on")
        """
            .formatted(temp, guide()));
  }

  /** What docs/audit.md gives for it, with this test's files and port. */
  private String guide() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "audit.md"));
    Matcher block = Pattern.compile("(?ms)^```\\n(global\\(.*?)^```").matcher(page);
    assertTrue(block.find(), "docs/audit.md has the settings of rsyslog");
    return block
        .group(1)
        .replaceAll("\"((?:ca|siem)\\.\\w+)\"", "\"" + temp + "/$1\"")
        .replace("port=\"6514\"", "port=\"" + port + "\" address=\"127.0.0.1\"");
  }

  private void up() throws IOException {
    rsyslog =
        new ProcessBuilder(
                "/usr/sbin/rsyslogd", "-n", "-f", temp + "/rsyslog.conf", "-i", temp + "/pid")
            .redirectErrorStream(true)
            .redirectOutput(temp.resolve("rsyslog.out").toFile())
            .start();
  }

  @AfterEach
  void down() throws Exception {
    if (rsyslog != null) {
      rsyslog.destroy();
      if (!rsyslog.waitFor(10, TimeUnit.SECONDS)) {
        rsyslog.destroyForcibly();
      }
    }
  }

  private Set<Long> received() {
    Set<Long> numbers = new TreeSet<>();
    Path file = temp.resolve("received");
    try {
      if (Files.exists(file)) {
        for (String line : Files.readAllLines(file)) {
          Matcher seq = SEQ.matcher(line);
          if (seq.find() && line.contains("\"kind\":")) {
            numbers.add(Long.valueOf(seq.group(1)));
          }
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return numbers;
  }

  private void await(BooleanSupplier holds) throws IOException {
    long until = System.nanoTime() + Duration.ofSeconds(40).toNanos();
    while (!holds.getAsBoolean()) {
      assertTrue(
          System.nanoTime() - until < 0, () -> "received " + received().size() + "; " + said());
      LockSupport.parkNanos(20_000_000);
    }
  }

  private String said() {
    try {
      return Files.readString(temp.resolve("rsyslog.out"));
    } catch (IOException e) {
      return "nothing";
    }
  }

  private void calls(AuditLog log, String name, int count) throws AuditUnavailable {
    for (int i = 0; i < count; i++) {
      log.record(AuditRecord.call(about(name + i), ok()));
    }
  }

  private AuditLog open() throws IOException {
    return open(1 << 20);
  }

  private AuditLog open(long segmentBytes) throws IOException {
    Path folder = temp.resolve("audit");
    return AuditLog.open(
        new AuditSettings(
            folder,
            AuditFiles.KEY,
            segmentBytes,
            true,
            Duration.ZERO,
            temp.resolve("values"),
            Duration.ofDays(30),
            Optional.of(
                new SyslogSettings(
                    "localhost",
                    port,
                    temp.resolve("ca.pem"),
                    Optional.empty(),
                    Optional.empty()))));
  }

  @Test
  void nothingIsLostWhenTheReceiverIsDownAndComesBackAndTheLogRestarts() throws Exception {
    try (AuditLog log = open()) {
      calls(log, "before", 50); // nobody listens yet
      up();
      await(() -> received().size() >= 51);
      down();
      calls(log, "meanwhile", 100);
      up();
      await(() -> received().size() >= 151);
      // The very one that is under way when it is killed counts too.
      Process running = rsyslog;
      if (running != null) {
        calls(log, "killed", 50);
        running.destroyForcibly().waitFor();
      }
      calls(log, "after", 50);
      up();
      long size = 251;
      await(() -> received().size() >= size);
    }
    try (AuditLog log = open()) {
      calls(log, "restarted", 10);
      await(() -> received().size() >= log.checkpoint().size() && log.checkpoint().size() > 260);
      Set<Long> all = received();
      for (long seq = 1; seq <= log.checkpoint().size(); seq++) {
        assertTrue(all.contains(seq), "record " + seq + " is missing");
      }
      String first = Files.readAllLines(temp.resolve("received")).getFirst();
      assertTrue(first.startsWith("<110>1 20"), first);
    }
    List<Checkpoint> anchors = Anchors.read(temp.resolve("received"));
    assertTrue(anchors.size() > 2, "checkpoints are shipped too");
    Verdict verdict =
        AuditFolder.of(temp.resolve("audit"))
            .verify(
                List.of(AuditFiles.KEY.verifier()),
                anchors.stream().map(one -> new Verdict.Anchor("siem", one)).toList());
    assertInstanceOf(Verdict.Anchored.class, verdict, verdict.toString());
    assertEquals("siem", ((Verdict.Anchored) verdict).place());
  }

  /** The log is the spool, so what happens to its files must not matter. */
  @Test
  void nothingIsLostWhenSegmentsAreClosedAndCompressedWhileTheReceiverIsDown() throws Exception {
    Path folder = temp.resolve("audit");
    try (AuditLog log = open(20_000)) {
      up();
      calls(log, "before", 10);
      await(() -> received().size() >= 11);
      down();
      calls(log, "first", 200);
      Housekeeping housekeeping =
          new Housekeeping(log, folder, true, Duration.ZERO, InstantSource.system());
      housekeeping.tidy();
      calls(log, "second", 200);
      housekeeping.tidy();
    }
    List<SegmentFiles> segments = SegmentFiles.in(folder);
    assertTrue(segments.size() > 5, segments.toString());
    assertTrue(
        segments.stream().filter(one -> Files.exists(one.compressed())).count() > 4,
        "most of what waits is compressed");
    try (AuditLog log = open(20_000)) {
      up();
      // Compressed and ended while it is being shipped, too.
      calls(log, "third", 200);
      new Housekeeping(log, folder, true, Duration.ZERO, InstantSource.system()).tidy();
      await(() -> log.checkpoint().size() > 620 && received().size() >= log.checkpoint().size());
      long written = log.checkpoint().size();
      Set<Long> all = received();
      for (long seq = 1; seq <= written; seq++) {
        assertTrue(all.contains(seq), "record " + seq + " is missing");
      }
      String received = Files.readString(temp.resolve("received"));
      for (long seq = 1; seq <= written; seq += 13) {
        assertTrue(received.contains(log.reader().line(seq)), "record " + seq + " as it is");
      }
    }
  }

  /** Fifty records a second, all the time. */
  @Test
  @EnabledIfSystemProperty(
      named = "drawbridge.long",
      matches = "true",
      disabledReason = "takes more than ten minutes: drawbridge test --long")
  void nothingIsLostWhenTheReceiverIsDownForTenMinutes() throws Exception {
    try (AuditLog log = open()) {
      calls(log, "before", 50);
      up();
      await(() -> received().size() >= 51);
      down();
      long until = System.nanoTime() + Duration.ofMinutes(10).toNanos();
      while (System.nanoTime() - until < 0) {
        calls(log, "meanwhile", 50);
        LockSupport.parkNanos(1_000_000_000);
      }
      long written = log.checkpoint().size();
      assertTrue(written > 20_000, "only " + written + " records");
      long from = System.nanoTime();
      up();
      await(() -> received().size() >= written);
      System.out.printf(
          "syslog: %,d records waited for ten minutes and arrived within %.1f s%n",
          written, (System.nanoTime() - from) / 1e9);
      Set<Long> all = received();
      for (long seq = 1; seq <= written; seq++) {
        assertTrue(all.contains(seq), "record " + seq + " is missing");
      }
    }
  }
}
