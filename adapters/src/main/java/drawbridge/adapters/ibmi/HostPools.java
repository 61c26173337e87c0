package drawbridge.adapters.ibmi;

import drawbridge.adapters.Call;
import drawbridge.adapters.FaultException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The connections of a source: a pool of its own user, and one for each profile that works for
 * callers, made when its first caller comes. Thread-safe.
 */
final class HostPools implements AutoCloseable {
  private final String name;
  private final HostLogins logins;
  private final HostPool own;
  private final Map<String, HostPool> profiles = new LinkedHashMap<>();
  private boolean closed;

  HostPools(String name, HostLogins logins) throws IOException, GeneralSecurityException {
    this.name = name;
    this.logins = logins;
    this.own = new HostPool(name, logins.own());
  }

  /** Of the source's own user. */
  HostPool own() {
    return own;
  }

  /**
   * Of whoever works for the caller.
   *
   * @throws FaultException FORBIDDEN: nobody does
   */
  HostPool of(Call call) throws FaultException {
    Optional<HostLogin> login = logins.of(call);
    return login.isEmpty() ? own : of(login.get());
  }

  private HostPool of(HostLogin login) throws FaultException {
    synchronized (profiles) {
      if (closed) {
        throw HostSignOn.unavailable("the source is closed", null);
      }
      HostPool there = profiles.get(login.profile());
      if (there == null) {
        try {
          there = new HostPool(name + " as " + login.profile(), login);
        } catch (IOException | GeneralSecurityException e) {
          throw HostSignOn.unavailable("the source cannot be made ready", e);
        }
        profiles.put(login.profile(), there);
      }
      return there;
    }
  }

  /** As {@link drawbridge.adapters.Source#figures()} says, of all pools together. */
  Map<String, Long> figures() {
    Map<String, Long> figures = new LinkedHashMap<>(own.figures());
    synchronized (profiles) {
      for (HostPool pool : profiles.values()) {
        pool.figures().forEach((key, value) -> figures.merge(key, value, Long::sum));
      }
    }
    return figures;
  }

  @Override
  public void close() {
    own.close();
    synchronized (profiles) {
      closed = true;
      profiles.values().forEach(HostPool::close);
    }
  }
}
