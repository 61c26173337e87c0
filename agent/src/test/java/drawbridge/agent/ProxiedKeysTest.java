package drawbridge.agent;

import static drawbridge.agent.Bridge.head;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import drawbridge.certs.SampleTokens;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A running agent gets the keys that it verifies tokens with through Debian's squid, which wants a
 * password. That it can do so where there is no other way out, and by HTTPS, {@code ProxyTest} of
 * the relay shows.
 */
@Timeout(120)
final class ProxiedKeysTest extends LiveAgent {
  private static final Path SQUID = Path.of("/usr/sbin/squid");
  private static final Path LOGIN = Path.of("/usr/lib/squid/basic_ncsa_auth");

  private final SampleTokens issuer = SampleTokens.create("k1");
  private HttpServer keys;
  private Process squid;
  private int port;

  @BeforeEach
  void start() throws Exception {
    assumeTrue(Files.isExecutable(SQUID), "no squid here: install Debian's squid");
    assumeTrue(Files.isExecutable(LOGIN), "no basic_ncsa_auth here: install Debian's squid");
    keys = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    keys.createContext(
        "/keys",
        exchange -> {
          byte[] body = SampleTokens.keys(issuer).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    keys.start();
    try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = any.getLocalPort();
    }
    // squid gives up root, and its helper reads the passwords as its own user.
    Path own = Files.createDirectory(folder.resolve("squid"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwxrwxrwx"));
    Files.writeString(own.resolve("users"), "svc:" + hash("let me out") + "\n");
    Files.writeString(
        own.resolve("squid.conf"),
        """
        http_port 127.0.0.1:%1$d
        visible_hostname proxy.drawbridge.test
        auth_param basic program %2$s %3$s/users
        auth_param basic children 1
        auth_param basic realm drawbridge
        acl known proxy_auth REQUIRED
        http_access allow known
        http_access deny all
        access_log stdio:%3$s/access.log
        cache_log %3$s/cache.log
        pid_filename none
        netdb_filename none
        cache deny all
        coredump_dir %3$s
        shutdown_lifetime 0 seconds
        """
            .formatted(port, LOGIN, own));
    squid =
        new ProcessBuilder(SQUID.toString(), "-N", "-f", own.resolve("squid.conf").toString())
            .redirectErrorStream(true)
            .redirectOutput(own.resolve("said").toFile())
            .start();
    Bridge.await(() -> !squid.isAlive() || listens(), "squid");
    assumeTrue(
        squid.isAlive(), "squid does not start here: " + Files.readString(own.resolve("said")));
    write("rules: [{ name: a, allow: [orders/v1/Find], to: { token: { app: app-1 } } }]\n");
  }

  private boolean listens() {
    try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static String hash(String password) throws IOException, InterruptedException {
    Process openssl =
        new ProcessBuilder(List.of("openssl", "passwd", "-apr1", password))
            .redirectErrorStream(true)
            .start();
    String said = new String(openssl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, openssl.waitFor(), said);
    return said.strip();
  }

  @AfterEach
  void end() throws InterruptedException {
    if (keys != null) {
      keys.stop(0);
    }
    if (squid != null) {
      squid.destroyForcibly();
      assertTrue(squid.waitFor(20, TimeUnit.SECONDS));
    }
  }

  private boolean allowed(String password) throws Exception {
    Files.writeString(folder.resolve("password"), password);
    configure(
        """
        network: { proxy: { url: "http://127.0.0.1:%d", user: svc, password-file: password } }
        tokens: { tenant: %s, audience: "%s", keys: { url: "http://127.0.0.1:%d/keys" } }
        """
            .formatted(
                port, SampleTokens.TENANT, SampleTokens.AUDIENCE, keys.getAddress().getPort()));
    Running program = new Running().start();
    String token = issuer.token(SampleTokens.claims("app-1", Instant.now()));
    boolean allowed =
        !program.begin(head("Find").setToken(token)).toEnd().last().getEnd().hasFault();
    program.stop();
    programs.remove(program);
    return allowed;
  }

  @Test
  void tokensAreVerifiedWithKeysThatCameThroughAProxyThatWantsAPassword() throws Exception {
    assertFalse(allowed("another password"));
    assertTrue(allowed("let me out"));
    String asked = "GET http://127.0.0.1:" + keys.getAddress().getPort() + "/keys svc";
    Path log = folder.resolve("squid/access.log");
    Bridge.await(() -> read(log).contains(asked), asked);
    assertTrue(read(log).lines().anyMatch(line -> line.contains("/407 ")), read(log));
  }

  private static String read(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
