package drawbridge.adapters.ibmi;

import com.ibm.as400.access.AS400;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * One connection as its pool keeps it: how old it is, whether it lives, whom it was told of, and
 * how it ends. Used by one thread at a time, which the pool sees to; {@link #end} by any.
 */
final class Pooled {
  /** One that was used this short a time ago is believed to live. */
  private static final Duration FRESH = Duration.ofSeconds(1);

  /** The answer to the question whether it lives. */
  private static final Duration PING = Duration.ofSeconds(2);

  /** Saying good-bye to a system that may be gone. */
  private static final Duration GOOD_BYE = Duration.ofSeconds(5);

  private static final System.Logger LOG = System.getLogger(HostPool.class.getName());

  private final String source;
  private final AS400 system;
  private final String jobName;
  private final long born = System.nanoTime();
  private long used = born;

  /** Of the jobs of other services, once they are known; asking JTOpen takes long. */
  private final Map<Integer, String> names = new ConcurrentHashMap<>();

  /** JTOpen's view of an object on the host. */
  private record View(Class<?> type, String path) {}

  private final Map<View, Object> views = new HashMap<>();
  private final Deadline deadline = new Deadline();
  private String told = "";

  /**
   * Signed on just now.
   *
   * @param source its name, for the log
   * @param jobName of the job that runs commands and programs
   */
  Pooled(String source, AS400 system, String jobName) {
    this.source = source;
    this.system = system;
    this.jobName = jobName;
  }

  AS400 system() {
    return system;
  }

  /** {@code nnnnnn/USER/NAME} of the job of a service; empty before its first use. */
  String jobName(int service) {
    if (service == AS400.COMMAND) {
      return jobName;
    }
    String known = names.get(service);
    if (known != null) {
      return known;
    }
    String name = HostConnector.jobName(system, service);
    if (!name.isEmpty()) {
      names.put(service, name);
    }
    return name;
  }

  /**
   * An object of JTOpen's for something on the host, made for the first call and kept for the next:
   * to make one takes JTOpen longer than all that the adapter adds to a call.
   */
  <T> T kept(Class<T> type, String path, Supplier<T> make) {
    return type.cast(views.computeIfAbsent(new View(type, path), view -> make.get()));
  }

  Deadline deadline() {
    return deadline;
  }

  /** The caller that the host was told of last; empty: none. */
  String told() {
    return told;
  }

  void told(String caller) {
    told = caller;
  }

  void used() {
    deadline.clear();
    used = System.nanoTime();
  }

  boolean expired(IbmiSettings.Pool pool) {
    long now = System.nanoTime();
    return now - born > pool.age().toNanos() || now - used > pool.idle().toNanos();
  }

  /** Asks the host only where it has lain for a while. */
  boolean alive(long until) throws InterruptedException {
    long now = System.nanoTime();
    if (now - used < FRESH.toNanos()) {
      return true;
    }
    try {
      return Bounded.within(
          Math.clamp(until - now, 1, PING.toNanos()), () -> HostConnector.alive(system));
    } catch (TimeoutException | ExecutionException e) {
      LOG.log(Level.DEBUG, "source " + source + ": a connection is dead", e);
      return false;
    }
  }

  /** Tells the host in the background, since it may be the host that hangs. */
  void end() {
    deadline.over();
    Thread.ofVirtual()
        .name("ibmi-good-bye-" + source)
        .start(
            () -> {
              try {
                Bounded.within(
                    GOOD_BYE.toNanos(),
                    () -> {
                      system.disconnectAllServices();
                      return true;
                    });
              } catch (TimeoutException | ExecutionException | InterruptedException e) {
                LOG.log(Level.DEBUG, "source " + source + ": a connection ends badly", e);
              }
            });
  }
}
