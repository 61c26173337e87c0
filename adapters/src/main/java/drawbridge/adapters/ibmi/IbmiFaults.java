package drawbridge.adapters.ibmi;

import com.ibm.as400.access.AS400SecurityException;
import java.io.IOException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;

/** What a failure to connect means, in sentences that say nothing of hosts and users. */
final class IbmiFaults {
  static final String REFUSED = "the source refused the sign-in";

  private IbmiFaults() {}

  static String sentence(IOException e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof SSLException) {
        return "TLS with the source failed";
      }
      if (t instanceof UnknownHostException) {
        return "the source's name cannot be resolved";
      }
    }
    return e instanceof HostConnector.NotReady
        ? "the source cannot be made ready"
        : "the source cannot be reached";
  }

  /** Doesn't pass by itself: certificates, and the state that every host job shall have. */
  static boolean lasting(IOException e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof SSLException) {
        return true;
      }
    }
    return e instanceof HostConnector.NotReady;
  }

  /** The system looked at user and password and said no; anything else may pass by itself. */
  static boolean refusal(AS400SecurityException e) {
    return switch (e.getReturnCode()) {
      case AS400SecurityException.EXIT_POINT_PROCESSING_ERROR,
          AS400SecurityException.EXIT_PROGRAM_CALL_ERROR,
          AS400SecurityException.EXIT_PROGRAM_RESOLVE_ERROR,
          AS400SecurityException.SERVER_NO_MEMORY,
          AS400SecurityException.SERVER_CONVERSION_ERROR ->
          false;
      default -> true;
    };
  }
}
