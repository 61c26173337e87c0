package drawbridge.adapters.ibmi;

import drawbridge.adapters.Call;
import drawbridge.adapters.Column;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Operation;
import drawbridge.adapters.Outline;
import drawbridge.adapters.Source;
import drawbridge.adapters.SourceCheck;
import drawbridge.adapters.SourceState;
import drawbridge.adapters.sql.Dialect;
import drawbridge.adapters.sql.SqlSource;
import drawbridge.settings.Section;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * An IBM i behind pools of connections, which fill as calls need them: one for programs, queues,
 * commands and files, one for operations that wait on the host, and one for SQL.
 */
public final class IbmiSource implements Source {
  /** So many days before it expires, the password is spoken of. */
  private static final int WARN_DAYS = 14;

  /** What an operation on Db2 for i is told by. */
  private static final List<String> SQL = List.of("sql", "transaction", "procedure");

  private static final String UNTRIED = "not connected yet";

  private final String name;
  private final IbmiSettings settings;
  private final HostLogins logins;
  private final HostPools pools;

  /** Databases of the profiles that work for callers, made when the first caller comes. */
  private final Map<String, SqlSource> lanes = new LinkedHashMap<>();

  /** Paths of the objects that operations name. */
  private final Set<String> needed = new TreeSet<>();

  /** For operations that wait on the host; null: there is none. */
  private @Nullable HostPools listeners;

  /** For operations on Db2 for i; null: there is none. */
  private volatile @Nullable SqlSource database;

  private IbmiSource(String name, IbmiSettings settings)
      throws IOException, GeneralSecurityException {
    this.name = name;
    this.settings = settings;
    this.logins = new HostLogins(settings);
    this.pools = new HostPools(name, logins);
    for (HostLogin login : logins.profiles().values()) {
      if (login.tokens() != null) {
        needed.add(HostNames.path("QSYS", login.profile(), "USRPRF"));
      }
    }
  }

  /** Reads the source's keys in {@code sources.yaml}; connects later. */
  public static IbmiSource open(String name, Section section) {
    IbmiSettings settings = IbmiSettings.read(section);
    try {
      return new IbmiSource(name, settings);
    } catch (IOException | GeneralSecurityException e) {
      throw section.wrong(
          "tls", "its trust file cannot be read: " + e.getMessage(), "name a PEM file of CAs");
    }
  }

  @Override
  public String name() {
    return name;
  }

  HostPool pool() {
    return pools.own();
  }

  IbmiSettings settings() {
    return settings;
  }

  @Override
  public Operation operation(Section section, Outline outline) {
    if (SQL.stream().anyMatch(section::has)) {
      return database().operation(section, outline);
    }
    return IbmiOperations.read(
        new OperationContext(
            pools,
            this::listeners,
            settings.announcement(),
            settings.ccsid().orElse(IbmiSettings.CCSID),
            settings.commands(),
            settings.folders(),
            needed::add),
        section,
        outline);
  }

  @Override
  public List<Operation> resource(Section section, Outline outline) {
    return database().resource(section, outline);
  }

  /** Called while the source is not shared yet. */
  private HostPools listeners() {
    HostPools there = listeners;
    if (there == null) {
      try {
        there = new HostPools(name + "-listening", logins);
      } catch (IOException | GeneralSecurityException e) {
        throw new IllegalStateException("the trust file was there a moment ago", e);
      }
      listeners = there;
    }
    return there;
  }

  private synchronized SqlSource database() {
    SqlSource there = database;
    if (there == null) {
      try {
        there =
            SqlSource.over(
                name, Dialect.DB2I, new HostDatabase(logins.own()), settings.database().size());
        there.lanes(this::lane);
      } catch (IOException | GeneralSecurityException e) {
        throw new IllegalStateException("the trust file was there a moment ago", e);
      }
      database = there;
    }
    return there;
  }

  private Optional<SqlSource> lane(Call call) throws FaultException {
    Optional<HostLogin> login = logins.of(call);
    return login.isEmpty() ? Optional.empty() : Optional.of(lane(login.get()));
  }

