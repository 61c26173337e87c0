package drawbridge.acceptance.bench;

import com.ibm.as400.access.AS400;
import com.ibm.as400.access.AS400JDBCDriver;
import com.ibm.as400.access.AS400PackedDecimal;
import com.ibm.as400.access.AS400Text;
import com.ibm.as400.access.AS400ZonedDecimal;
import com.ibm.as400.access.DataQueue;
import com.ibm.as400.access.DataQueueEntry;
import com.ibm.as400.access.ProgramCall;
import com.ibm.as400.access.ProgramParameter;
import com.ibm.as400.access.SocketProperties;
import drawbridge.adapters.Call;
import drawbridge.adapters.Cancellation;
import drawbridge.adapters.Site;
import drawbridge.ibmi.stub.HostService;
import drawbridge.ibmi.stub.HostSettings;
import drawbridge.ibmi.stub.HostSystem;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.UUID;

/** The same pieces of work on an IBM i, done in two ways. Each way takes many threads. */
interface IbmiWork extends AutoCloseable {
  /** A program's price, an entry put on a data queue and taken off it, a row of Db2 by its key. */
  enum Kind {
    PROGRAM,
    DATA_QUEUE,
    ROW;

    String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * Does it once, and looks at what came.
   *
   * @param caller its number, from 0
   */
  void run(Kind kind, int caller) throws Exception;

  @Override
  void close() throws SQLException;

  /** A simulated IBM i with what the work needs. */
  static HostSystem host(Path folder) throws IOException, SQLException {
    String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";MODE=DB2;DB_CLOSE_DELAY=-1";
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute("create schema SHOP");
      statement.execute(
          "create table SHOP.ITEMS(ID integer primary key, NAME varchar(40), PRICE decimal(9,2))");
      for (int i = 0; i < 1_000; i++) {
        statement.execute("insert into SHOP.ITEMS values(" + i + ", 'Item " + i + "', 12.50)");
      }
    }
    HostSystem host = HostSettings.builder().database(url).start();
    host.user("BRIDGE", "s3cret");
    Files.writeString(folder.resolve("password"), "s3cret");
    host.program(
        "SHOP",
        "PRICE",
        p -> {
          p.zoned(2, 0, 11, 2, p.packed(1, 0, 5, 0).multiply(new BigDecimal("12.50")));
          p.text(3, 0, 30, "Priced " + p.text(0, 0, 10).strip());
        });
    for (int i = 0; i < 64; i++) {
      host.dataQueue("SHOP", "Q" + i, drawbridge.ibmi.stub.DataQueue.Order.FIFO, 100, 0, false);
    }
    return host;
  }

  private static void expect(boolean good) {
    if (!good) {
      throw new IllegalStateException("another answer than expected");
    }
  }

  /** JTOpen as a careful programmer uses it: a connection for each caller, kept open. */
  final class Bare implements IbmiWork {
    private final List<AS400> systems = new ArrayList<>();
    private final List<Connection> connections = new ArrayList<>();
    private final AS400Text item = new AS400Text(10, 37);
    private final AS400Text status = new AS400Text(30, 37);
    private final AS400Text entry = new AS400Text(40, 37);
    private final AS400PackedDecimal quantity = new AS400PackedDecimal(5, 0);
    private final AS400ZonedDecimal total = new AS400ZonedDecimal(11, 2);

    Bare(HostSystem host, int callers) throws Exception {
      Properties properties = new Properties();
      properties.setProperty("prompt", "false");
      properties.setProperty("thread used", "false");
      for (int i = 0; i < callers; i++) {
        AS400 system = new AS400(host.name(), "BRIDGE", "s3cret".toCharArray());
        system.setGuiAvailable(false);
        system.setMustUseSockets(true);
        system.setThreadUsed(false);
        SocketProperties socket = new SocketProperties();
        socket.setTcpNoDelay(true);
        system.setSocketProperties(socket);
        system.setServicePort(AS400.SIGNON, host.port(HostService.SIGN_ON));
        system.setServicePort(AS400.COMMAND, host.port(HostService.COMMAND));
        system.setServicePort(AS400.DATAQUEUE, host.port(HostService.DATA_QUEUE));
        system.setServicePort(AS400.DATABASE, host.port(HostService.DATABASE));
        systems.add(system);
        Connection connection = new AS400JDBCDriver().connect(system, properties, "SHOP", false);
        connection.setAutoCommit(false);
        connections.add(connection);
      }
    }

