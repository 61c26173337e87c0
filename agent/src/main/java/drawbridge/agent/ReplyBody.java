package drawbridge.agent;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import drawbridge.adapters.Answer;
import drawbridge.audit.AuditUnavailable;
import drawbridge.relay.wire.End;
import drawbridge.relay.wire.Header;
import drawbridge.relay.wire.Reply;
import drawbridge.relay.wire.ReplyHead;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The answer of one call on its way to the gateway: held back whole while it is short, so that its
 * status is true to the end; a stream of chunks, as fast as the caller reads, once it is long. Used
 * by the call's own thread.
 */
final class ReplyBody implements Answer {
  /** Up to here an answer leaves as one message. */
  static final int WHOLE = 256 << 10;

  static final int CHUNK = 64 << 10;
  private static final int FIRST = 2 << 10;
  private static final int NOT_MODIFIED = 304;

  /** What is shorter gains nothing by compression. */
  private static final int SHORT = 1 << 10;

  /** What must be durable before the first byte of a stream leaves. */
  interface Gate {
    void pass() throws AuditUnavailable;
  }

  private final Replies replies;
  private final Lifeline life;
  private final Format format;
  private final long mostBytes;
  private final Recording recording;
  private final Gate gate;
  private final boolean compress;

  /** Compresses a stream; null while the answer is short, or not wanted that way. */
  private @Nullable GZIPOutputStream gzip;

  /** Holds the head until the first chunk of a stream leaves. */
  private Reply.Builder next = Reply.newBuilder();

  private byte[] buffer = new byte[FIRST];
  private int count;
  private int status;
  private String contentType = "";
  private Map<String, String> headers = Map.of();
  private long bytes;
  private long rows;
  private long waitedNanos;
  private boolean streaming;
  private boolean tooLong;
  private boolean unrecorded;
  private @Nullable Semaphore places;
  private boolean placed;
  private boolean crowded;

  ReplyBody(
      Replies replies,
      Lifeline life,
      Format format,
      long mostBytes,
      boolean compress,
      Recording recording,
      Gate gate) {
    this.compress = compress;
    this.replies = replies;
    this.life = life;
    this.format = format;
    this.mostBytes = mostBytes;
    this.recording = recording;
    this.gate = gate;
  }

  @Override
  public Format format() {
    return format;
  }

  @Override
  public OutputStream begin(int status, String contentType, Map<String, String> more) {
    if (begun()) {
      throw new IllegalStateException("the answer has begun already");
    }
    if ((status < 200 || status > 299) && status != NOT_MODIFIED) {
      throw new IllegalArgumentException("status " + status + " is no answer's");
    }
    this.status = status;
    this.contentType = contentType;
    this.headers = Map.copyOf(more);
    return new Body();
  }

  @Override
  public void rows(long rows) {
    this.rows += rows;
  }

  @Override
  public List<String> keyColumns() {
    return recording.keyColumns();
  }

  @Override
  public void key(String column, String value) {
    recording.key(column, value);
  }

  @Override
  public void servedBy(String job) {
    recording.servedBy(job);
  }

  @Override
  public void places(Semaphore places) {
    this.places = places;
  }

  /** The action holds nothing any more. */
  void leave() {
    if (placed && places != null) {
      places.release();
      placed = false;
    }
  }

  boolean begun() {
    return status != 0;
  }

  int status() {
    return status;
  }

  long rows() {
    return rows;
  }

  long bytes() {
    return bytes;
  }

  /** Spent waiting for the caller to read and for the audit log, not in the source. */
  long waitedNanos() {
    return waitedNanos;
  }

  /** The action wrote past the caller's limit. */
  boolean tooLong() {
    return tooLong;
  }

  /** The gate did not let the stream begin. */
  boolean unrecorded() {
    return unrecorded;
  }

  /** There was no place for another long answer. */
  boolean crowded() {
    return crowded;
  }

  /** Sends what a stream still holds; a short answer stays until {@link #finish}. */
  void drain() throws IOException {
    if (gzip != null) {
      gzip.finish();
    }
    if (streaming && count > 0) {
      send(UnsafeByteOperations.unsafeWrap(buffer, 0, count));
      count = 0;
    }
  }

  /** Ends the reply well. */
  void finish(End end) {
    Reply.Builder last = Reply.newBuilder().setEnd(end);
    if (!streaming) {
      boolean compressed = compress && count > SHORT;
      ByteString whole =
          compressed ? compressed() : UnsafeByteOperations.unsafeWrap(buffer, 0, count);
      last.setHead(head(compressed).setLength(whole.size())).setChunk(whole);
    }
    replies.send(last.build());
    replies.end();
  }

