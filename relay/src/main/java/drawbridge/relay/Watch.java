package drawbridge.relay;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.function.Consumer;

/**
 * Stands by a channel in use: tells of its begin and end, and brings the end about when a
 * certificate ends or is revoked.
 */
final class Watch {
  private static final Logger LOG = System.getLogger("drawbridge.relay");
  private static final long EVERY = 1_000;

  private final RelaySocket socket;
  private final Secured secured;
  private final RelayEvents events;

  Watch(RelaySocket socket, Secured secured, RelayEvents events) {
    this.socket = socket;
    this.secured = secured;
    this.events = events;
  }

  /**
   * Blocks until the channel has ended.
   *
   * @param suspect is told about once a second whether an answer is overdue
   * @return why it ended
   */
  String untilEnd(Consumer<Boolean> suspect) throws InterruptedException {
    String detail = secured.suite() + ", " + secured.group();
    LOG.log(Level.INFO, "channel with " + secured.peer() + " is open: " + detail);
    events.opened(secured.peer(), detail);
    String why = "this program ends";
    try {
      why = end(suspect);
      return why;
    } finally {
      LOG.log(Level.INFO, "channel with " + secured.peer() + " ended: " + why);
      if (secured.tampered()) {
        events.security(
            secured.peer(), RelayEvents.Threat.BYTES_ALTERED, "bytes were changed under way");
      }
      events.closed(secured.peer(), why);
      try {
        secured.socket().close();
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "closing a channel that has ended", e);
      }
    }
  }

  private String end(Consumer<Boolean> suspect) throws InterruptedException {
    LiveChannel channel = socket.live();
    while (!channel.awaitEnd(EVERY)) {
      suspect.accept(channel.suspect());
      if (!Instant.now().isBefore(secured.notAfter())) {
        channel.close();
        return "a certificate has expired";
      }
      if (!secured.stillTrusted()) {
        channel.abort(Channel.End.ABORTED);
        return "the peer's certificate is no longer trusted";
      }
    }
    if (secured.tampered()) {
      return "bytes were changed under way";
    }
    Channel.End end = channel.end();
    return end == null ? "closed" : end.sentence();
  }
}
