package drawbridge.namespace;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The server's end of a WebSocket (RFC 6455) that carries AMQP in binary frames, at the path and
 * with the subprotocol of the service. Frames to the client hold at most 4 KB: the Java SDK takes
 * no longer ones. A request for any other path is one for a queue's description, and the only one.
 */
final class WebSocketWire implements Wire {
  private static final String PATH = "/$servicebus/websocket";
  private static final String PROTOCOL = "AMQPWSB10";
  private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int LONGEST_REQUEST = 8 << 10;
  private static final int LONGEST_FRAME_OUT = 4 << 10;
  private static final int LONGEST_CONTROL_FRAME = 125;
  private static final int CONTINUATION = 0;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;

  private final Wire lower;
  private final LongSupplier clock;
  private final Descriptions descriptions;
  private final ByteBuffer in = ByteBuffer.allocate(32 << 10);
  private final ByteBuffer out = ByteBuffer.allocate(64 << 10).limit(0);
  private final byte[] mask = new byte[4];
  private boolean open;
  private boolean closed;
  private long payloadLeft;
  private int maskAt;

  /**
   * @param begun what was read of the request already
   * @param clock epoch milliseconds, for the answer's date
   */
  WebSocketWire(Wire lower, ByteBuffer begun, LongSupplier clock, Descriptions descriptions) {
    this.lower = lower;
    this.clock = clock;
    this.descriptions = descriptions;
    in.put(begun).flip();
  }

  @Override
  public int read(ByteBuffer to) throws IOException {
    int taken = 0;
    while (to.hasRemaining() && !closed) {
      boolean more = open ? payloadLeft > 0 || nextFrame() : upgrade();
      if (more && open && in.hasRemaining() && payloadLeft > 0) {
        taken += unmask(to);
      } else if (!more || !in.hasRemaining()) {
        in.compact();
        int n = lower.read(in);
        in.flip();
        if (n <= 0) {
          return taken > 0 ? taken : n;
        }
      }
    }
    return taken > 0 || !closed ? taken : -1;
  }

  private int unmask(ByteBuffer to) {
    int n = (int) Math.min(payloadLeft, Math.min(in.remaining(), to.remaining()));
    for (int i = 0; i < n; i++) {
      to.put((byte) (in.get() ^ mask[maskAt++ & 3]));
    }
    payloadLeft -= n;
    return n;
  }

  /** Reads a frame's head; control frames whole. False: more bytes are needed. */
  private boolean nextFrame() throws IOException {
    if (in.remaining() < 2) {
      return false;
    }
    int at = in.position();
    int opcode = in.get(at) & 0x0f;
    boolean masked = (in.get(at + 1) & 0x80) != 0;
    int shortLength = in.get(at + 1) & 0x7f;
    int head = 6 + (shortLength == 126 ? 2 : shortLength == 127 ? 8 : 0);
    if (!masked) {
      throw new IOException("a frame of a WebSocket client is not masked");
    }
    if (in.remaining() < head) {
      return false;
    }
    long length =
        shortLength == 126
            ? in.getShort(at + 2) & 0xffff
            : shortLength == 127 ? in.getLong(at + 2) : shortLength;
    boolean control = opcode >= CLOSE;
    if (length < 0 || (control && length > LONGEST_CONTROL_FRAME)) {
      throw new IOException("a WebSocket frame of " + length + " bytes");
    }
    if (control && in.remaining() < head + length) {
      return false;
    }
    in.get(at + head - 4, mask);
    in.position(at + head);
    maskAt = 0;
    payloadLeft = length;
    switch (opcode) {
      case BINARY, CONTINUATION -> {}
      case PING -> answer(PONG);
      case CLOSE -> {
        answer(CLOSE);
        closed = true;
      }
      case PONG -> answer(0);
      default -> throw new IOException("WebSocket opcode " + opcode);
    }
    return true;
  }

  private void answer(int opcode) {
    ByteBuffer payload = ByteBuffer.allocate((int) payloadLeft);
    unmask(payload);
    if (opcode != 0 && room() > LONGEST_CONTROL_FRAME + 4) {
      frame(opcode, payload.flip());
    }
  }

