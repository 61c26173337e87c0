package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import drawbridge.acceptance.InstalledRoot.Ran;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The admin's network: a database on one machine with the agent, no name server, and a firewall
 * that lets out one port, to the namespace, and nothing in. A second network stands for the
 * Internet; what listens there is carried to this machine's own.
 */
final class PrivateNetwork implements AutoCloseable {
  /** The namespace's address as the agent sees it. */
  static final String NAMESPACE = "10.213.9.1";

  private static final String NETWORKS =
      """
      set -e
      ip link set lo up
      unshare --net sleep 3600 &
      inner=$!
      trap 'kill $inner' EXIT
      for try in $(seq 500); do
        if [ "$(readlink /proc/$inner/ns/net)" != "$(readlink /proc/self/ns/net)" ]; then break; fi
        sleep 0.02
      done
      ip link add way-out type veth peer name way-in netns $inner
      ip addr add 10.213.9.1/30 dev way-out
      ip link set way-out up
      inside() { nsenter --target $inner --net "$@"; }
      inside ip link set lo up
      # Or the kernel itself would look for neighbours, and be counted.
      inside sh -c 'echo 1 >/proc/sys/net/ipv6/conf/way-in/disable_ipv6'
      inside ip addr add 10.213.9.2/30 dev way-in
      inside ip link set way-in up
      inside ip route add default via 10.213.9.1
      echo $inner
      read -r line || true
      """;

  private final List<Process> processes = new ArrayList<>();
  private final List<AutoCloseable> forwarders = new ArrayList<>();
  private final long inner;

  /** Whether this machine has what it takes; empty: it has. */
  static String lacking() throws IOException, InterruptedException {
    Ran ran = Ran.of("sh", "-c", "unshare --net sh -c 'ip link set lo up && nft list ruleset'");
    return ran.code() == 0 ? "" : "networks of its own and nftables are needed: " + ran.text();
  }

  /**
   * Makes both networks; nothing is let out yet.
   *
   * @param folder for sockets; its path is short
   * @param namespace loopback port that is reached from there by 5671 and by 443
   * @param database loopback port that has the same number there
   */
  PrivateNetwork(Path folder, int namespace, int database) throws Exception {
    Path bus = folder.resolve("bus");
    Path source = folder.resolve("db");
    forwarders.add(Forwarder.serve(UnixDomainSocketAddress.of(bus), local(namespace)));
    forwarders.add(Forwarder.serve(UnixDomainSocketAddress.of(source), local(database)));
    Process networks = started("unshare", "--net", "--fork", "--kill-child", "sh", "-c", NETWORKS);
    inner = Long.parseLong(firstLine(networks));
    long outer = ProcessHandle.of(inner).flatMap(ProcessHandle::parent).orElseThrow().pid();
    listening(outer, NAMESPACE, "5671", bus.toString(), NAMESPACE, "443", bus.toString());
    listening(inner, "127.0.0.1", "" + database, source.toString());
  }

  private static InetSocketAddress local(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private void listening(long network, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(within(network));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xmx64m", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(Forwarder.class.getName());
    command.addAll(List.of(arguments));
    assertEquals("listening", firstLine(started(command.toArray(String[]::new))));
  }

  private Process started(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    processes.add(process);
    return process;
  }

  private static String firstLine(Process process) throws IOException {
    BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
    String line = said.readLine();
    return line == null ? "" : line;
  }

  private static List<String> within(long network) {
    return List.of("nsenter", "--target", Long.toString(network), "--net");
  }

  /** What a command must begin with to run behind the firewall. */
  List<String> within() {
    return within(inner);
  }

  /** From now on this one port, by TCP, and nothing else; what is refused is counted anew. */
  void letOut(int port) throws IOException, InterruptedException {
    inside(
        """
        nft -f - <<RULES
        flush ruleset
        table inet firewall {
          counter refused { }
          chain out {
            type filter hook output priority 0; policy drop;
            oif lo accept
            tcp dport %1$d accept
            counter name refused
          }
          chain in {
            type filter hook input priority 0; policy drop;
            iif lo accept
            tcp sport %1$d accept
          }
        }
        RULES
        """
            .formatted(port));
  }

  /** Packets that wanted out and were not let since {@link #letOut}. */
  long refused() throws IOException, InterruptedException {
    Matcher packets =
        Pattern.compile("packets (\\d+)").matcher(inside("nft list counter inet firewall refused"));
    if (!packets.find()) {
      throw new IOException("no counter");
    }
    return Long.parseLong(packets.group(1));
  }

  /** Runs a shell command of this machine behind the firewall. */
  String inside(String shell) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(within());
    command.addAll(List.of("sh", "-c", shell));
    Ran ran = Ran.of(command.toArray(String[]::new));
    assertEquals(0, ran.code(), shell + "\n" + ran.text());
    return ran.text();
  }

  @Override
  public void close() throws Exception {
    for (Process process : processes.reversed()) {
      process.descendants().forEach(ProcessHandle::destroy);
      process.destroy();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
    for (AutoCloseable forwarder : forwarders) {
      forwarder.close();
    }
  }
}
