package drawbridge.acceptance;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One keep-alive connection of the load: sends prepared bytes, reads an answer with Content-Length,
 * and does little else, so that what is measured is the server. Not thread-safe.
 */
public final class HttpConnection implements AutoCloseable {
  private static final byte[] LENGTH = "content-length:".getBytes(StandardCharsets.US_ASCII);
  private static final int LARGEST = 1 << 20;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private byte[] buffer = new byte[16 << 10];
  private byte[] answer = buffer;
  private int filled;
  private int head;

  public HttpConnection(Socket socket) throws IOException {
    this.socket = socket;
    this.in = socket.getInputStream();
    this.out = socket.getOutputStream();
  }

  /** The status of the answer, all of which has been read. */
  public int exchange(byte[] request) throws IOException {
    out.write(request);
    out.flush();
    int headers;
    while ((headers = endOfHeaders()) < 0) {
      fill();
    }
    int total = headers + length(headers);
    if (total > LARGEST) {
      throw new IOException("an answer of " + total + " bytes");
    }
    while (filled < total) {
      fill();
    }
    head = headers;
    answer = buffer;
    if (filled > total) {
      throw new IOException("bytes after the end of an answer");
    }
    filled = 0;
    return (buffer[9] - '0') * 100 + (buffer[10] - '0') * 10 + (buffer[11] - '0');
  }

  /** A header of the last answer; empty: it has none. */
  public String header(String name) {
    String all = new String(answer, 0, head, StandardCharsets.US_ASCII);
    int at = all.toLowerCase(Locale.ROOT).indexOf("\n" + name.toLowerCase(Locale.ROOT) + ":");
    if (at < 0) {
      return "";
    }
    return all.substring(at + name.length() + 2, all.indexOf('\r', at)).strip();
  }

  private void fill() throws IOException {
    if (filled == buffer.length) {
      buffer = java.util.Arrays.copyOf(buffer, buffer.length * 2);
    }
    int n = in.read(buffer, filled, buffer.length - filled);
    if (n < 0) {
      throw new EOFException("the server closed the connection");
    }
    filled += n;
  }

  private int endOfHeaders() {
    for (int i = 3; i < filled; i++) {
      if (buffer[i] == '\n' && buffer[i - 1] == '\r' && buffer[i - 2] == '\n') {
        return i + 1;
      }
    }
    return -1;
  }

  private int length(int headers) throws IOException {
    for (int i = 0; i < headers - LENGTH.length; i++) {
      if (matches(i)) {
        int value = 0;
        for (int at = i + LENGTH.length; buffer[at] != '\r'; at++) {
          if (buffer[at] != ' ') {
            value = value * 10 + (buffer[at] - '0');
          }
        }
        return value;
      }
    }
    throw new IOException("an answer without Content-Length");
  }

  private boolean matches(int at) {
    for (int i = 0; i < LENGTH.length; i++) {
      if ((buffer[at + i] | 0x20) != (LENGTH[i] | 0x20)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
