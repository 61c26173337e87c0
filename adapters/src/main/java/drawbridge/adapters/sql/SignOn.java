package drawbridge.adapters.sql;

import java.io.PrintWriter;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * How the connections of a source sign on: through one door for each account of a database, one at
 * a time, so that a wrong password is tried exactly once and no account is ever locked by the
 * bridge. After a refusal nothing is tried until the credentials change, by other sources of that
 * account neither, nor when the site folder is read again. Thread-safe.
 */
final class SignOn implements DataSource {
  private static final System.Logger LOG = System.getLogger(SignOn.class.getName());

  private final String source;
  private final Dialect dialect;
  private final Connector connector;
  private final Duration patience;
  private final Door door;
  private volatile Consumer<SQLException> onRefusal = refusal -> {};

  /** Of an account, for the whole program. */
  private static final class Door {
    /** More than a site has, and bounded. */
    private static final int MOST = 1_000;

    private static final Map<String, Door> ALL =
        new LinkedHashMap<>() {
          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Door> eldest) {
            return size() > MOST;
          }
        };

    private final ReentrantLock lock = new ReentrantLock(true);

    /** The credentials that were refused; null: none were. */
    private volatile @Nullable String refused;

    static Door of(String account) {
      synchronized (ALL) {
        return ALL.computeIfAbsent(account, one -> new Door());
      }
    }
  }

  /**
   * @param patience of one attempt, waiting for the one before included
   */
  SignOn(String source, Dialect dialect, Connector connector, Duration patience) {
    this.source = source;
    this.dialect = dialect;
    this.connector = connector;
    this.patience = patience;
    this.door = Door.of(connector.account());
  }

  /** Is told of every refusal, once it is known that nothing will be tried. */
  void onRefusal(Consumer<SQLException> listener) {
    onRefusal = listener;
  }

  /** These credentials were refused before, so that nobody need wait for another attempt. */
  boolean stopped() {
    String before = door.refused;
    return before != null && before.equals(connector.credentials());
  }

  /**
   * Signs on.
   *
   * @throws SQLException SQLSTATE 28000 without an attempt where the same credentials were refused
   */
  Connection connect(Duration most) throws SQLException {
    try {
      if (!door.lock.tryLock(most.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new SQLException("others are still signing on", "08001");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException("interrupted before signing on", "08001", e);
    }
    try {
      String credentials = connector.credentials();
      if (credentials.equals(door.refused)) {
        throw new SQLException(
            "sign-in was refused before and is not tried again: mend " + connector.toMend(),
            "28000");
      }
      Connection connection = connector.connect(most);
      if (door.refused != null) {
        door.refused = null;
        LOG.log(Level.INFO, "source " + source + ": signs in again");
      }
      return connection;
    } catch (SQLException e) {
      if (dialect.refusedSignIn(e)) {
        if (!stopped()) {
          stop(e);
        }
        onRefusal.accept(e);
      }
      throw e;
    } finally {
      door.lock.unlock();
    }
  }

  private void stop(SQLException e) {
    door.refused = connector.credentials();
    LOG.log(
        Level.WARNING,
        "source "
            + source
            + ": the database refused the sign-in, so it is not tried again until it is mended: mend "
            + connector.toMend()
            + ": "
            + e.getMessage());
  }

  @Override
  public Connection getConnection() throws SQLException {
    return connect(patience);
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    throw new SQLFeatureNotSupportedException("the source has one user");
  }

  @Override
  public @Nullable PrintWriter getLogWriter() {
    return null;
  }

  @Override
  public void setLogWriter(PrintWriter out) {}

  @Override
  public void setLoginTimeout(int seconds) {}

  @Override
  public int getLoginTimeout() {
    return (int) patience.toSeconds();
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException("logs with System.Logger");
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    throw new SQLException("is no " + type.getName());
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return false;
  }
}
