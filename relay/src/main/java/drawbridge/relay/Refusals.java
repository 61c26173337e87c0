package drawbridge.relay;

import com.azure.core.amqp.exception.AmqpException;
import com.azure.core.amqp.exception.LinkErrorContext;
import com.azure.messaging.servicebus.ServiceBusFailureReason;
import drawbridge.settings.Finding;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * What it means that the namespace refuses us, each in a sentence with what to do: a login by its
 * key, a login by this machine's clock, a right, a queue. Thread-safe.
 */
final class Refusals {
  private static final String LOGINS = "$cbs";

  /** A clock is asked for once a minute, or when a login is refused after one that was not. */
  private static final long EVERY = TimeUnit.SECONDS.toNanos(60);

  private static final long AGAIN = TimeUnit.SECONDS.toNanos(5);

  /** Of each wait for the namespace's time, in milliseconds. */
  private static final int PATIENCE = 2_000;

  private final NetworkSettings network;

  /** What was refused for want of a right when it was last tried. */
  private final Set<String> doubted = ConcurrentHashMap.newKeySet();

  private Optional<Finding> clock = Optional.empty();
  private long looked = System.nanoTime() - EVERY;
  private volatile boolean worked = true;

  Refusals(NetworkSettings network) {
    this.network = network;
  }

  /** Something that needs a login went well. */
  void worked(String what) {
    // Of every message: what is as it was is left alone.
    if (!worked) {
      worked = true;
    }
    if (!doubted.isEmpty()) {
      doubted.remove(what);
    }
  }

  /** Whether it was the login that was refused, rather than what was to be done with it. */
  static boolean ofLogin(Throwable error) {
    for (Throwable at = error; at != null; at = at.getCause()) {
      if (at instanceof AmqpException e
          && e.getContext() instanceof LinkErrorContext link
          && LOGINS.equals(link.getEntityPath())) {
        return true;
      }
    }
    return false;
  }

  /**
   * Why a login was refused. Asks the namespace for the time, so it may block for some seconds.
   *
   * @param what was to be done
   */
  synchronized String login(String what, NamespaceSettings namespace) {
    doubted.remove(what);
    long now = System.nanoTime();
    if (now - looked >= (worked ? AGAIN : EVERY)) {
      clock = WayCheck.clock(namespace, network, PATIENCE);
      looked = System.nanoTime();
      worked = false;
    }
    if (clock.isPresent() && !clock.get().good()) {
      return "the login is refused: " + clock.get().sentence();
    }
    String besides =
        clock.isPresent() ? "" : "; and compare this machine's clock with the namespace's";
    return switch (namespace.login()) {
      case Login.SharedKey key ->
          "the login is refused: the shared access key “%s” has expired or is wrong. Fix: write the one that the namespace has by now into its file; no restart is needed%s"
              .formatted(key.name(), besides);
      case Login.Entra identity ->
          "the login is refused: the namespace does not take the token of Entra ID. Fix: see that tenant and client belong to the namespace%s"
              .formatted(besides);
    };
  }

  /**
   * Which right is missing. A link also ends with its login; so only what is refused twice in a row
   * was refused for want of a right.
   *
   * @param what was to be done
   * @param right such as {@code Listen}
   */
  Optional<String> right(String what, String right, String queue, Login login) {
    if (doubted.add(what)) {
      return Optional.empty();
    }
    return Optional.of(
        switch (login) {
          case Login.SharedKey key ->
              "the right %s is missing. Fix: give it to the key “%s” on the queue %s; no restart is needed"
                  .formatted(right, key.name(), queue);
          case Login.Entra identity ->
              "the right %s is missing. Fix: assign the role Azure Service Bus Data %s on the queue %s; a new assignment takes minutes, and no restart"
                  .formatted(right, right.equals("Listen") ? "Receiver" : "Sender", queue);
        });
  }

  /** What is neither. */
  static String other(ServiceBusFailureReason reason) {
    if (reason.equals(ServiceBusFailureReason.SERVICE_BUSY)) {
      return "the namespace throttles";
    } else if (reason.equals(ServiceBusFailureReason.QUOTA_EXCEEDED)) {
      return "the queue is full";
    }
    return "no connection (" + reason + ")";
  }

  static String queue(String queue) {
    return "there is no such queue. Fix: create the queue "
        + queue
        + ", or mend the name; no restart is needed";
  }
}
