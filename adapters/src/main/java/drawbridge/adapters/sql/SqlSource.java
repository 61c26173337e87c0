package drawbridge.adapters.sql;

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
import org.jspecify.annotations.Nullable;

/** A database behind a pool of connections, which fills as calls need it. */
public final class SqlSource implements Source {
  private static final System.Logger LOG = System.getLogger(SqlSource.class.getName());

  private final String name;
  private final Dialect dialect;
  private final Connector connector;
  private final SignOn signOn;
  private final Pool pool;

  /** Half of the connections: readers that dawdle leave the rest to short calls. */
  private final Semaphore longAnswers;

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
    this(name, dialect, connector, poolSize, warning, Loan.Patience.USUAL);
  }

  /**
   * @param patience with a connection that is lent beyond its call's deadline
   */
  SqlSource(
      String name,
      Dialect dialect,
      Connector connector,
      int poolSize,
      String warning,
      Loan.Patience patience) {
    this.name = name;
    this.dialect = dialect;
    this.connector = connector;
    this.longAnswers = new Semaphore(Math.max(1, poolSize / 2));
    this.warning = warning;
    this.signOn = new SignOn(name, dialect, connector, Pool.CONNECTING);
    this.pool = new Pool(name, dialect, signOn, poolSize, patience, this::failed);
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

  /** A connection for one call, in a transaction to come; see {@link Pool#lend}. */
  Loan lend(Call call, String operation) throws FaultException {
    Fault over = Watch.over(call);
    if (over != null) {
      throw over.thrown();
    }
    if (signOn.stopped()) {
      failure = SqlFaults.REFUSED;
      throw SqlFaults.unavailable(SqlFaults.REFUSED, null).thrown();
    }
    Loan loan = pool.lend(call, operation);
    failure = null;
    return loan;
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
    } catch (SQLException | RuntimeException e) {
      LOG.log(Level.DEBUG, "source " + name + ": a connection is dropped", e);
      drop(connection);
    }
  }

  /** The connection is not used again. */
  void drop(Connection connection) {
    pool.drop(connection);
  }

  @Override
  public SourceState state() {
    String why = failure;
    String good = warning.isEmpty() ? "available" : "available, but " + warning;
    return new SourceState(name, why == null, why == null ? good : why);
  }

  @Override
  public Map<String, Long> figures() {
    return pool.figures();
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
    pool.close();
  }
}
