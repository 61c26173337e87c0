package drawbridge.agent.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import drawbridge.settings.Secret;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who has shown the token. What a browser keeps is an id of its own, which ends after twelve hours,
 * at sign-out and with the agent; the token itself stays nowhere. Thread-safe.
 */
final class Sessions {
  static final Duration LIFE = Duration.ofHours(12);
  private static final int MOST = 32;
  private static final int BYTES = 32;
  private static final SecureRandom RANDOM = new SecureRandom();

  /** Wrong ones that are recorded in a minute: a flood would only fill the log. */
  private static final int WRONG = 10;

  private final byte[] token;
  private final LongSupplier nanoTime;

  /** By the hash of the id, so that finding one takes as long for any wrong id. */
  private final Map<String, Long> ends = new LinkedHashMap<>();

  private long wrongSince;
  private int wrong;

  Sessions(Secret token, LongSupplier nanoTime) {
    this.token = hash(token.reveal());
    this.nanoTime = nanoTime;
    this.wrongSince = nanoTime.getAsLong();
  }

  /** Takes as long whatever is given. */
  boolean isToken(String given) {
    return MessageDigest.isEqual(token, hash(given));
  }

  /** Begins one and returns its id; beyond a bound the oldest ends. */
  synchronized String begin() {
    byte[] random = new byte[BYTES];
    RANDOM.nextBytes(random);
    String id = HexFormat.of().formatHex(random);
    ends.put(name(id), nanoTime.getAsLong() + LIFE.toNanos());
    if (ends.size() > MOST) {
      ends.remove(ends.keySet().iterator().next());
    }
    return id;
  }

  synchronized boolean has(@Nullable String id) {
    Long end = id == null ? null : ends.get(name(id));
    if (end == null || end - nanoTime.getAsLong() > 0) {
      return end != null;
    }
    ends.remove(name(String.valueOf(id)));
    return false;
  }

  synchronized void end(@Nullable String id) {
    if (id != null) {
      ends.remove(name(id));
    }
  }

  /** Somebody gave a wrong token; whether this one shall be recorded. */
  synchronized boolean wrong() {
    long now = nanoTime.getAsLong();
    if (now - wrongSince > Duration.ofMinutes(1).toNanos()) {
      wrongSince = now;
      wrong = 0;
    }
    return wrong++ < WRONG;
  }

  private static String name(String id) {
    return HexFormat.of().formatHex(hash(id));
  }

  private static byte[] hash(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
