package drawbridge.adapters.sql;

import drawbridge.adapters.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The encoded bytes of an answer: begun with the first of them, which come late since the encoder
 * collects some kilobytes; or held back until a change is committed.
 */
final class Reply extends OutputStream {
  /** What a change may answer with: it is held in memory. */
  static final int MOST_HELD = 1 << 20;

  /** A change's answer is longer than may be held. */
  static final class TooLong extends IOException {}

  private final Answer answer;
  private final @Nullable ByteArrayOutputStream held;
  private final Map<String, String> headers = new LinkedHashMap<>();
  private int status = 200;
  private String contentType = "";
  private @Nullable OutputStream out;
  private long bytes;
  private boolean shut;

  Reply(Answer answer, boolean hold) {
    this.answer = answer;
    this.held = hold ? new ByteArrayOutputStream(512) : null;
  }

  Answer.Format format() {
    return answer.format();
  }

  /** Before the first byte. */
  void status(int code, String type) {
    status = code;
    contentType = type;
  }

  /** Before the first byte. */
  void header(String name, String value) {
    headers.put(name, value);
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    if (shut) {
      return;
    }
    bytes += length;
    if (held == null) {
      begin().write(source, offset, length);
    } else if (bytes > MOST_HELD) {
      throw new TooLong();
    } else {
      held.write(source, offset, length);
    }
  }

  private OutputStream begin() {
    if (out == null) {
      out = answer.begin(status, contentType, headers);
    }
    return out;
  }

  /** All is encoded, and committed where it had to be; an answer without bytes begins here. */
  void release() throws IOException {
    OutputStream to = begin();
    if (held != null) {
      held.writeTo(to);
    }
  }

  /** Takes no more bytes. */
  void shut() {
    shut = true;
  }

  /** The caller may have seen something of it. */
  boolean begun() {
    return out != null;
  }

  Answer answer() {
    return answer;
  }

  long bytes() {
    return bytes;
  }
}
