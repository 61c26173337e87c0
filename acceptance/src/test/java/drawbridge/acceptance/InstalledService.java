package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import drawbridge.acceptance.InstalledRoot.Ran;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What systemd does with the unit of an installed package, on a machine where it does not run: the
 * unit's user, credentials and command line. The sandbox around it is not made.
 */
final class InstalledService {
  /** The kernel counts processor time in these; no Linux on x86-64 has another value. */
  private static final long TICK_MILLIS = 10;

  private final InstalledRoot root;
  private final String name;
  private final String configured;
  private final Stack stack;
  private @Nullable Process process;

  /**
   * @param name agent or gateway
   * @param configured the program of the stack in whose place it stands
   */
  InstalledService(InstalledRoot root, String name, String configured, Stack stack) {
    this.root = root;
    this.name = name;
    this.configured = configured;
    this.stack = stack;
  }

  String name() {
    return name;
  }

  /** The stack's files, where an admin puts them: secrets apart, read as credentials. */
  void configure() throws IOException, InterruptedException {
    String etc = "/etc/drawbridge/" + name;
    String run = "/run/credentials/drawbridge-" + name + ".service";
    root.run(
        """
        set -e
        cd '%1$s'
        test "$(stat -c %%a:%%U '%2$s/secrets')" = 700:root
        cp -R certs site '%2$s/'
        rm -f %2$s/certs/*.key
        cp secrets/* certs/*.key '%2$s/secrets/'
        sed -e 's#certs/\\([a-z0-9-]*\\.key\\)#%3$s/secrets_\\1#g' -e 's#key-file: secrets/#key-file: %3$s/secrets_#' \
          -e 's#folder: [^,]*#folder: /var/lib/drawbridge/%5$s/audit#' %4$s.yaml >'%2$s/%5$s.yaml'
        sed -i 's#password-file: .*/secrets/\\([a-z]*\\)#password-file: %3$s/secrets_\\1#' '%2$s/site/sources.yaml'
        chmod -R go+rX '%2$s/certs' '%2$s/site'
        chmod 644 '%2$s/%5$s.yaml'
        """
            .formatted(stack.folder(), etc, run, configured, name));
    lend();
  }

  /** The secrets as systemd lends them: {@code LoadCredential=secrets:FOLDER}. */
  void lend() throws IOException, InterruptedException {
    root.run(
        """
        set -e
        mkdir -p '%2$s'
        for secret in %1$s/secrets/*; do cp "$secret" "%2$s/secrets_${secret##*/}"; done
        chown -R drawbridge-%3$s '%2$s'
        chmod 500 '%2$s'
        chmod 400 %2$s/*
        """
            .formatted(
                "/etc/drawbridge/" + name,
                "/run/credentials/drawbridge-" + name + ".service",
                name));
  }

  /** With the unit's own command line, as its user, without rights to gain others. */
  void start() throws IOException, InterruptedException {
    startAfter("");
  }

  /**
   * The same, with so much memory as a container has, half of it for Java's heap.
   *
   * @param group a memory control group of this machine, which ends the program that takes more
   */
  void startWithin(Path group, long bytes) throws IOException, InterruptedException {
    Files.createDirectories(group);
    Files.writeString(group.resolve("memory.limit_in_bytes"), Long.toString(bytes));
    startAfter(
        "echo $$ >'%s' && export DRAWBRIDGE_HEAP=%dm && "
            .formatted(group.resolve("cgroup.procs"), bytes / 2 >> 20));
  }

  private void startAfter(String before) throws IOException, InterruptedException {
    process =
        new ProcessBuilder(root.command(before + asItsUser(setting("ExecStart"))))
            .redirectErrorStream(true)
            .redirectOutput(Redirect.appendTo(log().toFile()))
            .start();
    root.started(process);
  }

  /** As the same user, another of the program's commands on the same settings. */
  Ran ran(String command) throws IOException, InterruptedException {
    String shell =
        asItsUser(
            "/usr/bin/drawbridge-%1$s %2$s --config /etc/drawbridge/%1$s/%1$s.yaml"
                .formatted(name, command));
    return Ran.of(root.command(shell).toArray(String[]::new));
  }

