package drawbridge.adapters.sql;

import drawbridge.adapters.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
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
  private final String contentType;
  private final @Nullable ByteArrayOutputStream held;
  private @Nullable OutputStream out;
  private long bytes;
  private boolean shut;

  Reply(Answer answer, String contentType, boolean hold) {
    this.answer = answer;
    this.contentType = contentType;
    this.held = hold ? new ByteArrayOutputStream(512) : null;
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
      out = answer.begin(200, contentType);
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
