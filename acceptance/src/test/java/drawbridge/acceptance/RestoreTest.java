package drawbridge.acceptance;

import static drawbridge.acceptance.Packages.succeeds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.acceptance.InstalledRoot.Ran;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * An agent is backed up, lost with its machine, restored on another, and taken out at last: by the
 * very commands of docs/operations.md, while the site's other agent serves.
 */
@Timeout(600)
@NeedsPackages
final class RestoreTest {
  private static final String LOG = "plant-1.agent-a.";

  @TempDir Path folder;
  private Path packages;
  private Path debian;

  /** What is kept elsewhere than on the agent's machine. */
  private Path kept;

  @BeforeEach
  void find() throws Exception {
    packages = Packages.folder();
    debian = Packages.debian();
    Packages.needs("openssl");
    kept = Files.createDirectory(folder.resolve("kept"));
    Path deb = Packages.one(packages, "drawbridge-agent", ".deb");
    Files.copy(deb, kept.resolve(deb.getFileName()));
  }

  @Test
  void aLostAgentIsRestoredOnAnotherMachineAndTakenOut() throws Exception {
    StackPlan plan =
        StackPlan.small()
            .withRows(1_000)
            .withSites(
                new StackPlan.Site("plant-1", List.of("agent-a", "agent-b"), Optional.empty()));
    try (Stack stack = Stack.start(plan, line -> {})) {
      stack.stop("agent-a");
      // The installed one of that name begins a log of its own.
      Files.delete(anchors(stack, "checkpoints"));
      Files.delete(anchors(stack, "vkey"));
      try (InstalledRoot root = machine("lost", stack)) {
        backedUpAndLost(root, stack);
      }
      try (InstalledRoot root = machine("new", stack)) {
        InstalledService agent = restored(root, stack);
        takenOut(root, agent, stack);
      }
    }
  }

  private InstalledRoot machine(String name, Stack stack) throws Exception {
    Path layer = Files.createDirectory(folder.resolve(name));
    InstalledRoot root = InstalledRoot.make(layer, debian, packages, stack.folder());
    root.show(kept);
    return root;
  }

  /** In the folder that is kept, as root, and stops at what fails. */
  private String run(InstalledRoot root, String commands) throws Exception {
    return root.run("set -e; cd '%s'\n%s".formatted(kept, Guide.withoutSudo(commands)));
  }

  private void backedUpAndLost(InstalledRoot root, Stack stack) throws Exception {
    InstalledService agent = new InstalledService(root, "agent", "agent-a", stack);
    run(root, "dpkg --install drawbridge-agent_*_amd64.deb");
    agent.configure();
    agent.start();
    InstalledService.awaitServing(stack, "agent-a");
    Ran paused = agent.ran("pause --caller CN=nobody");
    assertEquals(0, paused.code(), paused.text());
    AtomicBoolean enough = new AtomicBoolean();
    Thread calls = Thread.ofVirtual().start(() -> call(stack, enough));
    Files.copy(stack.certificate("audit.vkey"), kept.resolve("agent.vkey"));
    Files.copy(anchors(stack, "checkpoints"), kept.resolve("gateway-1.checkpoints"));
    String said = run(root, Guide.commands("operations.md", "Back up").getFirst());
    assertTrue(said.contains("ANCHORED up to "), said);
    assertFalse(said.contains("BROKEN"), said);
    enough.set(true);
    calls.join();
    agent.kill();
  }

