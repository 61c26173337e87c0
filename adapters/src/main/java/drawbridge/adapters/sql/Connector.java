package drawbridge.adapters.sql;

import drawbridge.adapters.Call;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/** How connections of one source are made; thread-safe. */
public interface Connector {
  /** Signs on, with the password that stands in its file by now. */
  Connection connect(Duration patience) throws SQLException;

  /** Whom it signs on as and where: what a database locks, whatever the sources are called. */
  String account();

  /**
   * What it signs on with, as something that is equal while that is the same: after a refusal
   * nothing is tried until it changes. Never the secret itself.
   */
  String credentials();

  /** What an admin mends after a refusal, such as {@code the password in /etc/…/erp}. */
  String toMend();

  /** Tells the source who is served next, where it shall know; before each call. */
  default void serve(Connection connection, Call call) throws SQLException {}

  /** A transaction that fails leaves nothing behind; false: what was changed stays changed. */
  default boolean undoes() {
    return true;
  }
}
