package drawbridge.adapters.ibmi;

import com.ibm.as400.access.AS400;
import com.ibm.as400.access.AS400SecurityException;
import com.ibm.as400.access.Job;
import com.ibm.as400.access.SecureAS400;
import com.ibm.as400.access.SocketProperties;
import com.ibm.as400.security.auth.AS400AuthenticationException;
import com.ibm.as400.security.auth.ProfileTokenCredential;
import drawbridge.settings.Secret;
import java.beans.PropertyVetoException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Connects and signs on, and gives the new host job the state that every call finds. */
final class HostConnector {
  /** JTOpen keeps one table of ports for the whole JVM, by the system's name. */
  private static final Map<String, Map<Integer, Integer>> PORTS = new ConcurrentHashMap<>();

  private static final int[] PINGED = {AS400.COMMAND, AS400.DATAQUEUE, AS400.DATABASE};

  private final IbmiSettings settings;
  private final @Nullable HostTokens tokens;
  private final Optional<HostTls> tls;

  HostConnector(HostLogin login) throws IOException, GeneralSecurityException {
    this.settings = login.settings();
    this.tokens = login.tokens();
    this.tls =
        settings.tls().isPresent()
            ? Optional.of(HostTls.of(settings.tls().get()))
            : Optional.empty();
  }

  /** The state of a host job could not be made, or JTOpen failed in a way of its own. */
  static final class NotReady extends IOException {
    NotReady(String message) {
      super(message);
    }

    NotReady(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * Takes as long as the network does: to be called within {@link Bounded}.
   *
   * @throws AS400SecurityException the system refuses the sign-on
   */
  AS400 connect(Secret password) throws IOException, AS400SecurityException {
    AS400 system = system(password);
    boolean complete = false;
    try {
      signOn(system);
      JobState.prepare(system, settings);
      complete = true;
      return system;
    } finally {
      if (!complete) {
        system.disconnectAllServices();
      }
    }
  }

  private void signOn(AS400 system) throws IOException, AS400SecurityException {
    try {
      system.connectService(AS400.COMMAND);
    } catch (AS400SecurityException e) {
      if (tokens == null) {
        throw e;
      }
      throw refused(e);
    }
  }

  /** A token that is refused says nothing of the password; the next attempt gets another one. */
  IOException refused(Exception e) {
    if (tokens != null) {
      tokens.forget();
    }
    return new IOException("the profile token was refused: " + e.getMessage(), e);
  }

  /** Signs on with a token, so that a refusal is none of the password. */
  boolean byToken() {
    return tokens != null;
  }

  /**
   * Not connected yet; the host learns of it with the first request. A token, where one is wanted,
   * is got first.
   */
  AS400 system(Secret password) throws IOException, AS400SecurityException {
    if (tokens == null) {
      return byPassword(password);
    }
    byte[] token = tokens.get(password, () -> byPassword(password));
    try {
      AS400 system = tls.isPresent() ? new SecureAS400() : new AS400();
      system.setSystemName(settings.system());
      prepare(system);
      system.setProfileToken(
          new ProfileTokenCredential(
              system,
              token,
              ProfileTokenCredential.TYPE_MULTIPLE_USE_NON_RENEWABLE,
              (int) HostTokens.USED.toSeconds()));
      return system;
    } catch (AS400AuthenticationException | PropertyVetoException e) {
      throw new NotReady("JTOpen refuses the profile token", e);
    }
  }

  private AS400 byPassword(Secret password) throws IOException {
    char[] characters = password.reveal().toCharArray();
    try {
      AS400 system =
          tls.isPresent()
              ? new SecureAS400(settings.system(), settings.user(), characters)
              : new AS400(settings.system(), settings.user(), characters);
      prepare(system);
      return system;
    } finally {
      java.util.Arrays.fill(characters, '\0');
    }
  }

  private void prepare(AS400 system) throws IOException {
    try {
      if (system instanceof SecureAS400 secure && tls.isPresent()) {
        secure.setSSLSocketFactory(tls.get());
      }
      system.setGuiAvailable(false);
      system.setMustUseSockets(true);
      // Replies are read by the thread that asks, which an interrupt can end.
      system.setThreadUsed(false);
      SocketProperties socket = new SocketProperties();
      // So short that there is time for what JTOpen tries after a port that nobody answers on.
      socket.setLoginTimeout((int) Math.max(1, settings.pool().connect().toMillis() / 3));
      socket.setKeepAlive(true);
      socket.setTcpNoDelay(true);
      system.setSocketProperties(socket);
      if (settings.ccsid().isPresent()) {
        system.setCcsid(settings.ccsid().getAsInt());
      }
      ports(system);
    } catch (PropertyVetoException e) {
      throw new NotReady("JTOpen refuses a setting", e);
    }
  }

  private void ports(AS400 system) {
    String name = settings.system() + (tls.isPresent() ? " tls" : "");
    if (!settings.ports().equals(PORTS.put(name, settings.ports()))) {
      for (int service : IbmiSettings.services().values()) {
        system.setServicePort(
            service, settings.ports().getOrDefault(service, AS400.USE_PORT_MAPPER));
      }
    }
  }

  /** Asks every server that it is connected to and that has an answer to such a question. */
  static boolean alive(AS400 system) {
    for (int service : PINGED) {
      if (system.isConnected(service) && !system.isConnectionAlive(service)) {
        return false;
      }
    }
    return system.isConnected(AS400.COMMAND);
  }

  /** {@code nnnnnn/USER/NAME} of the job behind a service; empty where it is not connected. */
  static String jobName(AS400 system, int service) {
    Job[] jobs = system.getJobs(service);
    return jobs.length == 0
        ? ""
        : jobs[0].getNumber() + "/" + jobs[0].getUser() + "/" + jobs[0].getName();
  }
}