    @Override
    public void run(Kind kind, int caller) throws Exception {
      switch (kind) {
        case PROGRAM -> {
          ProgramParameter[] parameters = {
            new ProgramParameter(item.toBytes("GEAR")),
            new ProgramParameter(quantity.toBytes(new BigDecimal(100))),
            new ProgramParameter(11),
            new ProgramParameter(30)
          };
          ProgramCall call =
              new ProgramCall(systems.get(caller), "/QSYS.LIB/SHOP.LIB/PRICE.PGM", parameters);
          expect(call.run());
          expect(total.toObject(parameters[2].getOutputData()).toString().equals("1250.00"));
          expect(status.toObject(parameters[3].getOutputData()).toString().startsWith("Priced"));
        }
        case DATA_QUEUE -> {
          DataQueue queue =
              new DataQueue(systems.get(caller), "/QSYS.LIB/SHOP.LIB/Q" + caller + ".DTAQ");
          queue.write(entry.toBytes("100 gears for ACME"));
          DataQueueEntry taken = Objects.requireNonNull(queue.read());
          expect(entry.toObject(taken.getData()).toString().startsWith("100 gears"));
        }
        case ROW -> {
          Connection connection = connections.get(caller);
          try (PreparedStatement select =
              connection.prepareStatement("select ID, NAME, PRICE from ITEMS where ID = ?")) {
            select.setInt(1, 42);
            try (ResultSet rows = select.executeQuery()) {
              expect(
                  rows.next()
                      && rows.getInt(1) == 42
                      && rows.getString(2).equals("Item 42")
                      && rows.getBigDecimal(3).signum() > 0);
            }
          }
          connection.commit();
        }
      }
    }

    @Override
    public void close() throws SQLException {
      for (Connection connection : connections) {
        connection.close();
      }
      systems.forEach(AS400::disconnectAllServices);
    }
  }

  /** The same as operations of a site: arguments as they come from JSON, the answer as JSON. */
  final class Adapter implements IbmiWork {
    private final Site site;

    Adapter(Path folder, HostSystem host) throws IOException {
      Files.createDirectories(folder.resolve("apis"));
      Files.writeString(
          folder.resolve("sources.yaml"),
          """
          host:
            adapter: ibmi
            system: %s
            login: { user: BRIDGE, password-file: password }
            ports: { sign-on: %d, command: %d, data-queue: %d, database: %d }
            libraries: [SHOP]
            pool: { size: 64 }
            database: { size: 64 }
          """
              .formatted(
                  host.name(),
                  host.port(HostService.SIGN_ON),
                  host.port(HostService.COMMAND),
                  host.port(HostService.DATA_QUEUE),
                  host.port(HostService.DATABASE)));
      Files.writeString(
          folder.resolve("price.pcml"),
          """
          <pcml version="6.0">
            <program name="PRICE" path="/QSYS.LIB/SHOP.LIB/PRICE.PGM">
              <data name="ITEM" type="char" length="10" usage="input"/>
              <data name="QUANTITY" type="packed" length="5" precision="0" usage="input"/>
              <data name="TOTAL" type="zoned" length="11" precision="2" usage="output"/>
              <data name="STATUS" type="char" length="30" usage="output"/>
            </program>
          </pcml>
          """);
      StringBuilder api =
          new StringBuilder(
              """
              api: bench
              version: v1
              title: Bench
              source: host
              operations:
                - { name: Price, get: /price, safe: true, program: { pcml: ../price.pcml } }
                - { name: Row, get: /row, single: true, sql: "select ID, NAME, PRICE from ITEMS where ID = :id", parameters: { id: { type: integer } } }
              """);
      for (int i = 0; i < 64; i++) {
        api.append(
            """
              - { name: Send%1$d, post: /send%1$d, data-queue: { library: SHOP, name: Q%1$d, do: send } }
              - { name: Take%1$d, post: /take%1$d, data-queue: { library: SHOP, name: Q%1$d, do: receive } }
            """
                .formatted(i));
      }
      Files.writeString(folder.resolve("apis/bench-v1.yaml"), api);
      site = Site.open(folder, Duration.ofSeconds(10));
    }

    @Override
    public void run(Kind kind, int caller) throws Exception {
      switch (kind) {
        case PROGRAM ->
            expect(
                answer("Price", Map.of("item", "GEAR", "quantity", new BigDecimal(100)))
                    .contains("1250.00"));
        case DATA_QUEUE -> {
          answer("Send" + caller, Map.of("entry", "100 gears for ACME"));
          expect(answer("Take" + caller, Map.of()).contains("100 gears"));
        }
        case ROW -> expect(answer("Row", Map.of("id", 42)).contains("Item 42"));
      }
    }

    private String answer(String operation, Map<String, Object> arguments) throws Exception {
      WholeAnswer whole = new WholeAnswer();
      site.operation("bench/v1/" + operation)
          .orElseThrow()
          .action()
          .run(
              new Call(
                  arguments,
                  System.nanoTime() + Duration.ofSeconds(30).toNanos(),
                  1_000,
                  new Cancellation()),
              whole);
      return whole.bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
      site.close();
    }
  }
}