  private SqlSource lane(HostLogin login) throws FaultException {
    synchronized (lanes) {
      SqlSource there = lanes.get(login.profile());
      if (there == null) {
        try {
          there =
              SqlSource.over(
                  name + " as " + login.profile(),
                  Dialect.DB2I,
                  new HostDatabase(login),
                  login.settings().pool().size());
        } catch (IOException | GeneralSecurityException e) {
          throw HostSignOn.unavailable("the source cannot be made ready", e);
        }
        lanes.put(login.profile(), there);
      }
      return there;
    }
  }

  @Override
  public Map<String, List<Column>> columns(Duration patience) {
    SqlSource sql = database;
    return sql == null ? Map.of() : sql.columns(patience);
  }

  @Override
  public Map<String, String> misfits() {
    SqlSource sql = database;
    return sql == null ? Map.of() : sql.misfits();
  }

  @Override
  public Optional<String> draft(String table, Duration patience) {
    return database().draft(table, patience);
  }

  @Override
  public Map<String, Long> figures() {
    Map<String, Long> figures = new LinkedHashMap<>(pools.figures());
    HostPools waiting = listeners;
    if (waiting != null) {
      waiting.figures().forEach((key, value) -> figures.merge(key, value, Long::sum));
    }
    SqlSource sql = database;
    if (sql != null) {
      sql.figures().forEach((key, value) -> figures.merge(key, value, Long::sum));
    }
    synchronized (lanes) {
      lanes
          .values()
          .forEach(
              lane -> lane.figures().forEach((key, value) -> figures.merge(key, value, Long::sum)));
    }
    return figures;
  }

  @Override
  public SourceState state() {
    HostPool pool = pools.own();
    Optional<String> failure = pool.failure().map(HostSignOn.Failure::sentence);
    if (failure.isPresent()) {
      return new SourceState(name, false, failure.get());
    }
    boolean reached = pool.reached();
    SqlSource sql = database;
    if (sql != null) {
      SourceState state = sql.state();
      if (!state.available() && !state.detail().equals(UNTRIED)) {
        return state;
      }
      reached |= state.available();
    }
    if (!reached) {
      return new SourceState(name, false, UNTRIED);
    }
    String detail =
        pool.passwordDays().isPresent() && pool.passwordDays().getAsInt() <= WARN_DAYS
            ? "available; the password expires in " + pool.passwordDays().getAsInt() + " days"
            : "available";
    return new SourceState(name, true, detail);
  }

  @Override
  public SourceCheck check(Duration patience) {
    long start = System.nanoTime();
    List<String> details = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    Duration latency;
    try (HostJob job = pools.own().borrow(start + patience.toNanos())) {
      latency = Duration.ofNanos(System.nanoTime() - start);
      details.add("signed on as " + settings.user() + ", job " + job.jobName());
      details.addAll(HostCheck.of(job.system(), settings));
      missing.addAll(HostCheck.missing(job.system(), needed));
    } catch (FaultException e) {
      Throwable cause = e.fault().cause();
      details.add(cause == null ? e.fault().message() : String.valueOf(cause.getMessage()));
      return new SourceCheck(
          name, false, e.fault().message(), details, Duration.ofNanos(System.nanoTime() - start));
    }
    details.addAll(missing);
    SqlSource sql = database;
    if (sql != null) {
      SourceCheck statements = sql.check(patience);
      details.addAll(statements.details());
      if (!statements.ok()) {
        return new SourceCheck(name, false, statements.message(), details, latency);
      }
    }
    return missing.isEmpty()
        ? new SourceCheck(name, true, state().detail(), details, latency)
        : new SourceCheck(
            name, false, "the source lacks objects that operations need", details, latency);
  }

  @Override
  public void close() {
    pools.close();
    HostPools waiting = listeners;
    if (waiting != null) {
      waiting.close();
    }
    SqlSource sql = database;
    if (sql != null) {
      sql.close();
    }
    synchronized (lanes) {
      lanes.values().forEach(SqlSource::close);
    }
  }
}
