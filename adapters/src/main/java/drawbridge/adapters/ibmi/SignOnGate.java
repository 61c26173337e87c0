package drawbridge.adapters.ibmi;

import com.ibm.as400.access.AS400SecurityException;
import drawbridge.settings.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Keeps the bridge from locking a user out. A system counts wrong passwords and disables the user
 * after a few; so each content of a password file is tried once, and a refusal stops all sign-ons
 * of that user until the file changes. What is refused for another reason than its password may be
 * tried again after the file has been touched. Refusals are kept for the whole program, since a
 * reloaded site must not try again. Thread-safe.
 */
final class SignOnGate {
  /** Of systems and users; more than a site has, and bounded. */
  private static final int MOST = 1000;

  private static final Map<String, Refusal> REFUSALS =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Refusal> eldest) {
          return size() > MOST;
        }
      };

  /** One attempt at a time for each system and user, whatever the number of pools. */
  private static final Map<String, Semaphore> TURNS = new ConcurrentHashMap<>();

  private final String key;
  private final String user;
  private final Path file;

  /** A refusal, and what the file was like. */
  private record Refusal(Secret password, FileTime time, int code) {}

  SignOnGate(IbmiSettings settings) {
    this.key = settings.system() + " " + settings.user();
    this.user = settings.user();
    this.file = settings.passwordFile();
  }

  /**
   * Waits until no other attempt of this user is under way; the next one then knows how it went.
   *
   * @return false: it was not over in time
   */
  boolean enter(Duration patience) throws InterruptedException {
    return turn().tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** After every successful {@link #enter}. */
  void leave() {
    turn().release();
  }

  private Semaphore turn() {
    return TURNS.computeIfAbsent(key, k -> new Semaphore(1));
  }

  /** The password to sign on with; empty: it has been refused, see {@link #refusal()}. */
  Optional<Secret> password() throws IOException {
    String text = Files.readString(file, StandardCharsets.UTF_8).stripTrailing();
    if (text.isEmpty()) {
      throw new IOException("the password file is empty: " + file);
    }
    Secret password = new Secret(text);
    FileTime time = Files.getLastModifiedTime(file);
    synchronized (REFUSALS) {
      Refusal refusal = REFUSALS.get(key);
      if (refusal != null
          && refusal.password.equals(password)
          && (aboutPassword(refusal.code) || refusal.time.equals(time))) {
        return Optional.empty();
      }
      REFUSALS.remove(key);
      return Optional.of(password);
    }
  }

  /** Nobody signs on with this password any more. */
  void refused(Secret password, AS400SecurityException why) {
    FileTime time;
    try {
      time = Files.getLastModifiedTime(file);
    } catch (IOException e) {
      time = FileTime.fromMillis(0);
    }
    synchronized (REFUSALS) {
      REFUSALS.put(key, new Refusal(password, time, why.getReturnCode()));
    }
  }

  /** For the admin: what was refused and what to mend; empty: nothing was. */
  Optional<String> refusal() {
    synchronized (REFUSALS) {
      return Optional.ofNullable(REFUSALS.get(key)).map(refusal -> sentence(refusal.code));
    }
  }

  private String sentence(int code) {
    return switch (code) {
      case AS400SecurityException.PASSWORD_INCORRECT ->
          "the password of "
              + user
              + " is wrong; write the right one into "
              + file
              + " (nothing is tried until it changes)";
      case AS400SecurityException.PASSWORD_INCORRECT_USERID_DISABLE ->
          "the password of "
              + user
              + " is wrong, and one more failure disables the user; write the right one into "
              + file
              + " (nothing is tried until it changes)";
      case AS400SecurityException.PASSWORD_EXPIRED ->
          "the password of "
              + user
              + " has expired; change it on the system, then write it into "
              + file;
      case AS400SecurityException.USERID_DISABLE ->
          user + " is disabled on the system; enable it there, then touch " + file;
      case AS400SecurityException.USERID_UNKNOWN ->
          user + " is not known to the system; create it, then touch " + file;
      default ->
          "the system refused the sign-on of "
              + user
              + " (code "
              + code
              + "); mend that, then touch "
              + file;
    };
  }

  private static boolean aboutPassword(int code) {
    return switch (code) {
      case AS400SecurityException.PASSWORD_EXPIRED,
          AS400SecurityException.USERID_DISABLE,
          AS400SecurityException.USERID_UNKNOWN ->
          false;
      default -> true;
    };
  }
}
