package drawbridge.adapters.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.pool.HikariPool;
import drawbridge.adapters.Call;
import drawbridge.adapters.Column;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Operation;
import drawbridge.adapters.Outline;
import drawbridge.adapters.Source;
import drawbridge.adapters.SourceCheck;
import drawbridge.adapters.SourceState;
import drawbridge.settings.Section;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** A database behind a pool of connections, which fills as calls need it. */
public final class SqlSource implements Source {
  /** A call waits this long for a connection: a short outage then is a pause and no error. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** One attempt to connect. */
  private static final Duration CONNECTING = Duration.ofSeconds(5);

  /** No call lasts this long; a connection that is away longer is lost, and the log says where. */
  private static final Duration LEAKED = Duration.ofMinutes(15);

  private static final System.Logger LOG = System.getLogger(SqlSource.class.getName());

  private final String name;
  private final SqlSettings settings;
  private final HikariPool pool;
  private final List<SqlAction> actions = new ArrayList<>();

  /** Why the source was not reached when it was last needed; null: it was. */
  private volatile @Nullable String failure = "not connected yet";

  private SqlSource(String name, SqlSettings settings) {
    this.name = name;
    this.settings = settings;
    this.pool = new HikariPool(pool(name, settings));
  }

  /** Reads the source's keys in {@code sources.yaml}; connects later. */
  public static SqlSource open(String name, Section section) {
    return new SqlSource(name, SqlSettings.read(section));
  }

  private static HikariConfig pool(String name, SqlSettings settings) {
    HikariConfig config = new HikariConfig();
    config.setPoolName(name);
    config.setJdbcUrl(settings.url());
    Properties properties = settings.properties(CONNECTING);
    config.setUsername(settings.user());
    config.setPassword(settings.password().reveal());
    properties.remove("user");
    properties.remove("password");
    config.setDataSourceProperties(properties);
    config.setMaximumPoolSize(settings.poolSize());
    // Connections are made when a call needs them: nobody signs on in a loop where nobody asks.
    config.setMinimumIdle(0);
    config.setInitializationFailTimeout(-1);
    config.setConnectionTimeout(CONNECTING.toMillis());
    config.setAutoCommit(false);
    config.setLeakDetectionThreshold(LEAKED.toMillis());
    config.validate();
    return config;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Operation operation(Section section, Outline outline) {
    SqlAction.Statement statement = StatementReader.read(section, outline, settings.dialect());
    SqlAction action = new SqlAction(this, statement);
    actions.add(action);
    return outline.with(statement.safe(), statement.single(), List.of(), action);
  }

  Dialect dialect() {
    return settings.dialect();
  }

  /**
   * A connection for one call, in a transaction to come; closing it gives it back.
   *
   * @throws FaultException {@link Fault.Code#BUSY} or {@link Fault.Code#SOURCE_UNAVAILABLE} before
   *     the deadline; nothing ran
   */
  Connection connect(Call call) throws FaultException {
    Fault over = Watch.over(call);
    if (over != null) {
      throw over.thrown();
    }
    // A tenth of the time is kept, so that the answer says which wait it was.
    long left = (call.deadline() - System.nanoTime()) / 1_000_000 * 9 / 10;
    Thread waiting = Thread.currentThread();
    call.cancellation().onCancel(waiting::interrupt);
    try {
      Connection connection = pool.getConnection(Math.clamp(left, 1, PATIENCE.toMillis()));
      failure = null;
      return connection;
    } catch (SQLException e) {
      if (call.cancellation().cancelled()) {
        throw Fault.of(Fault.Code.CANCELLED, "the caller went away", e).thrown();
      }
      throw unconnected(e).thrown();
    } finally {
      call.cancellation().onCancel(null);
      if (call.cancellation().cancelled()) {
        // It was meant for the wait, and must not reach what comes after.
        Thread.interrupted();
      }
    }
  }

  private Fault unconnected(SQLException e) {
    int connections = pool.getTotalConnections();
    if (connections >= settings.poolSize()) {
      return SqlFaults.busy(e);
    }
    if (e.getCause() instanceof SQLException cause) {
      failed(cause);
      return SqlFaults.unavailable(SqlFaults.sentence(cause), e);
    }
    return connections == 0
        ? SqlFaults.unavailable("the source cannot be reached", e)
        : SqlFaults.busy(e);
  }

  private void failed(SQLException e) {
    String sentence = SqlFaults.sentence(e);
    if (!sentence.equals(failure)) {
      LOG.log(Level.WARNING, "source " + name + ": " + sentence + ": " + e.getMessage());
    }
    failure = sentence;
  }

  /** Undoes what a call began; a connection that can't is not used again. */
  void rollback(Connection connection) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      LOG.log(Level.DEBUG, "source " + name + ": a connection is dropped", e);
      pool.evictConnection(connection);
    }
  }

  @Override
  public SourceState state() {
    String why = failure;
    return new SourceState(name, why == null, why == null ? "available" : why);
  }

  @Override
  public Map<String, List<Column>> columns(Duration patience) {
    Map<String, List<Column>> columns = new LinkedHashMap<>();
    try (Connection connection = connectAnew(patience)) {
      failure = null;
      for (SqlAction action : actions) {
        try {
          columns.put(action.id(), action.describe(connection));
        } catch (FaultException e) {
          LOG.log(Level.WARNING, problem(action, e));
        } catch (SQLException e) {
          if (SqlFaults.broken(e)) {
            throw e;
          }
          LOG.log(Level.WARNING, problem(action, e));
        }
      }
    } catch (SQLException e) {
      failed(e);
    }
    return columns;
  }

  @Override
  public SourceCheck check(Duration patience) {
    long start = System.nanoTime();
    List<String> problems = new ArrayList<>();
    Duration latency;
    try (Connection connection = connectAnew(patience)) {
      boolean valid = connection.isValid((int) Math.max(1, patience.toSeconds()));
      latency = Duration.ofNanos(System.nanoTime() - start);
      if (!valid) {
        throw new SQLException("does not answer", "08006");
      }
      failure = null;
      for (SqlAction action : actions) {
        try {
          action.describe(connection);
        } catch (SQLException | FaultException e) {
          problems.add(problem(action, e));
        }
      }
    } catch (SQLException e) {
      failed(e);
      String hint =
          SqlFaults.refusedSignIn(e)
              ? " (user " + settings.user() + ", password file " + settings.passwordFile() + ")"
              : "";
      return new SourceCheck(
          name,
          false,
          SqlFaults.sentence(e),
          List.of(e.getMessage() + hint),
          Duration.ofNanos(System.nanoTime() - start));
    }
    return new SourceCheck(
        name,
        problems.isEmpty(),
        problems.isEmpty() ? "available" : "the source refuses statements of its operations",
        problems,
        latency);
  }

  private static String problem(SqlAction action, Exception e) {
    Throwable cause = e instanceof FaultException && e.getCause() != null ? e.getCause() : e;
    return action.id() + ": " + cause.getMessage();
  }

  /** Beside the pool, so that it shows what a first connection would meet. */
  private Connection connectAnew(Duration patience) throws SQLException {
    Connection connection =
        DriverManager.getConnection(settings.url(), settings.properties(patience));
    connection.setNetworkTimeout(Runnable::run, (int) Math.min(60_000, patience.toMillis()));
    return connection;
  }

  @Override
  public void close() {
    try {
      pool.shutdown();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
