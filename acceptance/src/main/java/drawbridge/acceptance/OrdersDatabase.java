package drawbridge.acceptance;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A real PostgreSQL with sample orders, the same in every run. The server listens on loopback, and
 * asks everybody for a password as soon as the data is in. Closed by whoever started it.
 */
public final class OrdersDatabase implements AutoCloseable {
  /** The agent's login: it may read, and add notes. */
  public static final String USER = "bridge";

  public static final String NAME = "erp";

  /** A hundred orders each at the usual number of rows. */
  static final int CUSTOMERS = 1_000;

  /** Unpacking them takes longer than all the rest, so it is done once a source tree. */
  private static final Path BINARIES = Repository.root().resolve(".drawbridge/postgres");

  /** Hears of the server's process before anything can go wrong with it. */
  interface Started {
    void process(long pid) throws IOException;
  }

  private final EmbeddedPostgres server;
  private final Path data;
  private final String password;

  private OrdersDatabase(EmbeddedPostgres server, Path data, String password) {
    this.server = server;
    this.data = data;
    this.password = password;
  }

  /**
   * Returns when the data is in.
   *
   * @param folder for the data; made where missing
   * @param password of {@link #USER}; without quotes
   * @param started is told the process as soon as there is one
   */
  static OrdersDatabase start(Path folder, Path log, String password, int rows, Started started)
      throws IOException, SQLException {
    Path data = folder.resolve("data");
    Files.createDirectories(data);
    Files.createDirectories(BINARIES);
    EmbeddedPostgres server =
        EmbeddedPostgres.builder()
            .setOverrideWorkingDirectory(BINARIES.toFile())
            .setDataDirectory(data)
            .setCleanDataDirectory(false)
            .setPort(Layout.freePorts(1)[0])
            .setServerConfig("listen_addresses", "localhost")
            .setServerConfig("unix_socket_directories", "")
            // Sample data is made anew in every run.
            .setServerConfig("fsync", "off")
            .setLocaleConfig("locale", "C")
            .setPGStartupWait(Duration.ofSeconds(60))
            .setOutputRedirector(Redirect.appendTo(log.toFile()))
            .setErrorRedirector(Redirect.appendTo(log.toFile()))
            .setRegisterShutdownHook(false)
            .start();
    OrdersDatabase database = new OrdersDatabase(server, data, password);
    try {
      started.process(database.pid());
      database.fill(rows);
      database.lock();
    } catch (IOException | SQLException | RuntimeException e) {
      try (database) {
        throw e;
      }
    }
    return database;
  }

  private void fill(int rows) throws SQLException {
    try (Connection admin = server.getPostgresDatabase().getConnection();
        Statement statement = admin.createStatement()) {
      statement.execute("create role " + USER + " login password '" + password + "'");
      statement.execute("create database " + NAME);
    }
    try (Connection owner = server.getDatabase("postgres", NAME).getConnection();
        Statement statement = owner.createStatement()) {
      statement.execute(
          """
          create schema sales;

          create table sales.customers (
            id integer primary key,
            name text not null,
            credit_limit numeric(10, 2) not null);

          insert into sales.customers
          select id, 'Customer ' || id, 1000 + (id * 7919 %% 90000)
          from generate_series(1, %1$d) as id;

          create table sales.orders (
            id integer primary key,
            customer_id integer not null,
            placed_on date not null,
            total numeric(10, 2) not null,
            status text not null,
            note text);

          insert into sales.orders
          select id,
                 1 + id %% %1$d,
                 date '2023-01-01' + (id * 37 %% 997),
                 (100 + id::bigint * 7919 %% 999900) / 100.0,
                 (array['new', 'paid', 'shipped', 'returned'])[1 + id %% 4],
                 case when id %% 5 > 0 then 'Leave at dock ' || id %% 12 || ' and ring twice' end
          from generate_series(1, %2$d) as id;

          alter table sales.orders add foreign key (customer_id) references sales.customers;

          create table sales.notes (
            id bigint generated always as identity primary key,
            order_id integer not null references sales.orders,
            text text not null,
            made_at timestamptz not null default clock_timestamp());

          create table sales.memos (
            id integer generated by default as identity primary key,
            text text not null,
            due date,
            row_version integer not null default 1,
            request_key varchar(200) unique);
          comment on column sales.memos.text is 'What to remember';

          insert into sales.memos (text, due)
          select 'Memo ' || id, case when id %% 3 > 0 then date '2026-01-01' + id end
          from generate_series(1, 25) as id;

          create index on sales.orders (customer_id, placed_on, id);
          analyze sales.orders;
          grant usage on schema sales to %3$s;
          grant select on all tables in schema sales to %3$s;
          grant insert on sales.notes to %3$s;
          grant insert, update, delete on sales.memos to %3$s;
          """
              .formatted(CUSTOMERS, rows, USER));
    }
  }

  /** From now on nobody comes in without a password, and the superuser not at all. */
  private void lock() throws IOException, SQLException {
    try (Connection admin = server.getPostgresDatabase().getConnection();
        Statement statement = admin.createStatement()) {
      Files.writeString(
          data.resolve("pg_hba.conf"),
          """
          host %1$s %2$s 127.0.0.1/32 scram-sha-256
          host %1$s %2$s ::1/128      scram-sha-256
          """
              .formatted(NAME, USER));
      statement.execute("select pg_reload_conf()");
    }
  }

  public int port() {
    return server.getPort();
  }

  /** Without login: that stands in the source's own settings. */
  public String url() {
    return url(port());
  }

  static String url(int port) {
    return "jdbc:postgresql://localhost:" + port + "/" + NAME;
  }

  /** As the agents connect to it. Closed by the caller. */
  public Connection connect() throws SQLException {
    return DriverManager.getConnection(url(), USER, password);
  }

  /** How many statements of the agents hold in {@code pg_sleep} now. */
  public long sleepingStatements() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select count(*) from pg_stat_activity where query like '%pg_sleep%'"
                    + " and state = 'active' and pid <> pg_backend_pid()")) {
      return rows.next() ? rows.getLong(1) : -1;
    }
  }

  /** Of the server's first process, which ends all others of it. */
  long pid() throws IOException {
    return pid(data);
  }

  /** While the cluster is being made, the file holds the number of another process, negated. */
  private static long pid(Path data) throws IOException {
    List<String> lines = Files.readAllLines(data.resolve("postmaster.pid"));
    try {
      return Math.abs(Long.parseLong(lines.isEmpty() ? "" : lines.getFirst().strip()));
    } catch (NumberFormatException e) {
      throw new IOException("no process stands in " + data.resolve("postmaster.pid"), e);
    }
  }

  /**
   * Ends a server in the folder that was being started when its program was told to end. It waits
   * for those who are filling it, but not for long.
   */
  static void abandon(Path folder) throws IOException {
    Path data = folder.resolve("data");
    Path file = data.resolve("postmaster.pid");
    if (!Files.exists(file)) {
      return;
    }
    Optional<ProcessHandle> server = ProcessHandle.of(pid(data));
    server.ifPresent(ProcessHandle::destroy);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
    while (Files.exists(file) && System.nanoTime() < deadline) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
    server.ifPresent(ProcessHandle::destroyForcibly);
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
