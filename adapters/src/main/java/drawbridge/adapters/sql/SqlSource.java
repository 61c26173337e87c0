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
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** A database behind a pool of connections, which fills as calls need it. */
public final class SqlSource implements Source {
  /** A call waits this long for a connection: a short outage then is a pause and no error. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** One attempt to connect. */
  private static final Duration CONNECTING = Duration.ofSeconds(5);

  /**
   * So many calls may wait for a connection; who comes then is told so at once. An agent carries
   * out 512 calls at a time, so one slow source leaves half of them to others.
   */
  static final int MOST_WAITING = 256;

  /** Beyond its call's deadline; by then every statement was stopped or its connection broken. */
  private static final Duration LEAKED = Duration.ofMinutes(1);

  private static final System.Logger LOG = System.getLogger(SqlSource.class.getName());

  private final String name;
  private final Dialect dialect;
  private final Connector connector;
  private final SignOn signOn;
  private final HikariPool pool;
  private final int poolSize;

  /** Half of the connections: readers that dawdle leave the rest to short calls. */
  private final Semaphore longAnswers;

  private final Duration leaked;

  /** Calls that got no connection in time. */
  private final LongAdder timeouts = new LongAdder();

  private final String warning;
  private final List<SqlOperation> operations = new ArrayList<>();

  /** Set while operations are added, before the source is shared. */
  private boolean changes;

  private Lanes lanes = call -> Optional.empty();

  /** Why the source was not reached when it was last needed; null: it was. */
  private volatile @Nullable String failure = "not connected yet";

  private volatile Map<String, String> misfits = Map.of();

  private SqlSource(
      String name, Dialect dialect, Connector connector, int poolSize, String warning) {
    this(name, dialect, connector, poolSize, warning, LEAKED);
  }

  /**
   * @param leaked a connection that is lent beyond its call's deadline for longer is told in the
   *     log
   */
  SqlSource(
      String name,
      Dialect dialect,
      Connector connector,
      int poolSize,
      String warning,
      Duration leaked) {
    this.name = name;
    this.dialect = dialect;
    this.connector = connector;
    this.poolSize = poolSize;
    this.longAnswers = new Semaphore(Math.max(1, poolSize / 2));
    this.warning = warning;
    this.leaked = leaked;
    this.signOn = new SignOn(name, dialect, connector, CONNECTING);
    this.pool = new HikariPool(pool(name, signOn, poolSize));
    if (!warning.isEmpty()) {
      LOG.log(Level.WARNING, "source " + name + ": " + warning);
    }
  }

  /** Reads the source's keys in {@code sources.yaml}; connects later. */
  public static SqlSource open(String name, Section section, Drivers drivers) {
    SqlSettings settings = SqlSettings.read(section, drivers);
    return new SqlSource(
        name,
        settings.dialect(),
        settings,
        settings.poolSize(),
        settings.insecure() ? "TLS does not check who the database is (insecure-tls)" : "");
  }

  /**
   * A database whose connections another adapter makes.
   *
   * @param poolSize most connections at once
   */
  public static SqlSource over(String name, Dialect dialect, Connector connector, int poolSize) {
    return new SqlSource(name, dialect, connector, poolSize, "");
  }

  private static HikariConfig pool(String name, SignOn signOn, int size) {
    HikariConfig config = new HikariConfig();
    config.setPoolName(name);
    config.setDataSource(signOn);
    config.setMaximumPoolSize(size);
    // Connections are made when a call needs them: nobody signs on in a loop where nobody asks.
    config.setMinimumIdle(0);
    config.setInitializationFailTimeout(-1);
    config.setConnectionTimeout(CONNECTING.toMillis());
    config.setAutoCommit(false);
    config.validate();
    return config;
  }

