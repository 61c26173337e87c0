package drawbridge.gateway;

import com.google.protobuf.ByteString;
import drawbridge.relay.wire.Fault;
import drawbridge.relay.wire.Header;
import drawbridge.relay.wire.Reply;
import drawbridge.relay.wire.ReplyHead;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Set;

/**
 * Passes a reply on to its caller, byte by byte as the agent encoded it. Used once, by the call's
 * thread. Throws {@link Calls.HungUp} where the caller is gone, and {@link Calls.BrokenOff} where
 * the rest of a stream will not come.
 */
final class ReplyWriter {
  /** Headers of a connection, not of a reply, and those that the gateway writes itself. */
  private static final Set<String> NOT_PASSED_ON =
      Set.of(
          "connection",
          "content-length",
          "date",
          "keep-alive",
          "proxy-connection",
          "te",
          "trailer",
          "traceparent",
          "transfer-encoding",
          "upgrade",
          "x-ms-request-id");

  private final ServerResponse response;
  private final Found found;

  ReplyWriter(ServerResponse response, Found found) {
    this.response = response;
    this.found = found;
  }

  /** What follows the first message. */
  interface Replies {
    /** The next message, or the status that ends the call. Waits. */
    Object take() throws InterruptedException;
  }

  /** A reply that is here in one piece: with its true status and length. */
  void whole(ReplyHead head, ByteString bytes) {
    headers(head);
    found.replying = true;
    try {
      response.send(bytes.toByteArray());
    } catch (UncheckedIOException | CloseConnectionException e) {
      throw new Calls.HungUp();
    }
  }

  /** The first chunk, and what follows it until the end. */
  void stream(ReplyHead head, ByteString first, Replies more) throws InterruptedException {
    headers(head);
    found.replying = true;
    try {
      OutputStream out = response.outputStream();
      boolean begun = write(out, first, false);
      while (true) {
        Object next = more.take();
        if (!(next instanceof Reply reply)) {
          throw new Calls.BrokenOff("the channel broke: " + next);
        }
        begun = write(out, reply.getChunk(), begun);
        if (reply.hasEnd()) {
          if (reply.getEnd().hasFault()) {
            Fault fault = reply.getEnd().getFault();
            throw new Calls.BrokenOff(fault.getCode() + ", reference " + fault.getReference());
          }
          out.close();
          return;
        }
      }
    } catch (IOException | UncheckedIOException | CloseConnectionException e) {
      throw new Calls.HungUp();
    }
  }

  /**
   * Never an empty chunk: Helidon would send it, and in HTTP/1.1 that is the last one, so that a
   * reply which breaks off would look whole.
   *
   * @return something has been written
   */
  private static boolean write(OutputStream out, ByteString chunk, boolean begun)
      throws IOException {
    if (chunk.isEmpty()) {
      return begun;
    }
    chunk.writeTo(out);
    if (!begun) {
      // The caller sees the beginning although the rest may take its time.
      out.flush();
    }
    return true;
  }

  private void headers(ReplyHead head) {
    response.status(io.helidon.http.Status.create(head.getStatus()));
    Routes.Match match = found.match;
    if (match != null && match.entry() != null) {
      Retirement.tell(match.entry().operation(), response);
    }
    for (Header header : head.getHeadersList()) {
      if (!NOT_PASSED_ON.contains(header.getName().toLowerCase(Locale.ROOT))) {
        response.header(HeaderNames.create(header.getName()), header.getValue());
      }
    }
  }
}
