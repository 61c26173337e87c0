package drawbridge.gateway;

import com.google.protobuf.ByteString;
import io.helidon.http.DirectHandler;
import io.helidon.http.RequestException;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** A request's body in chunks. Its whole size is bounded by the listener. */
final class Body {
  private static final int CHUNK = 64 << 10;

  private final Connection connection;
  private final @Nullable InputStream in;
  private int chunks;
  private boolean ended;

  Body(ServerRequest request) {
    connection = (Connection) request.remotePeer();
    boolean exists = request.content().hasEntity();
    in = exists ? request.content().inputStream() : null;
    ended = !exists;
  }

  boolean exists() {
    return in != null;
  }

  /** Everything has been taken. */
  boolean ended() {
    return ended;
  }

  /** All of it was the first chunk, which can therefore be sent again. */
  boolean whole() {
    return ended && chunks <= 1;
  }

  /**
   * A full chunk or the rest; empty where nothing is left.
   *
   * @throws RequestException it is too large
   * @throws Refusal it is in no chunks; the connection is of no more use
   */
  ByteString next() throws Refusal {
    InputStream from = in;
    if (from == null || ended) {
      return ByteString.EMPTY;
    }
    try {
      byte[] bytes = from.readNBytes(CHUNK);
      chunks++;
      ended = bytes.length < CHUNK;
      return ByteString.copyFrom(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (UncheckedIOException | CloseConnectionException e) {
      throw e;
    } catch (RuntimeException e) {
      if (e instanceof RequestException known
          && (known.eventType() != DirectHandler.EventType.BAD_REQUEST
              || known.status().code() == Status.REQUEST_ENTITY_TOO_LARGE_413_CODE)) {
        connection.broken();
        throw e; // too large
      }
      // What Helidon makes of chunks that are none. Nothing ran: an operation waits for the end.
      connection.broken();
      throw new Refusal(Faults.argument("", "The body is in no chunks."));
    }
  }
}