  Semaphore longAnswers() {
    return longAnswers;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Operation operation(Section section, Outline outline) {
    if (section.has("procedure")) {
      ProcedureReader.Read read = ProcedureReader.read(section, outline);
      Engine engine =
          new Engine(
              this, outline.id(), false, read.safe(), read.isolation(), outline.traits().seconds());
      ProcedureAction action = new ProcedureAction(engine, read.procedure());
      operations.add(action);
      changes = true;
      return outline.with(read.safe(), true, List.of(), action);
    }
    StatementReader.Read read = StatementReader.read(section, outline, dialect);
    boolean reads = outline.method().equals("GET");
    changes |= !reads;
    Engine engine =
        new Engine(
            this, outline.id(), reads, read.safe(), read.isolation(), outline.traits().seconds());
    StatementAction action = new StatementAction(engine, read.plan());
    operations.add(action);
    return read.outline().with(read.safe(), read.plan().single(), List.of(), action);
  }

  @Override
  public List<Operation> resource(Section section, Outline outline) {
    List<Operation> made = new ArrayList<>();
    Resource resource = ResourceReader.read(section, outline, dialect);
    for (ResourceOperations.Made one : ResourceOperations.of(this, resource, outline)) {
      operations.add(one.inner());
      changes |= !one.operation().method().equals("GET");
      made.add(one.operation());
    }
    return made;
  }

  Dialect dialect() {
    return dialect;
  }

  /** See {@link Connector#undoes}. */
  boolean undoes() {
    return connector.undoes();
  }

  /** The same database for callers whose connections are not this source's own. */
  public interface Lanes {
    /**
     * The source that serves a call; empty: this one does.
     *
     * @throws FaultException nobody serves this caller
     */
    Optional<SqlSource> of(Call call) throws FaultException;
  }

  /** While operations are added, before the source is shared. */
  public void lanes(Lanes given) {
    lanes = given;
  }

  SqlSource of(Call call) throws FaultException {
    return lanes.of(call).orElse(this);
  }

  /** See {@link Connector#serve}. */
  void serve(Connection connection, Call call) throws SQLException {
    connector.serve(connection, call);
  }

  /** A connection for one call, in a transaction to come; see {@link #connect}. */
  Loan lend(Call call, String operation) throws FaultException {
    Connection connection = connect(call);
    Duration left = Duration.ofNanos(Math.max(0, call.deadline() - System.nanoTime()));
    return new Loan(name, operation, connection, left.plus(leaked));
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
    if (signOn.stopped()) {
      failure = SqlFaults.REFUSED;
      throw SqlFaults.unavailable(SqlFaults.REFUSED, null).thrown();
    }
    if (pool.getThreadsAwaitingConnection() >= MOST_WAITING) {
      timeouts.increment();
      throw SqlFaults.busy(null).thrown();
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
    if (connections >= poolSize) {
      timeouts.increment();
      return SqlFaults.busy(e);
    }
    if (e.getCause() instanceof SQLException cause) {
      failed(cause);
      return SqlFaults.unavailable(SqlFaults.sentence(cause, dialect), e);
    }
    if (connections == 0) {
      return SqlFaults.unavailable("the source cannot be reached", e);
    }
    timeouts.increment();
    return SqlFaults.busy(e);
  }

  private void failed(SQLException e) {
    String sentence = SqlFaults.sentence(e, dialect);
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
      drop(connection);
    }
  }

  /** The connection is not used again. */
  void drop(Connection connection) {
    pool.evictConnection(connection);
  }

  @Override
  public SourceState state() {
    String why = failure;
    String good = warning.isEmpty() ? "available" : "available, but " + warning;
    return new SourceState(name, why == null, why == null ? good : why);
  }

  @Override
  public Map<String, Long> figures() {
    Map<String, Long> figures = new LinkedHashMap<>();
    figures.put("connections", (long) pool.getTotalConnections());
    figures.put("active", (long) pool.getActiveConnections());
    figures.put("idle", (long) pool.getIdleConnections());
    figures.put("waiting", (long) pool.getThreadsAwaitingConnection());
    figures.put("timeouts", timeouts.sum());
    return figures;
  }

  @Override
  public Map<String, String> misfits() {
    return misfits;
  }

  @Override
  public Map<String, List<Column>> columns(Duration patience) {
    Map<String, List<Column>> columns = new LinkedHashMap<>();
    Map<String, String> wrong = new LinkedHashMap<>();
    try (Connection connection = connectAnew(patience)) {
      failure = null;
      for (SqlOperation operation : operations) {
        try {
          columns.put(operation.id(), operation.describe(connection));
        } catch (FaultException e) {
          wrong.put(operation.id(), problem(e));
        } catch (SQLException e) {
          if (SqlFaults.broken(e)) {
            throw e;
          }
          wrong.put(operation.id(), problem(e));
        }
      }
    } catch (SQLException e) {
      failed(e);
    }
    misfits = Map.copyOf(wrong);
    return columns;
  }

  @Override
  public SourceCheck check(Duration patience) {
    long start = System.nanoTime();
    List<String> problems = new ArrayList<>();
    List<String> excess;
    Duration latency;
    try (Connection connection = connectAnew(patience)) {
      boolean valid = connection.isValid((int) Math.max(1, patience.toSeconds()));
      latency = Duration.ofNanos(System.nanoTime() - start);
      if (!valid) {
        throw new SQLException("does not answer", "08006");
      }
      failure = null;
      for (SqlOperation operation : operations) {
        try {
          operation.describe(connection);
        } catch (SQLException | FaultException e) {
          problems.add(operation.id() + ": " + problem(e));
        }
      }
      excess = Privileges.excess(connection, dialect, !changes);
    } catch (SQLException e) {
      failed(e);
      String hint = dialect.refusedSignIn(e) ? " (mend " + connector.toMend() + ")" : "";
      return new SourceCheck(
          name,
          false,
          SqlFaults.sentence(e, dialect),
          List.of(e.getMessage() + hint),
          Duration.ofNanos(System.nanoTime() - start));
    }
    return new SourceCheck(
        name,
        problems.isEmpty(),
        problems.isEmpty() ? state().detail() : "its operations do not fit the source",
        problems,
        latency,
        excess);
  }

  @Override
  public Optional<String> draft(String table, Duration patience) {
    if (!ResourceReader.TABLE.matcher(table).matches()) {
      return Optional.empty();
    }
    try (Connection connection = connectAnew(patience)) {
      return Optional.of(new Draft(connection, dialect, name, table).text());
    } catch (SQLException | FaultException e) {
      LOG.log(Level.WARNING, "source " + name + ": " + table + ": " + problem(e));
      return Optional.empty();
    }
  }

  private static String problem(Exception e) {
    Throwable cause = e instanceof FaultException && e.getCause() != null ? e.getCause() : e;
    return String.valueOf(cause.getMessage());
  }

  /** Beside the pool, so that it shows what a first connection would meet. */
  Connection connectAnew(Duration patience) throws SQLException {
    Connection connection = signOn.connect(patience);
    dialect.networkTimeout(connection, (int) Math.min(60_000, patience.toMillis()));
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
