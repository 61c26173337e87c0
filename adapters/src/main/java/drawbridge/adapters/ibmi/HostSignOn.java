package drawbridge.adapters.ibmi;

import com.ibm.as400.access.AS400;
import com.ibm.as400.access.AS400SecurityException;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.settings.Secret;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Signs on to a system, through the gate that lets a refused password be tried once and no more.
 * Thread-safe.
 */
final class HostSignOn {
  /**
   * A connection that is good for commands.
   *
   * @param job that serves it
   * @param passwordDays until the password expires; empty: it doesn't
   */
  record SignedOn(AS400 system, String job, OptionalInt passwordDays) {}

  /**
   * Why an attempt failed.
   *
   * @param lasting trying again is of no use before somebody has mended something
   * @param at {@link System#nanoTime()}
   */
  record Failure(String sentence, boolean lasting, long at, Throwable cause) {
    FaultException fault() {
      return unavailable(sentence, cause);
    }
  }

  /** An attempt has failed. */
  static final class Failed extends Exception {
    private final transient Failure failure;

    private Failed(Failure failure) {
      super(failure.sentence, failure.cause);
      this.failure = failure;
    }

    Failure failure() {
      return failure;
    }
  }

  private static final class Refused extends Exception {
    Refused(AS400SecurityException cause) {
      super(cause);
    }
  }

  private final IbmiSettings settings;
  private final SignOnGate gate;
  private final HostConnector connector;

  HostSignOn(HostLogin login) throws IOException, GeneralSecurityException {
    this.settings = login.settings();
    this.gate = new SignOnGate(settings);
    this.connector = new HostConnector(login);
  }

  static FaultException unavailable(String sentence, @Nullable Throwable cause) {
    return new Fault(Fault.Code.SOURCE_UNAVAILABLE, sentence, "", Duration.ofSeconds(5), cause)
        .thrown();
  }

  /** One attempt, of which the gate lets one after the other in. */
  SignedOn attempt() throws Failed {
    boolean entered = false;
    try {
      entered = gate.enter(settings.pool().connect().multipliedBy(2));
      if (!entered) {
        throw new TimeoutException("another sign-on of this user is under way");
      }
      Optional<Secret> password = gate.password();
      if (password.isEmpty()) {
        throw refused(null);
      }
      return connect(password.get());
    } catch (Refused e) {
      throw refused(e);
    } catch (IOException e) {
      throw failed(IbmiFaults.sentence(e), e);
    } catch (TimeoutException e) {
      throw failed("the source does not answer in time", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed("interrupted", e);
    } catch (RuntimeException e) {
      throw failed("the source cannot be reached", e);
    } finally {
      if (entered) {
        gate.leave();
      }
    }
  }

  /** Somebody has changed the password that was refused. */
  boolean mended() {
    try {
      return gate.password().isPresent();
    } catch (IOException e) {
      return false;
    }
  }

  private Failed refused(@Nullable Throwable cause) {
    String why = gate.refusal().orElse("the sign-on was refused");
    return new Failed(
        new Failure(IbmiFaults.REFUSED, true, System.nanoTime(), new IOException(why, cause)));
  }

  private static Failed failed(String sentence, Throwable cause) {
    boolean lasting = cause instanceof IOException e && IbmiFaults.lasting(e);
    return new Failed(new Failure(sentence, lasting, System.nanoTime(), cause));
  }

  /** Connecting and the first request, within the time that the settings give it. */
  private SignedOn connect(Secret password) throws IOException, TimeoutException, Refused {
    try {
      return Bounded.within(
          settings.pool().connect().toNanos(),
          () -> {
            AS400 system = connector.connect(password);
            OptionalInt days = passwordDays(system);
            return new SignedOn(system, HostConnector.jobName(system, AS400.COMMAND), days);
          });
    } catch (ExecutionException e) {
      if (e.getCause() instanceof AS400SecurityException security) {
        if (!IbmiFaults.refusal(security)) {
          throw new IOException(security);
        }
        gate.refused(password, security);
        throw new Refused(security);
      }
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static OptionalInt passwordDays(AS400 system) throws AS400SecurityException, IOException {
    int days = system.getPasswordExpirationDate() == null ? -1 : system.getPasswordExpirationDays();
    return days < 0 ? OptionalInt.empty() : OptionalInt.of(days);
  }
}