  private String asItsUser(String command) throws IOException, InterruptedException {
    return "cd / && exec setpriv --reuid=%1$s --regid=%1$s --clear-groups --no-new-privs --bounding-set=-all %2$s"
        .formatted(setting("User"), command);
  }

  private String setting(String key) throws IOException, InterruptedException {
    String unit = root.run("cat /lib/systemd/system/drawbridge-" + name + ".service");
    return Pattern.compile("(?m)^" + key + "=(.*)$")
        .matcher(unit)
        .results()
        .map((MatchResult found) -> found.group(1))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no " + key + " in\n" + unit));
  }

  void stop() throws InterruptedException {
    running().destroy();
    assertTrue(running().waitFor(30, TimeUnit.SECONDS), "it did not drain in time");
  }

  /** As a machine that is lost. */
  void kill() throws InterruptedException {
    running().destroyForcibly().waitFor(10, TimeUnit.SECONDS);
  }

  /** Completes with its name. */
  CompletableFuture<String> ended() {
    return running().onExit().thenApply(process -> name);
  }

  /** Waits until a gateway of the stack is ready, and makes a call through it. */
  void serves() throws Exception {
    Optional<String> obstacle =
        PrivatePort.awaitReady(
            stack.privateGateway("gateway-1"),
            () -> CompletableFuture.anyOf(ended()).thenApply(String.class::cast));
    String all = obstacle + "\n" + said();
    assertTrue(obstacle.isEmpty(), all);
    try (Connector connector = Connector.of(stack)) {
      assertEquals(200, connector.get(Showing.ALLOWED).statusCode(), all);
    }
  }

  /** Waits until the first gateway gives calls to the agent of this name. */
  static void awaitServing(Stack stack, String agent) throws Exception {
    URI health = URI.create(stack.privateGateway("gateway-1") + "/healthz");
    long until = System.nanoTime() + 90_000_000_000L;
    Set<String> serving = new TreeSet<>();
    while (System.nanoTime() < until) {
      serving.clear();
      JsonNode said;
      try {
        said = new ObjectMapper().readTree(PrivatePort.get(health));
      } catch (IOException e) {
        LockSupport.parkNanos(100_000_000); // it does not listen yet
        continue;
      }
      for (JsonNode one : said.path("sites").path("plant-1").path("agents")) {
        if (one.path("takesCalls").asBoolean()) {
          serving.add(one.path("name").asText());
        }
      }
      if (serving.contains(agent)) {
        return;
      }
    }
    throw new AssertionError(agent + " does not serve: " + serving);
  }

  String said() throws IOException {
    return Files.readString(log());
  }

  private Path log() {
    return stack.log("installed-" + name);
  }

  /** Sockets of the Internet that it has open, as {@code ss} prints them. */
  List<String> sockets() throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(root.network());
    command.addAll(
        List.of("ss", "--no-header", "--numeric", "--all", "--tcp", "--udp", "--processes"));
    Ran ran = Ran.of(command.toArray(String[]::new));
    assertEquals(0, ran.code(), ran.text());
    String own = "pid=" + running().pid() + ",";
    return ran.text().lines().filter(line -> line.contains(own)).toList();
  }

  String maps() throws IOException {
    return Files.readString(proc("maps"));
  }

  /** In kilobytes: all, and without the pages of files, which the kernel may drop at any time. */
  List<Long> resident() throws IOException {
    return Files.readAllLines(proc("status")).stream()
        .filter(line -> line.startsWith("VmRSS:") || line.startsWith("RssAnon:"))
        .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .toList();
  }

  /** The most that it ever had resident, in kilobytes. */
  long peak() throws IOException {
    return Files.readAllLines(proc("status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .sum();
  }

  /** Of all its threads since the start. */
  long processorMillis() throws IOException {
    String stat = Files.readString(proc("stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * TICK_MILLIS;
  }

  private Path proc(String file) {
    return Path.of("/proc", Long.toString(running().pid()), file);
  }

  private Process running() {
    if (process == null) {
      throw new IllegalStateException(name + " was not started");
    }
    return process;
  }
}
