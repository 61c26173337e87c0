package drawbridge.namespace;

import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.jspecify.annotations.Nullable;

/**
 * A message in a queue. The bytes from its properties on stay as they were sent; header and
 * annotations, which the broker changes, are kept apart. Belongs to the event loop.
 */
final class QueuedMessage {
  private final byte[] bytes;
  private final int bareAt;
  private final @Nullable Header header;
  private final Map<Symbol, Object> annotations;
  private final int size;

  long sequence;
  long enqueuedAt;
  long expiresAt = Long.MAX_VALUE;
  int deliveries;
  @Nullable String deadLetterSource;

  /**
   * @param bareAt where the properties begin in {@code bytes}
   */
  QueuedMessage(
      byte[] bytes, int bareAt, @Nullable Header header, Map<Symbol, Object> annotations) {
    this.bytes = bytes;
    this.bareAt = bareAt;
    this.header = header;
    this.annotations = annotations;
    this.size = bytes.length;
  }

  /** The same message with other bytes from its properties on. */
  QueuedMessage withBare(byte[] bare) {
    return copyTo(new QueuedMessage(bare, 0, header, annotations));
  }

  /** A second message with the same content. */
  QueuedMessage copy() {
    return copyTo(new QueuedMessage(bytes, bareAt, header, annotations));
  }

  private QueuedMessage copyTo(QueuedMessage copy) {
    copy.sequence = sequence;
    copy.enqueuedAt = enqueuedAt;
    copy.expiresAt = expiresAt;
    copy.deliveries = deliveries;
    copy.deadLetterSource = deadLetterSource;
    return copy;
  }

  byte[] bytes() {
    return bytes;
  }

  int bareAt() {
    return bareAt;
  }

  /** The bytes from the properties on; nobody changes them. */
  ByteBuffer bare() {
    return ByteBuffer.wrap(bytes, bareAt, bytes.length - bareAt).slice();
  }

  @Nullable Header header() {
    return header;
  }

  Map<Symbol, Object> annotations() {
    return annotations;
  }

  /** What it takes of the queue's room, in bytes. */
  int size() {
    return size;
  }

  /** How long it may live by its sender's wish, in milliseconds. */
  long timeToLive() {
    return header == null || header.getTtl() == null ? Long.MAX_VALUE : header.getTtl().longValue();
  }
}