  private static void call(Stack stack, AtomicBoolean enough) {
    try (Connector connector = Connector.of(stack)) {
      while (!enough.get()) {
        assertEquals(200, connector.get(Showing.ALLOWED).statusCode());
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private InstalledService restored(InstalledRoot root, Stack stack) throws Exception {
    List<String> restore = Guide.commands("operations.md", "Restore");
    run(root, restore.getFirst());
    revoke(stack);
    // The CA's part, and the secrets that nobody backs up.
    root.run("cp /etc/drawbridge/agent/secrets/agent-a.csr '%s/'".formatted(kept));
    List<String> sign =
        List.of("sign", "--agent", "plant-1/agent-a", stack.folder() + "/certs", kept + "/agent-a");
    Ran signed =
        Ran.of(
            Repository.java("certs-sample", "drawbridge.certs.Main", sign).toArray(String[]::new));
    assertEquals(0, signed.code(), signed.text());
    root.run(
        """
        set -e
        cd /etc/drawbridge/agent
        cp '%1$s/agent-a.pem' '%2$s/certs/relay.crl' certs/
        chmod 644 certs/*
        cp '%2$s/secrets/agent-a' '%2$s/secrets/erp' '%2$s/certs/pages.key' secrets/
        """
            .formatted(kept, stack.folder()));
    run(root, restore.get(1));
    InstalledService agent = new InstalledService(root, "agent", "agent-a", stack);
    agent.lend();
    agent.start();
    InstalledService.awaitServing(stack, "agent-a");
    try (Connector connector = Connector.of(stack)) {
      assertEquals(200, connector.get(Showing.ALLOWED).statusCode());
    }
    Ran status = agent.ran("status --json");
    assertTrue(status.text().contains("CN=nobody"), "the pause is forgotten: " + status.text());

    await(
        "the gateway tells of another key",
        () ->
            Files.readString(stack.log("gateway-1"))
                .contains("plant-1.agent-a signs its audit log with another key"));
    String old = Files.readString(anchors(stack, "vkey"));
    succeeds(
        "set -e; cd '%s'\n%s"
            .formatted(
                kept,
                restore
                    .get(2)
                    .replace(
                        "/var/lib/drawbridge/gateway/audit-anchors",
                        stack.folder() + "/audit-gateway-1-anchors")));
    assertNotEquals(old, Files.readString(anchors(stack, "vkey")));
    Files.copy(
        anchors(stack, "checkpoints"),
        kept.resolve("gateway-1.checkpoints"),
        StandardCopyOption.REPLACE_EXISTING);
    Files.copy(
        anchors(stack, "vkey"), kept.resolve("agent.vkey"), StandardCopyOption.REPLACE_EXISTING);
    return agent;
  }

  /** Of the lost machine, as docs/certificates.md has it; both ends of the site read the list. */
  private void revoke(Stack stack) throws Exception {
    Path ca = Files.createDirectory(folder.resolve("ca"));
    for (String file : List.of("relay-ca.pem", "relay-ca.key")) {
      Files.copy(stack.certificate(file), ca.resolve(file));
    }
    Files.copy(stack.certificate("agent-a.pem"), ca.resolve("lost.pem"));
    List<String> guide = Guide.commands("certificates.md", "Making them with OpenSSL");
    String begun = // the CA is there already: what it keeps book in is not
        guide
            .getFirst()
            .lines()
            .filter(line -> line.matches("(printf|touch) .*"))
            .collect(Collectors.joining("\n", "", "\n"));
    succeeds("set -e; cd '%s'\n%s%s".formatted(ca, begun, guide.getLast()));
    Files.move(
        ca.resolve("relay.crl"),
        stack.certificate("relay.crl"),
        StandardCopyOption.REPLACE_EXISTING);
  }

  private void takenOut(InstalledRoot root, InstalledService agent, Stack stack) throws Exception {
    List<String> lines =
        Guide.commands("operations.md", "Take an agent out").getFirst().lines().toList();
    run(root, lines.get(0));
    await(
        "its status tells of the pause",
        () -> {
          String line = "set -e; cd /\n" + Guide.withoutSudo(lines.get(1));
          return Ran.of(root.command(line).toArray(String[]::new)).text().contains("all calls");
        });
    assertTrue(lines.get(2).startsWith("sudo systemctl disable --now"), lines::toString);
    agent.stop();
    // AzureTest shows what agent.sh does; here is what comes of it.
    stack.control("/delete?queue=drawbridge.plant-1.agent-a");
    Ran checked = agent.ran("check");
    assertEquals(1, checked.code(), checked.text());
    assertTrue(checked.text().contains("there is no such queue"), checked.text());
    Path settings = stack.configuration("gateway-1");
    String before = Files.readString(settings);
    Files.writeString(settings, before.replace("agents: [agent-a, agent-b]", "agents: [agent-b]"));
    assertNotEquals(before, Files.readString(settings));
    stack.stop("gateway-1");
    stack.restart("gateway-1");
    stack.awaitReady("gateway-1");
    try (Connector connector = Connector.of(stack)) {
      assertEquals(200, connector.get(Showing.ALLOWED).statusCode());
    }
    String health = PrivatePort.get(URI.create(stack.privateGateway("gateway-1") + "/healthz"));
    assertFalse(health.contains("agent-a"), health);
    for (String line : lines.subList(3, lines.size())) {
      run(root, line);
    }
    root.run("test ! -e /etc/drawbridge && test ! -e /var/lib/drawbridge");
    // The new log, too, is what the gateway saw of it.
    Path copy = Files.createDirectory(folder.resolve("evidence"));
    succeeds("tar -xzf '%s/agent-state.tgz' -C '%s'".formatted(kept, copy));
    List<String> verify =
        List.of(
            "verify",
            copy + "/agent/audit",
            "--key=" + kept + "/agent.vkey",
            "--checkpoint=" + kept + "/gateway-1.checkpoints");
    Ran verified =
        Ran.of(Repository.java("audit", "drawbridge.audit.Main", verify).toArray(String[]::new));
    assertTrue(verified.text().contains("ANCHORED up to "), verified.text());
  }

  /** What the gateway keeps of the agent's log, once there is some. */
  private static Path anchors(Stack stack, String end) throws Exception {
    Path all = stack.folder().resolve("audit-gateway-1-anchors");
    await("a file of anchors", () -> found(all, end).isPresent());
    return found(all, end).orElseThrow();
  }

  private static Optional<Path> found(Path all, String end) throws IOException {
    try (Stream<Path> files = Files.list(all)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(LOG))
          .filter(file -> file.toString().endsWith("." + end))
          .max(Path::compareTo);
    }
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(String what, Condition condition) throws Exception {
    long until = System.nanoTime() + 60_000_000_000L;
    while (!condition.holds()) {
      assertTrue(System.nanoTime() < until, "never: " + what);
      LockSupport.parkNanos(100_000_000);
    }
  }
}
