package drawbridge.adapters.ibmi;

import com.ibm.as400.access.AS400;
import com.ibm.as400.access.AS400SecurityException;
import com.ibm.as400.access.Job;
import com.ibm.as400.access.SecureAS400;
import com.ibm.as400.access.SocketProperties;
import drawbridge.settings.Secret;
import java.beans.PropertyVetoException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Connects and signs on, and gives the new host job the state that every call finds. */
final class HostConnector {
  /** JTOpen keeps one table of ports for the whole JVM, by the system's name. */
  private static final Map<String, Map<Integer, Integer>> PORTS = new ConcurrentHashMap<>();

  private static final int[] PINGED = {AS400.COMMAND, AS400.DATAQUEUE, AS400.DATABASE};

  private final IbmiSettings settings;
  private final Optional<HostTls> tls;

  HostConnector(IbmiSettings settings) throws IOException, GeneralSecurityException {
    this.settings = settings;
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
      system.connectService(AS400.COMMAND);
      JobState.prepare(system, settings);
      complete = true;
      return system;
    } finally {
      if (!complete) {
        system.disconnectAllServices();
      }
    }
  }

  /** Not connected yet; the host learns of it with the first request. */
  AS400 system(Secret password) throws IOException {
    char[] characters = password.reveal().toCharArray();
    try {
      AS400 system;
      if (tls.isPresent()) {
        SecureAS400 secure = new SecureAS400(settings.system(), settings.user(), characters);
        secure.setSSLSocketFactory(tls.get());
        system = secure;
      } else {
        system = new AS400(settings.system(), settings.user(), characters);
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
      return system;
    } catch (PropertyVetoException e) {
      throw new NotReady("JTOpen refuses a setting", e);
    } finally {
      java.util.Arrays.fill(characters, '\0');
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