  private ByteString compressed() {
    ByteString.Output bytes = ByteString.newOutput(count / 4);
    try (GZIPOutputStream zipped = new GZIPOutputStream(bytes)) {
      zipped.write(buffer, 0, count);
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail", e);
    }
    return bytes.toByteString();
  }

  private ReplyHead.Builder head(boolean compressed) {
    ReplyHead.Builder head = ReplyHead.newBuilder().setStatus(status);
    if (!contentType.isEmpty()) {
      head.addHeaders(Header.newBuilder().setName("Content-Type").setValue(contentType));
    }
    headers.forEach(
        (name, value) -> head.addHeaders(Header.newBuilder().setName(name).setValue(value)));
    if (compress) {
      head.addHeaders(Header.newBuilder().setName("Vary").setValue("Accept-Encoding"));
    }
    if (compressed) {
      head.addHeaders(Header.newBuilder().setName("Content-Encoding").setValue("gzip"));
    }
    return head;
  }

  private void write(byte[] from, int offset, int length) throws IOException {
    if (life.state() != Lifeline.State.WANTED) {
      throw new InterruptedIOException("nobody waits for the answer any more");
    }
    if (tooLong || bytes + length > mostBytes) {
      tooLong = true;
      throw new IOException("the answer is longer than the caller's limit");
    }
    bytes += length;
    if (!streaming && count + (long) length > WHOLE) {
      beginStream();
    }
    if (!streaming) {
      if (count + length > buffer.length) {
        buffer =
            Arrays.copyOf(buffer, Math.min(WHOLE, Math.max(count + length, 2 * buffer.length)));
      }
      System.arraycopy(from, offset, buffer, count, length);
      count += length;
      return;
    }
    if (gzip != null) {
      gzip.write(from, offset, length);
    } else {
      chunks(from, offset, length);
    }
  }

  private void chunks(byte[] from, int offset, int length) throws IOException {
    int at = offset;
    int left = length;
    while (left > 0) {
      int part = Math.min(left, buffer.length - count);
      System.arraycopy(from, at, buffer, count, part);
      count += part;
      at += part;
      left -= part;
      if (count == buffer.length) {
        byte[] full = buffer;
        buffer = new byte[CHUNK]; // the full one belongs to gRPC now
        count = 0;
        send(UnsafeByteOperations.unsafeWrap(full));
      }
    }
  }

  private void beginStream() throws IOException {
    if (places != null) {
      placed = places.tryAcquire();
      crowded = !placed;
      if (crowded) {
        throw new IOException("no place for another long answer");
      }
    }
    long from = System.nanoTime();
    try {
      gate.pass();
    } catch (AuditUnavailable e) {
      unrecorded = true;
      throw new IOException("the call could not be recorded", e);
    } finally {
      waitedNanos += System.nanoTime() - from;
    }
    streaming = true;
    byte[] held = buffer;
    int length = count;
    buffer = new byte[CHUNK];
    count = 0;
    next.setHead(head(compress));
    if (compress) {
      gzip =
          new GZIPOutputStream(
              new OutputStream() {
                @Override
                public void write(int b) throws IOException {
                  chunks(new byte[] {(byte) b}, 0, 1);
                }

                @Override
                public void write(byte[] from, int offset, int length) throws IOException {
                  chunks(from, offset, length);
                }
              },
              CHUNK);
      gzip.write(held, 0, length);
      return;
    }
    for (int at = 0; at < length; at += CHUNK) {
      send(UnsafeByteOperations.unsafeWrap(held, at, Math.min(CHUNK, length - at)));
    }
  }

  private void send(ByteString chunk) throws IOException {
    if (!replies.isReady()) {
      long from = System.nanoTime();
      boolean ready = life.await(replies::isReady);
      waitedNanos += System.nanoTime() - from;
      if (!ready) {
        throw new InterruptedIOException("nobody reads the answer any more");
      }
    }
    replies.send(next.setChunk(chunk).build());
    next = Reply.newBuilder();
  }

  /**
   * The action's view. Closing and flushing it mean nothing: the call ends when the action does.
   */
  private final class Body extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      ReplyBody.this.write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, from.length);
      ReplyBody.this.write(from, offset, length);
    }
  }
}
