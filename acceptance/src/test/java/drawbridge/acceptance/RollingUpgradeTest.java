package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two machines of one site, each with the package, are upgraded one after the other while
 * connectors read and write: no call is lost, and none is done twice.
 */
@Timeout(600)
@NeedsPackages
final class RollingUpgradeTest {
  private static final int CONNECTORS = 4;

  @TempDir Path folder;

  private record Machine(String name, InstalledRoot root, InstalledService service) {}

  @Test
  void noCallIsLostWhileBothAgentsAreUpgraded() throws Exception {
    Path packages = Packages.folder();
    Path debian = Packages.debian();
    StackPlan plan =
        StackPlan.small()
            .withRows(1_000)
            .withSites(
                new StackPlan.Site("plant-1", List.of("agent-a", "agent-b"), Optional.empty()));
    try (Stack stack = Stack.start(plan, line -> {});
        InstalledRoot first = root("a", debian, packages, stack);
        InstalledRoot second = root("b", debian, packages, stack)) {
      List<Machine> machines =
          List.of(machine("agent-a", first, stack), machine("agent-b", second, stack));
      for (Machine machine : machines) {
        Path older = Packages.one(Packages.before().orElse(packages), "drawbridge-agent", ".deb");
        machine.root.run("dpkg --install '%s'".formatted(older));
        machine.service.configure();
        stack.stop(machine.name);
        machine.service.start();
        InstalledService.awaitServing(stack, machine.name);
      }
      AtomicBoolean over = new AtomicBoolean();
      AtomicLong reads = new AtomicLong();
      AtomicLong writes = new AtomicLong();
      Queue<String> lost = new ConcurrentLinkedQueue<>();
      List<Thread> connectors = new ArrayList<>();
      for (int i = 0; i < CONNECTORS; i++) {
        int number = i;
        connectors.add(
            Thread.ofVirtual().start(() -> call(stack, number, over, reads, writes, lost)));
      }
      for (Machine machine : machines) {
        String newer =
            Packages.before().isPresent()
                ? "'" + Packages.one(packages, "drawbridge-agent", ".deb") + "'"
                : Packages.newer(machine.root, packages, "agent");
        machine.root.run("dpkg --install " + newer);
        machine.service.stop(); // what systemd does at an upgrade, which does not run here
        machine.service.start();
        InstalledService.awaitServing(stack, machine.name);
        long now = reads.get();
        long until = System.nanoTime() + 60_000_000_000L;
        while (reads.get() < now + 100 && lost.isEmpty() && System.nanoTime() < until) {
          LockSupport.parkNanos(5_000_000);
        }
      }
      over.set(true);
      for (Thread thread : connectors) {
        thread.join();
      }
      System.out.println(
          "upgrade: reads " + reads + ", writes " + writes + ", lost " + lost.size());
      assertEquals(List.of(), List.copyOf(lost));
      assertTrue(reads.get() > 200 && writes.get() > 50, reads + " reads, " + writes + " writes");
      assertEquals(writes.get(), notes(stack), "a note for each call that was answered");
      for (Machine machine : machines) {
        machine.service.stop();
      }
    }
  }

  /**
   * The gateway of the version before with the agent of today; above it was the other way round.
   */
  @Test
  void aGatewayOfTheVersionBeforeIsServedByAnAgentOfToday() throws Exception {
    assumeTrue(
        Packages.before().isPresent(),
        "there is no version before: name its packages by -Ddrawbridge.packages.before");
    Path before = Packages.before().orElseThrow();
    Path debian = Packages.debian();
    try (Stack stack = Stack.start(StackPlan.small().withRows(1_000), line -> {});
        InstalledRoot root =
            InstalledRoot.make(
                Files.createDirectory(folder.resolve("old")), debian, before, stack.folder())) {
      InstalledService gateway = new InstalledService(root, "gateway", "gateway-1", stack);
      stack.stop("gateway-1");
      root.run("dpkg --install '%s'".formatted(Packages.one(before, "drawbridge-gateway", ".deb")));
      gateway.configure();
      gateway.start();
      InstalledService.awaitServing(stack, "agent-a");
      try (Connector connector = Connector.of(stack)) {
        assertEquals(200, connector.get(Showing.ALLOWED).statusCode());
        assertEquals(
            StackPlan.small().withRows(1_000).rows(),
            connector.stream("/orders/v1/orders").lines());
      }
      gateway.stop();
    }
  }

  private InstalledRoot root(String name, Path debian, Path packages, Stack stack)
      throws Exception {
    InstalledRoot root =
        InstalledRoot.make(
            Files.createDirectory(folder.resolve(name)), debian, packages, stack.folder());
    if (Packages.before().isPresent()) {
      root.show(Packages.before().orElseThrow());
    }
    return root;
  }

  private static Machine machine(String name, InstalledRoot root, Stack stack) {
    return new Machine(name, root, new InstalledService(root, "agent", name, stack));
  }

  /** Reads and writes by turns; everything but the answer that was to come is lost. */
  private static void call(
      Stack stack,
      int number,
      AtomicBoolean over,
      AtomicLong reads,
      AtomicLong writes,
      Queue<String> lost) {
    try (Connector connector = Connector.of(stack)) {
      for (int i = 0; !over.get(); i++) {
        int order = 1 + (number * 200 + i) % 900;
        int read = connector.get("/orders/v1/order/" + order).statusCode();
        reads.incrementAndGet();
        if (read != 200) {
          lost.add("read " + read);
        }
        var wrote =
            connector.send(
                "POST",
                "/orders/v1/order/" + order + "/notes",
                "{\"text\":\"upgrade\"}",
                "Content-Type",
                "application/json");
        writes.incrementAndGet();
        if (wrote.statusCode() / 100 != 2) {
          lost.add(
              "write "
                  + wrote.statusCode()
                  + " "
                  + new String(wrote.body(), java.nio.charset.StandardCharsets.UTF_8));
        }
      }
    } catch (Exception e) {
      lost.add(e.toString());
    }
  }

  private static long notes(Stack stack) throws Exception {
    try (var connection = stack.database().connect();
        var statement = connection.createStatement();
        var rows =
            statement.executeQuery("select count(*) from sales.notes where text = 'upgrade'")) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
