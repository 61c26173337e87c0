package drawbridge.adapters.ibmi;

import com.ibm.as400.access.AS400;
import com.ibm.as400.access.AS400JDBCDriver;
import com.ibm.as400.access.AS400SecurityException;
import drawbridge.adapters.Call;
import drawbridge.adapters.sql.Connector;
import drawbridge.settings.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Makes connections to Db2 for i with JTOpen's JDBC driver, over the same TLS, ports and library
 * list as every other connection of the source, and through the same gate: a password that one of
 * the two pools was refused is not tried by the other. Thread-safe.
 */
final class HostDatabase implements Connector {
  private final IbmiSettings settings;
  private final SignOnGate gate;
  private final HostConnector connector;
  private final AS400JDBCDriver driver = new AS400JDBCDriver();

  HostDatabase(HostLogin login) throws IOException, GeneralSecurityException {
    this.settings = login.settings();
    this.gate = new SignOnGate(settings);
    this.connector = new HostConnector(login);
  }

  @Override
  public Connection connect(Duration patience) throws SQLException {
    long until = System.nanoTime() + patience.toNanos();
    boolean entered = false;
    try {
      entered = gate.enter(patience);
      if (!entered) {
        throw new SQLException("another sign-on of this user is under way", "08001");
      }
      Optional<Secret> password = gate.password();
      if (password.isEmpty()) {
        throw new SQLException(gate.refusal().orElse("the sign-on was refused"), "28000");
      }
      return connect(password.get(), until);
    } catch (IOException e) {
      throw new SQLException(String.valueOf(e.getMessage()), "08001", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException("interrupted", "08001", e);
    } finally {
      if (entered) {
        gate.leave();
      }
    }
  }

  private Connection connect(Secret password, long until)
      throws SQLException, InterruptedException {
    long most = settings.pool().connect().toNanos();
    try {
      return Bounded.within(
          Math.clamp(until - System.nanoTime(), 1, most), () -> open(connector.system(password)));
    } catch (TimeoutException e) {
      throw new SQLException("the source does not answer in time", "08001", e);
    } catch (ExecutionException e) {
      throw failed(password, e.getCause());
    }
  }

  private Connection open(AS400 system) throws SQLException, IOException, AS400SecurityException {
    boolean complete = false;
    try {
      if (connector.byToken()) {
        // Else the driver would ask for a token of its own to find out what a refusal was about.
        signOn(system);
      }
      // Also what a request to cancel, on a connection of its own, waits for at most.
      system
          .getSocketProperties()
          .setSoTimeout((int) Math.max(1, settings.pool().connect().toMillis()));
      List<String> libraries = libraries(system);
      Connection connection =
          driver.connect(system, properties(libraries), schema(libraries), false);
      // A statement may take longer; who borrows the connection sees to its end.
      connection.setNetworkTimeout(Runnable::run, 0);
      complete = true;
      return connection;
    } finally {
      if (!complete) {
        system.disconnectAllServices();
      }
    }
  }

  private void signOn(AS400 system) throws IOException {
    try {
      system.connectService(AS400.SIGNON);
      system.disconnectService(AS400.SIGNON);
    } catch (AS400SecurityException e) {
      throw connector.refused(e);
    }
  }

  /** As every host job of the source has them, the current library in front. */
  private List<String> libraries(AS400 system) throws IOException, AS400SecurityException {
    List<String> libraries = new ArrayList<>(JobState.libraries(system, settings));
    system.disconnectService(AS400.COMMAND);
    settings
        .currentLibrary()
        .ifPresent(
            library -> {
              libraries.remove(library);
              libraries.addFirst(library);
            });
    return libraries;
  }

  /** Where SQL looks for unqualified names; null: the library list, or the user's own schema. */
  private @Nullable String schema(List<String> libraries) {
    return settings.database().naming() == IbmiSettings.Naming.SYSTEM || libraries.isEmpty()
        ? null
        : libraries.getFirst();
  }

  private Properties properties(List<String> libraries) {
    Properties properties = new Properties();
    properties.setProperty("prompt", "false");
    // Replies are read by the thread that asks, which an interrupt can end.
    properties.setProperty("thread used", "false");
    properties.setProperty("naming", lower(settings.database().naming()));
    properties.setProperty(
        "transaction isolation", lower(settings.database().isolation()).replace('_', ' '));
    properties.setProperty("query timeout mechanism", "cancel");
    properties.setProperty("errors", "full");
    properties.setProperty("date format", "iso");
    properties.setProperty("time format", "iso");
    if (!libraries.isEmpty()) {
      properties.setProperty("libraries", String.join(",", libraries));
    }
    return properties;
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** JTOpen wraps what the sign-on server says in its own ways. */
  private SQLException failed(Secret password, @Nullable Throwable cause) {
    for (Throwable t = cause; t != null; t = t.getCause()) {
      if (t instanceof AS400SecurityException security && IbmiFaults.refusal(security)) {
        gate.refused(password, security);
        return new SQLException(gate.refusal().orElse("the sign-on was refused"), "28000", cause);
      }
    }
    String message = String.valueOf(cause == null ? null : cause.getMessage());
    return cause instanceof SQLException e ? e : new SQLException(message, "08001", cause);
  }

  @Override
  public String account() {
    return settings.system() + " " + settings.user();
  }

  @Override
  public String credentials() {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(Files.readAllBytes(settings.passwordFile()));
      // A touch is how an admin says that the user is enabled again.
      long touched = Files.getLastModifiedTime(settings.passwordFile()).to(TimeUnit.MILLISECONDS);
      return HexFormat.of()
          .formatHex(sha.digest(Long.toString(touched).getBytes(StandardCharsets.US_ASCII)));
    } catch (IOException e) {
      return "";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Override
  public String toMend() {
    return "the password of " + settings.user() + " in " + settings.passwordFile();
  }

  @Override
  public void serve(Connection connection, Call call) throws SQLException {
    if (settings.announcement().isPresent()) {
      settings.announcement().get().tell(connection, call);
    }
  }

  @Override
  public boolean undoes() {
    return settings.database().isolation() != IbmiSettings.Isolation.NONE;
  }
}