  @Override
  public void write(ByteBuffer from) throws IOException {
    while (from.hasRemaining() && !closed) {
      if (room() < LONGEST_FRAME_OUT + 4) {
        flushFrames();
        if (room() < LONGEST_FRAME_OUT + 4) {
          return;
        }
      }
      int n = Math.min(from.remaining(), LONGEST_FRAME_OUT);
      frame(BINARY, from.slice(from.position(), n));
      from.position(from.position() + n);
    }
  }

  @Override
  public boolean flush() throws IOException {
    flushFrames();
    return lower.flush() && !out.hasRemaining();
  }

  private int room() {
    return out.capacity() - out.limit();
  }

  private void flushFrames() throws IOException {
    if (out.hasRemaining()) {
      lower.write(out);
    }
    out.compact().flip();
  }

  private void frame(int opcode, ByteBuffer payload) {
    int start = out.position();
    int n = payload.remaining();
    int end = out.limit();
    out.limit(out.capacity()).position(end);
    out.put((byte) (0x80 | opcode));
    if (n < 126) {
      out.put((byte) n);
    } else {
      out.put((byte) 126).putShort((short) n);
    }
    out.put(payload);
    out.limit(out.position()).position(start);
  }

  /** Reads the HTTP request and answers it. False: more bytes are needed. */
  private boolean upgrade() throws IOException {
    String text = StandardCharsets.ISO_8859_1.decode(in.duplicate()).toString();
    int end = text.indexOf("\r\n\r\n");
    if (end < 0) {
      if (text.length() > LONGEST_REQUEST) {
        throw new IOException("an HTTP request that does not end");
      }
      return false;
    }
    in.position(in.position() + end + 4);
    String[] lines = text.substring(0, end).split("\r\n", -1);
    Map<String, String> headers = new HashMap<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      if (colon > 0) {
        headers.put(
            lines[i].substring(0, colon).strip().toLowerCase(Locale.ROOT),
            lines[i].substring(colon + 1).strip());
      }
    }
    String key = headers.get("sec-websocket-key");
    String protocols = headers.getOrDefault("sec-websocket-protocol", "");
    String[] request = lines[0].split(" ", -1);
    String path = request.length > 1 ? path(request[1]) : "";
    boolean socket = path.equalsIgnoreCase(PATH);
    if (!socket || key == null || !protocols.contains(PROTOCOL)) {
      reply(
          socket
              ? new Descriptions.Answer("400 Bad Request", "")
              : descriptions.answer(path, headers.getOrDefault("authorization", "")));
      closed = true;
      return true;
    }
    reply(
        "101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: "
            + accept(key)
            + "\r\nSec-WebSocket-Protocol: "
            + PROTOCOL);
    open = true;
    return true;
  }

  /** The Java SDK writes the whole URL, as if to a proxy; others the path alone. */
  private static String path(String target) {
    int query = target.indexOf('?');
    String path = (query < 0 ? target : target.substring(0, query)).replace("%24", "$");
    int scheme = path.indexOf("://");
    int slash = scheme < 0 ? 0 : path.indexOf('/', scheme + 3);
    path = slash < 0 ? "/" : path.substring(slash);
    return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }

  private void reply(Descriptions.Answer answer) {
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    reply(
        answer.status()
            + "\r\nConnection: close"
            + (body.length == 0 ? "" : "\r\nContent-Type: application/atom+xml;charset=utf-8")
            + "\r\nContent-Length: "
            + body.length,
        body);
  }

  private void reply(String head, byte... body) {
    byte[] start =
        ("HTTP/1.1 " + head + "\r\nDate: " + date() + "\r\n\r\n")
            .getBytes(StandardCharsets.ISO_8859_1);
    out.clear();
    out.put(start).put(body).flip();
  }

  private String date() {
    return DateTimeFormatter.RFC_1123_DATE_TIME.format(
        Instant.ofEpochMilli(clock.getAsLong()).atOffset(ZoneOffset.UTC));
  }

  private static String accept(String key) {
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      return Base64.getEncoder()
          .encodeToString(sha1.digest((key + MAGIC).getBytes(StandardCharsets.ISO_8859_1)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
