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
import java.util.Map;
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
      Files.writeString(folder.resolve("apis/kinds-v1.yaml"), kinds(kind));
      try (var site = drawbridge.adapters.Site.open(folder, Duration.ofSeconds(20), found)) {
        assertEquals(List.of(), site.outOfService());
        List<String[]> values =
            VALUES.getOrDefault(kind, "").lines().map(v -> v.split(" => ", -1)).toList();
        for (int i = 0; i < values.size(); i++) {
          assertEquals(
              "{\"V\":" + values.get(i)[1] + "}",
              new TestCall(site.operation("kinds/v1/Kind" + i).orElseThrow())
                  .run()
                  .text()
                  .replace("\"v\"", "\"V\""),
              values.get(i)[0]);
        }
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

  /** An API with an operation for each value. */
  private static String kinds(String kind) {
    StringBuilder api =
        new StringBuilder("api: kinds\nversion: v1\ntitle: Kinds\nsource: main\noperations:\n");
    List<String> values = VALUES.getOrDefault(kind, "").lines().toList();
    String from =
        kind.equals("oracle") ? " from dual" : kind.equals("db2") ? " from sysibm.sysdummy1" : "";
    for (int i = 0; i < values.size(); i++) {
      api.append(
          """
            - name: Kind%d
              get: /kind%d
              single: true
              sql: |
                select %s as v%s
          """
              .formatted(i, i, values.get(i).split(" => ", -1)[0], from));
    }
    return api.toString();
  }

  /** As docs/sql.md has them. */
  private static final Map<String, String> VALUES =
      Map.of(
          "sqlserver",
          """
          cast(2147483647 as int) => 2147483647
          cast(9007199254740993 as bigint) => "9007199254740993"
          cast(1.10 as decimal(15,2)) => 1.10
          cast(1 as decimal(38,2)) => "1.00"
          cast(1.5 as money) => "1.5000"
          cast(0.1 as float) => 0.1
          cast(1 as bit) => true
          N'Zoë "x"' => "Zoë \\"x\\""
          cast('2026-02-28' as date) => "2026-02-28"
          cast('01:02:03.4567890' as time) => "01:02:03.456789"
          cast('2026-01-01T01:02:03.0000010' as datetime2) => "2026-01-01T01:02:03.000001"
          cast('2026-03-29T02:30:00+05:30' as datetimeoffset) => "2026-03-29T02:30:00+05:30"
          cast('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' as uniqueidentifier) => "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"
          cast(0x00ff10 as varbinary(max)) => "AP8Q"
          cast(null as int) => null
          """,
          "oracle",
          """
          cast(7 as number(9)) => 7
          cast(9007199254740993 as number(19)) => "9007199254740993"
          cast(1.10 as number(15,2)) => 1.1
          12345678901234567890.123 => "12345678901234567890.123"
          cast(0.1 as binary_double) => 0.1
          date '2026-02-28' => "2026-02-28T00:00:00"
          timestamp '2026-01-01 01:02:03.000001' => "2026-01-01T01:02:03.000001"
          timestamp '2026-03-29 02:30:00 +05:30' => "2026-03-29T02:30:00+05:30"
          to_clob('long') => "long"
          hextoraw('00ff10') => "AP8Q"
          cast('' as varchar2(10)) => null
          """,
          "db2",
          """
          cast(2147483647 as integer) => 2147483647
          cast(9007199254740993 as bigint) => "9007199254740993"
          cast(1.10 as decimal(15,2)) => 1.10
          cast(1 as decimal(31,2)) => "1.00"
          cast(1.5 as decfloat) => "1.5"
          cast(0.1 as double) => 0.1
          date('2026-02-28') => "2026-02-28"
          time('01:02:03') => "01:02:03"
          timestamp('2026-01-01-01.02.03.000001') => "2026-01-01T01:02:03.000001"
          cast('long' as clob) => "long"
          cast(x'00ff10' as varchar(3) for bit data) => "AP8Q"
          cast(null as integer) => null
          """);

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
