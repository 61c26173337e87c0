package drawbridge.adapters.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.SourceCheck;
import drawbridge.adapters.TestSite;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS to real databases whose certificate is issued by a plant's own CA. */
final class TlsTest {
  private static final String OPERATION =
      """
      - name: Tls
        get: /tls
        single: true
        sql: select ssl as "tls" from pg_stat_ssl where pid = pg_backend_pid()
      """;

  @TempDir Path folder;

  private void openssl(String... arguments) throws IOException, InterruptedException {
    List<String> command = new java.util.ArrayList<>(List.of("openssl"));
    command.addAll(List.of(arguments));
    Path log = folder.resolve("openssl.log");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue(), Files.readString(log));
  }

  private void ca(String name) throws Exception {
    openssl(
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=" + name,
        "-keyout",
        name + ".key",
        "-out",
        name + ".pem",
        "-addext",
        "basicConstraints=critical,CA:TRUE");
  }

  private void server(String ca, String name, String host) throws Exception {
    openssl(
        "req",
        "-new",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=" + host,
        "-addext",
        "subjectAltName=DNS:" + host,
        "-keyout",
        name + ".key",
        "-out",
        name + ".csr");
    openssl(
        "x509",
        "-req",
        "-in",
        name + ".csr",
        "-CA",
        ca + ".pem",
        "-CAkey",
        ca + ".key",
        "-days",
        "2",
        "-copy_extensions",
        "copy",
        "-out",
        name + ".pem");
    Files.setPosixFilePermissions(
        folder.resolve(name + ".key"), PosixFilePermissions.fromString("rw-------"));
  }

  private TestSite open(String name, int port, String tls) throws IOException {
    Path site = Files.createDirectories(folder.resolve(name));
    for (String ca : List.of("plant", "other")) {
      Files.copy(folder.resolve(ca + ".pem"), site.resolve(ca + ".pem"));
    }
    String url = "url: \"jdbc:postgresql://localhost:" + port + "/postgres\"\n";
    return TestSite.open(site, "postgres", url + tls, OPERATION);
  }

  @Test
  void theSameHoldsForMariaDb() throws Exception {
    Assumptions.assumeTrue(
        MariaDb.installed(), "MariaDB is not installed (Debian: mariadb-server)");
    ca("plant");
    ca("other");
    server("plant", "server", "localhost");
    server("plant", "elsewhere", "db.elsewhere.example");
    try (MariaDb.Server server = mariaDb("server")) {
      String url = "url: \"" + server.database().url() + "\"\n";
      String mysql = url.replace("jdbc:mariadb:", "jdbc:mysql:");
      for (String one : List.of(url, mysql)) {
        try (TestSite site =
            openMariaDb("good" + one.length(), one + "tls: { trust: plant.pem }")) {
          assertTrue(site.call("Tls").text().startsWith("{\"tls\":\"TLS_"), one);
        }
      }
      try (TestSite site = openMariaDb("bad", url + "tls: { trust: other.pem }")) {
        assertFalse(check(site).ok());
        assertEquals("TLS with the source failed", check(site).message());
      }
      try (TestSite site = openMariaDb("blind", url + "insecure-tls: true")) {
        assertTrue(site.call("Tls").text().startsWith("{\"tls\":\"TLS_"));
        assertTrue(check(site).message().contains("insecure-tls"), check(site).message());
      }
    }
    try (MariaDb.Server server = mariaDb("elsewhere");
        TestSite site =
            openMariaDb(
                "host", "url: \"" + server.database().url() + "\"\ntls: { trust: plant.pem }")) {
      assertFalse(check(site).ok(), "the certificate is another host's");
    }
  }

  private MariaDb.Server mariaDb(String name) throws Exception {
    return MariaDb.server(
        List.of(folder.resolve(name + ".pem"), folder.resolve(name + ".key")),
        "--ssl-cert=FOLDER/" + name + ".pem",
        "--ssl-key=FOLDER/" + name + ".key");
  }

  private TestSite openMariaDb(String name, String source) throws IOException {
    Path site = Files.createDirectories(folder.resolve(name));
    for (String ca : List.of("plant", "other")) {
      Files.copy(folder.resolve(ca + ".pem"), site.resolve(ca + ".pem"));
    }
    return TestSite.open(
        site,
        "bridge",
        source,
        """
        - name: Tls
          get: /tls
          single: true
          sql: >
            select variable_value as tls from information_schema.session_status
            where variable_name = 'Ssl_cipher'
        """);
  }

  private static SourceCheck check(TestSite site) {
    return site.site().checkSources(Duration.ofSeconds(10)).getFirst();
  }

  @Test
  void onlyAServerOfThePlantsCaIsBelieved() throws Exception {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/openssl")), "openssl is not installed");
    ca("plant");
    ca("other");
    server("plant", "server", "localhost");
    server("plant", "elsewhere", "db.elsewhere.example");
    // The server runs as another user where the tests run as root, and reads only its own key.
    Path keys = Files.createTempDirectory("postgres-keys-");
    try (EmbeddedPostgres server = start(keys, "server")) {
      try (TestSite site = open("good", server.getPort(), "tls: { trust: plant.pem }")) {
        assertEquals("{\"tls\":true}", site.call("Tls").text());
      }
      try (TestSite site = open("bad", server.getPort(), "tls: { trust: other.pem }")) {
        assertFalse(check(site).ok());
        assertEquals("TLS with the source failed", check(site).message());
      }
      try (TestSite site = open("blind", server.getPort(), "insecure-tls: true")) {
        assertEquals("{\"tls\":true}", site.call("Tls").text());
        assertTrue(check(site).message().contains("insecure-tls"), check(site).message());
        assertTrue(site.site().sources().getFirst().detail().contains("insecure-tls"));
      }
    }
    try (EmbeddedPostgres server = start(keys, "elsewhere");
        TestSite site = open("host", server.getPort(), "tls: { trust: plant.pem }")) {
      assertFalse(check(site).ok(), "the certificate is another host's");
    }
  }

  private EmbeddedPostgres start(Path keys, String name) throws Exception {
    Path certificate = keys.resolve(name + ".pem");
    Path key = keys.resolve(name + ".key");
    Files.copy(folder.resolve(name + ".pem"), certificate);
    Files.copy(folder.resolve(name + ".key"), key);
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    EmbeddedPostgres server = Postgres.start();
    // Switched on while it runs: the key must belong to the server's own user.
    Path data = Path.of(text(server, "show data_directory"));
    for (Path file : List.of(certificate, key)) {
      Path there = data.resolve(String.valueOf(file.getFileName()));
      Files.copy(file, there);
      Files.setOwner(there, Files.getOwner(data));
      Files.setPosixFilePermissions(there, PosixFilePermissions.fromString("rw-------"));
      Files.delete(file);
    }
    execute(server, "alter system set ssl_cert_file = '" + name + ".pem'");
    execute(server, "alter system set ssl_key_file = '" + name + ".key'");
    execute(server, "alter system set ssl = on");
    execute(server, "select pg_reload_conf()");
    long until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!text(server, "show ssl").equals("on")) {
      assertTrue(System.nanoTime() < until, "TLS is not switched on");
    }
    return server;
  }

  private static String text(EmbeddedPostgres server, String query) throws Exception {
    try (var connection = server.getPostgresDatabase().getConnection();
        var statement = connection.createStatement();
        var rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getString(1);
    }
  }

  private static void execute(EmbeddedPostgres server, String sql) throws Exception {
    try (var connection = server.getPostgresDatabase().getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
