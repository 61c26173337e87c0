package drawbridge.adapters.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.TestCall;
import drawbridge.adapters.TestSite;
import drawbridge.adapters.TestSite.TestAnswer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * Servers as sites run them; skipped where no Docker engine runs. Those of Oracle and Db2 need
 * their drivers in the folder that the property {@code drawbridge.drivers} names.
 */
final class ContainersTest {
  private static final String PASSWORD = "s3cr3t-4711-AB";

  @TempDir Path folder;

  private static void docker() {
    Assumptions.assumeTrue(
        DockerClientFactory.instance().isDockerAvailable(), "no Docker engine runs here");
  }

  @Test
  void aPostgresInAContainerAnswers() throws Exception {
    docker();
    try (PostgreSQLContainer server = new PostgreSQLContainer("postgres:18-alpine")) {
      server.withPassword("s3cr3t-4711").start();
      String url =
          "jdbc:postgresql://"
              + server.getHost()
              + ":"
              + server.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT)
              + "/"
              + server.getDatabaseName();
      String operations =
          "- name: One\n  get: /one\n  single: true\n  sql: select current_user::text as one\n";
      try (TestSite site =
          TestSite.open(folder, server.getUsername(), "url: \"" + url + "\"", operations)) {
        assertEquals("{\"one\":\"test\"}", site.call("One").text());
      }
      Files.delete(folder.resolve("password"));
    }
  }

  /** What differs most between databases: limits, pages, locks, generated keys, nulls. */
  private static final String PARTS =
      """
      - name: Part
        path: /parts
        resource:
          table: parts
          key: [id]
          allow: [list, get, create, update, delete]
          columns:
            id: { type: integer }
            part_name: { type: string, name: name }
            price: { type: decimal }
          etag: hash
          page: { size: 2 }
      """;

  @ParameterizedTest
  @ValueSource(strings = {"sqlserver", "oracle", "db2"})
  void aResourceWorksOnAServerInAContainer(String kind) throws Exception {
    docker();
    String drivers = System.getProperty("drawbridge.drivers", "");
    Assumptions.assumeTrue(
        kind.equals("sqlserver") || !drivers.isEmpty(),
        "-Ddrawbridge.drivers names no folder with the driver of " + kind);
    Drivers found = drivers.isEmpty() ? Drivers.SHIPPED : Drivers.in(Path.of(drivers));
    try (GenericContainer<?> server = container(kind)) {
      server.start();
      int port = server.getFirstMappedPort();
      String url =
          switch (kind) {
            case "sqlserver" -> "jdbc:sqlserver://localhost:" + port;
            case "oracle" -> "jdbc:oracle:thin:@//localhost:" + port + "/FREEPDB1";
            default -> "jdbc:db2://localhost:" + port + "/shop";
          };
      String user = kind.equals("sqlserver") ? "sa" : kind.equals("oracle") ? "system" : "db2inst1";
      java.util.Properties login = new java.util.Properties();
      login.setProperty("user", user);
      login.setProperty("password", PASSWORD);
      if (kind.equals("sqlserver")) {
        login.setProperty("trustServerCertificate", "true");
      }
      try (var connection = found.of(url).orElseThrow().connect(url, login);
          var statement = connection.createStatement()) {
        statement.execute(
            kind.equals("oracle")
                ? "create table parts (id number(9) primary key, part_name varchar2(40), price number(9,2))"
                : "create table parts (id integer not null primary key, part_name varchar(40), price"
                    + " decimal(9,2))");
      }
      Files.createDirectories(folder.resolve("apis"));
      Files.writeString(folder.resolve("password"), PASSWORD);
      Files.writeString(
          folder.resolve("sources.yaml"),
          "main: { adapter: sql, url: \"%s\", login: { user: %s, password-file: password }%s }\n"
              .formatted(url, user, kind.equals("sqlserver") ? ", insecure-tls: true" : ""));
      String integer = kind.equals("oracle") ? "decimal" : "integer";
      Files.writeString(
          folder.resolve("apis/shop-v1.yaml"),
          "api: shop\nversion: v1\ntitle: Shop\nsource: main\noperations:\n"
              + PARTS.replace("id: { type: integer }", "id: { type: " + integer + " }").indent(2));
      try (var site = drawbridge.adapters.Site.open(folder, Duration.ofSeconds(20), found)) {
        assertEquals(List.of(), site.outOfService());
        for (int i = 1; i <= 5; i++) {
          String body =
              "{\"id\":"
                  + i
                  + ",\"name\":\"p"
                  + i
                  + "\",\"price\":"
                  + (i == 3 ? null : i + ".50")
                  + "}";
          assertEquals(
              201,
              new TestCall(site.operation("shop/v1/CreatePart").orElseThrow())
                  .body(body)
                  .run()
                  .status());
        }
        var list = site.operation("shop/v1/ListParts").orElseThrow();
        TestAnswer first =
            new TestCall(list)
                .option("$orderby", "price desc")
                .option("$filter", "contains(name,'p') and not (price gt 5)")
                .run();
        assertTrue(first.text().contains("\"p4\""), first.text());
        String next = TestCall.json(first).get("nextLink").asText();
        TestAnswer second = new TestCall(list).url(next).run();
        assertEquals(2, TestCall.json(second).get("value").size(), second.text());
        var get = site.operation("shop/v1/GetPart").orElseThrow();
        String etag = String.valueOf(new TestCall(get).path("id", "1").run().headers().get("ETag"));
        var update = site.operation("shop/v1/UpdatePart").orElseThrow();
        TestAnswer changed =
            new TestCall(update)
                .path("id", "1")
                .header("If-Match", etag)
                .body("{\"price\":null}")
                .run();
        assertEquals(200, changed.status());
      }
    }
  }

  private static GenericContainer<?> container(String kind) {
    Duration patience = Duration.ofMinutes(10);
    return switch (kind) {
      case "sqlserver" ->
          new GenericContainer<>("mcr.microsoft.com/mssql/server:2022-latest")
              .withEnv("ACCEPT_EULA", "Y")
              .withEnv("MSSQL_SA_PASSWORD", PASSWORD)
              .withExposedPorts(1433)
              .waitingFor(Wait.forLogMessage(".*Recovery is complete.*", 1))
              .withStartupTimeout(patience);
      case "oracle" ->
          new GenericContainer<>("gvenzl/oracle-free:slim")
              .withEnv("ORACLE_PASSWORD", PASSWORD)
              .withExposedPorts(1521)
              .waitingFor(Wait.forLogMessage(".*DATABASE IS READY TO USE!.*", 1))
              .withStartupTimeout(patience);
      default ->
          new GenericContainer<>("icr.io/db2_community/db2:latest")
              .withEnv("LICENSE", "accept")
              .withEnv("DB2INST1_PASSWORD", PASSWORD)
              .withEnv("DBNAME", "shop")
              .withPrivilegedMode(true)
              .withExposedPorts(50000)
              .waitingFor(Wait.forLogMessage(".*Setup has completed.*", 1))
              .withStartupTimeout(patience);
    };
  }
}
