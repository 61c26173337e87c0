package drawbridge.tokens;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import drawbridge.tokens.TokenRefused.Reason;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The issuer's keys as they were read last. Thread-safe.
 *
 * <p>Whoever sends unknown key ids makes us read again at most once in {@code retry}, however many
 * ids are sent and whatever comes of it; between two looks nobody waits.
 */
final class Keys {
  private static final Logger LOG = System.getLogger("drawbridge.tokens");

  /** Where the keys are read. */
  interface Origin {
    /** All of it, bounded in size and time. */
    byte[] read() throws IOException;
  }

  /**
   * How often an origin is read.
   *
   * @param every a key set of that age is looked at again, with the next token
   * @param retry no two looks are nearer to each other
   * @param patience a caller whose key is unknown waits so long for somebody else's look
   * @param maxAge keys of that age are not believed any more
   */
  record Rhythm(Duration every, Duration retry, Duration patience, Duration maxAge) {}

  private final Origin origin;
  private final Rhythm rhythm;
  private final InstantSource clock;
  private final ReentrantLock reading = new ReentrantLock();
  private volatile Known known = new Known(Map.of(), Instant.MIN);
  private volatile Instant tried = Instant.MIN;

  Keys(Origin origin, Rhythm rhythm, InstantSource clock) {
    this.origin = origin;
    this.rhythm = rhythm;
    this.clock = clock;
  }

  private record Known(Map<String, JWK> keys, Instant at) {}

  /** Reads them for the first time; what fails now is tried again with the first token. */
  void warm() {
    refresh();
  }

  JWK find(String id) throws TokenRefused {
    JWK key = known.keys.get(id);
    if (due(key)) {
      if (key == null) {
        refresh();
      } else {
        Thread.ofVirtual().name("token-keys").start(this::refresh);
      }
    } else if (key == null && reading.isLocked()) {
      awaitOther();
    }
    Known now = known;
    if (now.at.equals(Instant.MIN) || clock.instant().isAfter(now.at.plus(rhythm.maxAge))) {
      throw new TokenRefused(Reason.KEYS_UNAVAILABLE, "keys read of late", "none");
    }
    key = now.keys.get(id);
    if (key == null) {
      throw new TokenRefused(Reason.KEY, "the id of one of " + now.keys.size() + " keys", id);
    }
    return key;
  }

  private boolean due(@Nullable JWK key) {
    Instant now = clock.instant();
    boolean wanted = key == null || !now.isBefore(later(known.at, rhythm.every));
    return wanted && !now.isBefore(later(tried, rhythm.retry));
  }

  private static Instant later(Instant at, Duration by) {
    return at.equals(Instant.MIN) ? at : at.plus(by);
  }

  private void refresh() {
    try {
      if (!reading.tryLock(rhythm.patience.toNanos(), TimeUnit.NANOSECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    try {
      Instant now = clock.instant();
      if (now.isBefore(later(tried, rhythm.retry))) {
        return; // somebody else has just looked
      }
      tried = now;
      Map<String, JWK> found = parse(origin.read());
      if (!found.keySet().equals(known.keys.keySet())) {
        LOG.log(Level.INFO, "token keys read from {0}: {1}", origin, found.keySet());
      }
      known = new Known(found, now);
    } catch (IOException | ParseException e) {
      LOG.log(
          Level.WARNING,
          "token keys cannot be read from {0}; those of {1} are believed until they are {2} hours"
              + " old: {3}",
          origin,
          known.at.equals(Instant.MIN) ? "never" : known.at,
          rhythm.maxAge.toHours(),
          e.toString());
    } finally {
      reading.unlock();
    }
  }

  private void awaitOther() {
    try {
      if (reading.tryLock(rhythm.patience.toNanos(), TimeUnit.NANOSECONDS)) {
        reading.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The public signature keys by their ids; at least one. */
  static Map<String, JWK> parse(byte[] json) throws ParseException {
    Map<String, JWK> keys = new HashMap<>();
    for (JWK key : all(new String(json, StandardCharsets.UTF_8))) {
      boolean signs = key.getKeyUse() == null || KeyUse.SIGNATURE.equals(key.getKeyUse());
      if (key.getKeyID() != null && signs && !key.isPrivate()) {
        keys.put(key.getKeyID(), key);
      }
    }
    if (keys.isEmpty()) {
      throw new ParseException("there is no public signature key with an id in it", 0);
    }
    return Map.copyOf(keys);
  }

  /** The library takes a null among the keys for its own mistake. */
  private static List<JWK> all(String json) throws ParseException {
    try {
      return JWKSet.parse(json).getKeys();
    } catch (RuntimeException e) {
      throw (ParseException) new ParseException("these are no keys: " + e, 0).initCause(e);
    }
  }
}
