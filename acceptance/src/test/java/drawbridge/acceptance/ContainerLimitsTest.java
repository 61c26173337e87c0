package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The limits of the example manifests, measured: both programs run with exactly that much memory,
 * which the kernel enforces, under more load than they are made for.
 */
@Timeout(600)
@NeedsPackages
final class ContainerLimitsTest {
  private static final Path GROUPS = Path.of("/sys/fs/cgroup/memory");

  /** As many as an agent takes at once, and some that it refuses. */
  private static final int CALLERS = 600;

  private static final int STREAMS = 32;

  @TempDir Path folder;

  private static long limit(String program) throws IOException {
    Matcher limit =
        Pattern.compile("limits: \\{ memory: (\\d+)([MG])i }")
            .matcher(
                Files.readString(
                    Repository.root().resolve("installer/kubernetes/" + program + ".yaml")));
    assertTrue(limit.find(), "no limit for the " + program);
    return Long.parseLong(limit.group(1)) << (limit.group(2).equals("G") ? 30 : 20);
  }

  @Test
  void bothProgramsStayWithinTheLimitsOfTheManifests() throws Exception {
    Path packages = Packages.folder();
    Path debian = Packages.debian();
    assumeTrue(Files.isWritable(GROUPS), "no memory control groups (version 1) to make here");
    try (Stack stack = Stack.start(StackPlan.small(), line -> {});
        InstalledRoot root =
            InstalledRoot.make(
                Files.createDirectory(folder.resolve("layer")), debian, packages, stack.folder())) {
      InstalledService agent = new InstalledService(root, "agent", "agent-a", stack);
      InstalledService gateway = new InstalledService(root, "gateway", "gateway-1", stack);
      stack.stop("agent-a");
      stack.stop("gateway-1");
      for (InstalledService service : List.of(agent, gateway)) {
        Path file = Packages.one(packages, "drawbridge-" + service.name(), ".deb");
        root.run("dpkg --install '%s'".formatted(file));
        service.configure();
        service.startWithin(group(service), limit(service.name()));
      }
      Optional<String> obstacle =
          PrivatePort.awaitReady(
              stack.privateGateway("gateway-1"),
              () ->
                  CompletableFuture.anyOf(agent.ended(), gateway.ended())
                      .thenApply(String.class::cast));
      assertTrue(obstacle.isEmpty(), obstacle + "\n" + agent.said() + "\n" + gateway.said());
      figures("at rest", agent, gateway);
      AtomicLong answered = new AtomicLong();
      Queue<String> wrong = load(stack, answered);
      figures("under load", agent, gateway);
      System.out.println("limits: calls answered " + answered + ", otherwise " + wrong.size());
      assertTrue(answered.get() > CALLERS, wrong::toString);
      for (InstalledService service : List.of(agent, gateway)) {
        assertTrue(!service.ended().isDone(), () -> service.name() + " was ended");
        String killed = Files.readString(group(service).resolve("memory.oom_control"));
        assertTrue(killed.lines().noneMatch(line -> line.matches("oom_kill [1-9].*")), killed);
        // What is resident, and a tenth of the limit to spare.
        assertTrue(service.peak() * 1024 < limit(service.name()) * 9 / 10, service.name());
        service.stop();
        Files.delete(group(service));
      }
    }
  }

  private static Path group(InstalledService service) {
    return GROUPS.resolve(
        "drawbridge-%s-%d".formatted(service.name(), ProcessHandle.current().pid()));
  }

  /** Whole tables at once, and more callers than there is room for; refusals are answers too. */
  private static Queue<String> load(Stack stack, AtomicLong answered) throws Exception {
    Queue<String> wrong = new ConcurrentLinkedQueue<>();
    List<Thread> threads = new ArrayList<>();
    try (Connector connector = Connector.of(stack)) {
      for (int i = 0; i < STREAMS; i++) {
        threads.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      try {
                        Connector.Streamed rows = connector.stream("/orders/v1/orders");
                        if (rows.status() == 200 && rows.lines() == StackPlan.ROWS) {
                          answered.incrementAndGet();
                        } else {
                          wrong.add("stream " + rows.status() + " " + rows.lines());
                        }
                      } catch (IOException | InterruptedException e) {
                        wrong.add("broken stream " + e);
                      }
                    }));
      }
      for (int i = 0; i < CALLERS; i++) {
        int order = i + 1;
        threads.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      try {
                        for (int again = 0; again < 5; again++) {
                          int status =
                              connector
                                  .get("/orders/v1/customers/" + order % 100 + "/orders")
                                  .statusCode();
                          if (status == 200) {
                            answered.incrementAndGet();
                          } else {
                            wrong.add("call " + status);
                          }
                        }
                      } catch (IOException | InterruptedException e) {
                        wrong.add("broken call " + e);
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
    return wrong;
  }

  private static void figures(String when, InstalledService... services) throws IOException {
    for (InstalledService service : services) {
      System.out.println(
          "limits: %s %s: resident kB, of them its own %s, at most %d, limit %d"
              .formatted(
                  service.name(),
                  when,
                  service.resident(),
                  service.peak(),
                  limit(service.name()) >> 10));
    }
  }
}
