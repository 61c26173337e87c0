package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The disk under the audit log of a running agent fills up, turns read-only, goes away, or does not
 * answer: callers hear of it in time, nothing runs, somebody is told, and it heals by itself. The
 * disk is an ext4 of eight megabytes in a file, which only root may mount.
 */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BrokenDiskTest {
  /** From the request to the last byte of the answer, through the whole bridge. */
  private static final Duration FAULT = Duration.ofSeconds(2);

  private static final Duration HEALED = Duration.ofSeconds(30);
  private static final String NOTE = "/orders/v1/order/1/notes";

  private Path temp;
  private Path disk;
  private boolean mounted;
  private Stack stack;
  private Connector connector;
  private int notes;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    temp = folder;
    Path image = temp.resolve("disk.img");
    disk = Files.createDirectory(temp.resolve("disk"));
    assumeTrue(
        run("truncate", "-s", "8M", image.toString()) && run("mkfs.ext4", "-q", image.toString()),
        "mkfs.ext4 (e2fsprogs)");
    mounted = run("mount", "-o", "loop", image.toString(), disk.toString());
    assumeTrue(mounted, "only root may mount a file system");
    stack = Stack.start(StackPlan.small().withRows(100), line -> {});
    Path config = stack.configuration("agent-a");
    stack.stop("agent-a");
    Files.writeString(
        config,
        Files.readString(config)
            .replace(
                "audit: { folder: " + stack.audit("agent-a"),
                "audit: { folder: " + disk.resolve("audit") + ", segment: 1MB"));
    stack.restart("agent-a");
    stack.awaitReady("gateway-1");
    connector = Connector.of(stack);
    assertEquals(200, connector.get(Showing.ALLOWED).statusCode());
    assertTrue(Files.isDirectory(disk.resolve("audit")));
  }

  @AfterAll
  void stop() throws Exception {
    if (connector != null) {
      connector.close();
    }
    if (stack != null) {
      stack.close();
    }
    if (mounted) {
      run("umount", "-l", disk.toString());
    }
  }

  @AfterEach
  void healed() throws Exception {
    run("fsfreeze", "-u", disk.toString());
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

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(String what, Condition condition) throws Exception {
    Instant until = Instant.now().plus(HEALED);
    while (!condition.holds()) {
      assertTrue(Instant.now().isBefore(until), "never: " + what);
      LockSupport.parkNanos(20_000_000);
    }
  }

  /** Reads and changes are refused in time, nothing is changed, and health says why. */
  private void refused() throws Exception {
    for (boolean change : new boolean[] {false, true}) {
      Duration took = refused(change);
      for (int again = 0; again < 2 && took.compareTo(FAULT) >= 0; again++) {
        took = refused(change); // the machine may have been busy with others
      }
      assertTrue(took.compareTo(FAULT) < 0, "the fault came after " + took);
    }
    assertEquals(notes, count(), "nothing ran");
    await("health of the gateway tells of it", () -> health().contains("audit log cannot be"));
  }

  private Duration refused(boolean change) throws Exception {
    long from = System.nanoTime();
    HttpResponse<?> answer = change ? note() : connector.get(Showing.ALLOWED);
    Duration took = Duration.ofNanos(System.nanoTime() - from);
    assertEquals(503, answer.statusCode(), took + " " + answer.body());
    assertEquals("audit-unavailable", answer.headers().firstValue("x-ms-error-code").orElse(""));
    return took;
  }

  private HttpResponse<byte[]> note() throws Exception {
    return connector.send("POST", NOTE, "{\"text\":\"x\"}", "Content-Type", "application/json");
  }

  private String health() throws Exception {
    return PrivatePort.get(stack.privateGateway("gateway-1").resolve("/healthz"));
  }

  private void heals() throws Exception {
    await("calls again", () -> connector.get(Showing.ALLOWED).statusCode() == 200);
    assertEquals(2, note().statusCode() / 100);
    assertEquals(++notes, count());
    await("health is well again", () -> !health().contains("audit log cannot be"));
  }

  private int count() throws Exception {
    try (Connection database = stack.database().connect();
        Statement statement = database.createStatement();
        ResultSet one = statement.executeQuery("select count(*) from sales.notes")) {
      assertTrue(one.next());
      return one.getInt(1);
    }
  }

  @Test
  void aFullDisk() throws Exception {
    Path filler = disk.resolve("filler");
    assertFalse(run("dd", "if=/dev/zero", "of=" + filler, "bs=1k"), "no room is left");
    // What is left of the last block of the open file is used up first.
    await(
        "refusal",
        () -> {
          int refused = 0;
          while (refused < 3 && connector.get(Showing.ALLOWED).statusCode() == 503) {
            refused++;
          }
          return refused == 3;
        });
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
    // A file that is open may be written on; the next one can't be made.
    AtomicBoolean unavailable = new AtomicBoolean();
    try (ExecutorService all = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      for (int t = 0; t < 32; t++) {
        running.add(
            all.submit(
                () -> {
                  for (int i = 0; i < 500 && !unavailable.get(); i++) {
                    if (connector.get(Showing.ALLOWED).statusCode() == 503) {
                      unavailable.set(true);
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> one : running) {
        one.get();
      }
    }
    assertTrue(unavailable.get(), "no call was refused");
    refused();
    await("writable again", () -> run("umount", path));
    heals();
  }

  @Test
  void aDiskThatVanishes() throws Exception {
    Path elsewhere = Files.createDirectories(temp.resolve("elsewhere"));
    assumeTrue(run("mount", "--move", disk.toString(), elsewhere.toString()), "mounts that move");
    refused();
    assertTrue(run("mount", "--move", elsewhere.toString(), disk.toString()));
    heals();
  }

  @Test
  void aDiskThatDoesNotAnswer() throws Exception {
    assumeTrue(run("fsfreeze", "-f", disk.toString()), "fsfreeze (util-linux)");
    refused();
    refused();
    assertTrue(run("fsfreeze", "-u", disk.toString()));
    heals();
  }
}
