package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * AMQP over WebSockets, Entra ID's token endpoint, keys and revocation lists through Debian's
 * squid, which wants a password, from a network whose only way out is that proxy: no route, no name
 * server, nothing else to connect to.
 */
@Timeout(240)
final class ProxyTest {
  private static final Path SQUID = Path.of("/usr/sbin/squid");
  private static final Path LOGIN = Path.of("/usr/lib/squid/basic_ncsa_auth");
  private static final String OUTER = "10.213.7.1";

  @TempDir Path folder;

  /** A network and a table of processes of its own, which end with whoever made them. */
  private static List<String> apart(String... command) throws IOException {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"));
    if (!Files.getOwner(Path.of("/proc/self")).getName().equals("root")) {
      words.add("--map-root-user");
    }
    words.addAll(List.of(command));
    return words;
  }

  private int run(Path said, List<String> command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    if (!process.waitFor(200, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("not done in time: " + Files.readString(said));
    }
    return process.exitValue();
  }

  @Test
  void theOnlyWayOutIsAProxyThatWantsAPassword() throws Exception {
    assumeTrue(Files.isExecutable(SQUID), "no squid here: install Debian's squid");
    assumeTrue(Files.isExecutable(LOGIN), "no basic_ncsa_auth here: install Debian's squid");
    assumeTrue(mayMakeNetworks(), "no right to make network namespaces here");
    // squid gives up root, and its helper reads the passwords as its own user.
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path hash = folder.resolve("hash");
    assertEquals(0, run(hash, List.of("openssl", "passwd", "-apr1", ProxiedMain.PASSWORD)));
    Files.writeString(
        folder.resolve("users"), ProxiedMain.USER + ":" + Files.readString(hash).strip() + "\n");
    Files.writeString(folder.resolve("hosts"), "127.0.0.1 " + ProxiedMain.HOST + "\n");
    Files.writeString(
        folder.resolve("squid.conf"),
        """
        http_port %1$s:3128
        visible_hostname proxy.drawbridge.test
        hosts_file %2$s/hosts
        auth_param basic program %3$s %2$s/users
        auth_param basic children 1
        auth_param basic realm drawbridge
        acl known proxy_auth REQUIRED
        acl connect method CONNECT
        acl bus dstdomain %4$s
        acl tls port 443 %5$d %6$d
        acl get method GET
        acl plain port %7$d
        http_access allow known connect bus tls
        http_access allow known get bus plain
        http_access deny all
        access_log stdio:%2$s/access.log
        cache_log %2$s/cache.log
        pid_filename none
        netdb_filename none
        cache deny all
        coredump_dir %2$s
        shutdown_lifetime 0 seconds
        """
            .formatted(
                OUTER,
                folder,
                LOGIN,
                ProxiedMain.HOST,
                ProxiedMain.ENTRA,
                ProxiedMain.FILES,
                ProxiedMain.PLAIN));
    Files.writeString(folder.resolve("run.sh"), SCRIPT);
    Path said = folder.resolve("said");
    int code =
        run(
            said,
            apart(
                "bash",
                folder.resolve("run.sh").toString(),
                folder.toString(),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                System.getProperty("java.class.path")));
    String text = Files.readString(said);
    assumeTrue(code != 77, "squid does not start here: " + text);
    assertEquals(0, code, text);
    List<String> lines = text.lines().toList();
    found(lines, "direct: ", "verdict=FAILED");
    found(lines, "no password: ", "verdict=FAILED", "wants a user and a password (407)");
    found(lines, "wrong password: ", "verdict=FAILED", "does not take user and password (407)");
    String good = found(lines, "password: ", "Listen on", "Send to", "proxy: CONNECT to ");
    assertTrue(!good.contains("verdict=FAILED"), good);
    found(lines, "message: ", "true");
    found(lines, "queues directly: ", "verdict=FAILED");
    String queues = found(lines, "queues: ", "Settings of " + ProxiedMain.PEER);
    assertTrue(queues.contains("time-to-live") && !queues.contains("verdict=FAILED"), queues);
    found(lines, "entra directly: ", "cannot be reached");
    found(lines, "entra: ", "a token");
    found(lines, "keys directly: ", "failed: ");
    found(lines, "keys: ", "got {\"keys\":");
    for (String scheme : List.of("https", "http")) {
      found(lines, "list by " + scheme + " directly: ", "failed: ");
      found(lines, "list by " + scheme + ": ", "same true");
    }
    String access = Files.readString(folder.resolve("access.log"));
    for (int port : new int[] {443, ProxiedMain.ENTRA, ProxiedMain.FILES}) {
      String asked = "CONNECT " + ProxiedMain.HOST + ":" + port + " " + ProxiedMain.USER;
      assertTrue(access.contains(asked), () -> asked + " is missing: " + access);
    }
    String plain = "GET http://" + ProxiedMain.HOST + ":" + ProxiedMain.PLAIN + "/relay.crl svc";
    assertTrue(access.contains(plain), access);
  }

  private static String found(List<String> lines, String start, String... parts) {
    String line =
        lines.stream()
            .filter(text -> text.startsWith(start))
            .findFirst()
            .orElseThrow(() -> new AssertionError(start + " is missing: " + lines));
    for (String part : parts) {
      assertTrue(line.contains(part), () -> part + " is missing: " + line + "\n" + lines);
    }
    return line;
  }

  private boolean mayMakeNetworks() throws IOException, InterruptedException {
    try {
      return run(folder.resolve("probe"), apart("ip", "link", "set", "lo", "up")) == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Everything that it starts ends with it, as its table of processes does. squid writes down a
   * tunnel when it closes, so it is ended in good order before the log is read.
   */
  private static final String SCRIPT =
      """
      set -eu
      folder=$1 java=$2 classes=$3
      ip link set lo up
      unshare --net sleep 300 &
      inner=$!
      for try in $(seq 500); do
        if [ "$(readlink /proc/$inner/ns/net)" != "$(readlink /proc/self/ns/net)" ]; then break; fi
        sleep 0.02
      done
      ip link add way-out type veth peer name way-in netns $inner
      ip addr add 10.213.7.1/30 dev way-out
      ip link set way-out up
      inside() { nsenter --target $inner --net "$@"; }
      inside ip link set lo up
      inside ip addr add 10.213.7.2/30 dev way-in
      inside ip link set way-in up
      "$java" -XX:TieredStopAtLevel=1 -cp "$classes" drawbridge.relay.ProxiedMain outer "$folder" &
      /usr/sbin/squid -N -f "$folder/squid.conf" >"$folder/squid.out" 2>&1 &
      squid=$!
      for try in $(seq 600); do
        if ! kill -0 $squid 2>/dev/null; then cat "$folder/squid.out" "$folder/cache.log" || true; exit 77; fi
        if [ -e "$folder/ready" ] && (exec 3<>/dev/tcp/10.213.7.1/3128) 2>/dev/null; then break; fi
        sleep 0.1
      done
      inside "$java" -XX:TieredStopAtLevel=1 -cp "$classes" drawbridge.relay.ProxiedMain inner "$folder" 10.213.7.1 3128
      kill -TERM $squid
      wait $squid || true
      """;
}
