package drawbridge.adapters.ibmi;

import com.ibm.as400.access.AS400;
import com.ibm.as400.access.AS400SecurityException;
import com.ibm.as400.security.auth.ProfileTokenCredential;
import drawbridge.settings.Secret;
import java.beans.PropertyVetoException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Profile tokens to sign on with in place of a password: the source's user proves itself once, and
 * connections of the next half hour come with the token that it got, for itself or for the profile
 * that it works as. So a factor that is good for one sign-on is enough for many connections, and
 * nobody keeps the passwords of others. Thread-safe.
 */
final class HostTokens {
  /** The longest that a system grants. */
  private static final Duration VALID = Duration.ofHours(1);

  /** What a connection lives with a token: its later servers ask for the token again. */
  static final Duration USED = VALID.dividedBy(2);

  private final Optional<String> profile;
  private @Nullable Held held;

  /** A token, and the password that it was got with. */
  private record Held(ProfileTokenCredential token, Secret password, long until) {}

  /** What signs on with a password. */
  interface Opened {
    AS400 system() throws IOException;
  }

  /**
   * @param profile that connections work as; empty: the user itself
   */
  HostTokens(Optional<String> profile) {
    this.profile = profile;
  }

  /**
   * A token that is good for another half hour at least. Takes as long as the network does.
   *
   * @throws AS400SecurityException the system refuses the password
   * @throws HostConnector.NotReady it refuses the token
   */
  synchronized byte[] get(Secret password, Opened opened)
      throws IOException, AS400SecurityException {
    Held there = held;
    if (there != null
        && there.password.equals(password)
        && there.until - System.nanoTime() > USED.toNanos()) {
      return there.token.getToken();
    }
    long now = System.nanoTime();
    AS400 system = opened.system();
    try {
      // So that a wrong password is told as what it is, before a token is asked for.
      system.connectService(AS400.SIGNON);
      ProfileTokenCredential token = make(system);
      held = new Held(token, password, now + VALID.toNanos());
      return token.getToken();
    } finally {
      system.disconnectAllServices();
    }
  }

  /** It was refused, as after an IPL. */
  synchronized void forget() {
    held = null;
  }

  private ProfileTokenCredential make(AS400 system) throws IOException, AS400SecurityException {
    try {
      ProfileTokenCredential token;
      if (profile.isPresent()) {
        token = new ProfileTokenCredential();
        token.setSystem(system);
        token.setTokenType(ProfileTokenCredential.TYPE_MULTIPLE_USE_NON_RENEWABLE);
        token.setTimeoutInterval((int) VALID.toSeconds());
        token.setToken(profile.get(), ProfileTokenCredential.PW_NOPWD);
      } else {
        token =
            system.getProfileToken(
                ProfileTokenCredential.TYPE_MULTIPLE_USE_NON_RENEWABLE, (int) VALID.toSeconds());
      }
      return token;
    } catch (PropertyVetoException e) {
      throw new HostConnector.NotReady("JTOpen refuses a setting", e);
    } catch (AS400SecurityException e) {
      if (profile.isEmpty() && IbmiFaults.refusal(e)) {
        throw e;
      }
      throw new HostConnector.NotReady(
          "no profile token" + profile.map(p -> " for " + p).orElse("") + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostConnector.NotReady("interrupted", e);
    }
  }
}
