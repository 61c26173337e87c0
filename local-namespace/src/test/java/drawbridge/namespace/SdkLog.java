package drawbridge.namespace;

import java.util.logging.Level;
import java.util.logging.Logger;

/** The SDK logs expected failures at length; tests that cause them keep it quiet. */
final class SdkLog {
  /** Kept, since the log manager holds loggers weakly. */
  private static final Logger AZURE = Logger.getLogger("com.azure");

  private static final Logger REACTOR = Logger.getLogger("reactor");

  private SdkLog() {}

  static void quiet() {
    AZURE.setLevel(Level.OFF);
    REACTOR.setLevel(Level.OFF);
  }
}
