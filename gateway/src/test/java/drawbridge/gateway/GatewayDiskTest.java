package drawbridge.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import drawbridge.audit.AuditFolder;
import drawbridge.audit.Query;
import drawbridge.audit.Verdict;
import drawbridge.certs.SampleFiles;
import drawbridge.certs.SampleKey;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The disk under the gateway's own audit log fills up, turns read-only or does not answer: callers
 * hear of it in time, somebody is told, and it heals by itself. An ext4 of eight megabytes in a
 * file, which only root may mount.
 */
@Timeout(120)
final class GatewayDiskTest {
  private static final Duration FAULT = Duration.ofSeconds(2);
  private static final String PATH = "/orders/v1/customers/4711/orders";
  private static final String ALARM = "drawbridge_alarms_total{kind=\"audit-not-written\"} ";

  @TempDir Path folder;
  private Path disk = Path.of("");
  private boolean mounted;
  private Stage stage;

  @BeforeEach
  void start() throws Exception {
    Path image = folder.resolve("disk.img");
    disk = Files.createDirectory(folder.resolve("disk"));
    assumeTrue(
        run("truncate", "-s", "8M", image.toString()) && run("mkfs.ext4", "-q", image.toString()),
        "mkfs.ext4 (e2fsprogs)");
    mounted = run("mount", "-o", "loop", image.toString(), disk.toString());
    assumeTrue(mounted, "only root may mount a file system");
    SampleFiles.key(folder.resolve("audit.key"), SampleKey.ED25519.generate().getPrivate());
    stage =
        new Stage(
            folder,
            """
            audit: { folder: disk/audit, key: audit.key, segment: 1MB }
            sites: { plant-1: { agents: [agent-a], apis: [orders] } }
            """);
    stage.agent("plant-1", "agent-a", "orders");
    assertEquals(200, stage.get(PATH).statusCode());
  }

  @AfterEach
  void stop() throws Exception {
    if (mounted) {
      run("fsfreeze", "-u", disk.toString());
    }
    if (stage != null) {
      stage.close();
    }
    if (mounted) {
      run("umount", "-l", disk.toString());
    }
  }

  private static boolean run(String... command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private int status(String path) {
    try {
      return stage.get(path).statusCode();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private String privately(String path) {
    try {
      return stage.privately(path).body();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Every answer comes in time, health and metrics tell of it, and nothing is asked of agents. */
  private void refused() throws Exception {
    long from = System.nanoTime();
    HttpResponse<String> refused = stage.get(PATH);
    Duration took = Duration.ofNanos(System.nanoTime() - from);
    assertEquals(503, refused.statusCode());
    assertEquals("audit-unavailable", refused.headers().firstValue("x-ms-error-code").orElse(""));
    assertTrue(took.compareTo(FAULT) < 0, "the fault came after " + took);
    assertEquals(503, stage.privately("/readyz").statusCode());
    assertTrue(privately("/healthz").contains("audit log cannot be written"));
    Stage.until(() -> privately("/metrics").contains(ALARM + "1.0"));
  }

  private void heals() throws Exception {
    Stage.until(() -> status(PATH) == 200);
    Stage.until(() -> stage.privately2xx("/readyz", "\"audit\":true"));
    assertFalse(privately("/healthz").contains("audit log cannot be written"));
    HttpResponse<String> after = stage.get(PATH);
    String call = after.headers().firstValue("x-ms-request-id").orElseThrow();
    stage.gateway.close();
    AuditFolder log = AuditFolder.of(disk.resolve("audit"));
    Verdict verdict = log.verify(List.of(), List.of());
    assertInstanceOf(Verdict.Consistent.class, verdict, verdict.toString());
    assertEquals(2, log.find(Query.builder().any(call, "call").build(), 10).size());
  }

  @Test
  void aFullDisk() throws Exception {
    Path filler = disk.resolve("filler");
    assertFalse(run("dd", "if=/dev/zero", "of=" + filler, "bs=1k"), "no room is left");
    // What is left of the last block of the open file is used up first.
    Stage.until(() -> status(PATH) == 503);
    refused();
    Files.delete(filler);
    heals();
  }

  @Test
  void aReadOnlyDisk() throws Exception {
    String path = disk.toString();
    assumeTrue(
        run("mount", "-o", "bind", path, path) && run("mount", "-o", "remount,bind,ro", path),
        "a read-only bind mount");
    // A file that is open may be written on; the next one can't be made. Refusals fill it.
    String nothing = "/nothing/v1/" + "x".repeat(400);
    while (status(PATH) == 200) {
      for (int i = 0; i < 100; i++) {
        status(nothing);
      }
    }
    refused();
    Stage.until(
        () -> {
          try {
            return run("umount", path);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
    heals();
  }

  @Test
  void aDiskThatDoesNotAnswer() throws Exception {
    assumeTrue(run("fsfreeze", "-f", disk.toString()), "fsfreeze (util-linux)");
    long from = System.nanoTime();
    // Nobody waits for a record here, so it is the writer's silence that tells.
    Stage.until(() -> status(PATH) == 503);
    Duration took = Duration.ofNanos(System.nanoTime() - from);
    assertTrue(took.compareTo(Duration.ofSeconds(5)) < 0, "noticed after " + took);
    refused();
    assertTrue(run("fsfreeze", "-u", disk.toString()));
    heals();
  }
}
