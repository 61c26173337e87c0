package drawbridge.namespace;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecodeException;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the sections of an AMQP message (AMQP 1.0, part 3.2) without touching its body.
 * Belongs to the event loop.
 */
final class Encoding {
  /** The message format of a batch: data sections with a whole message each. */
  static final int BATCH = 0x80013700;

  private static final int HEADER = 0x70;
  private static final int MESSAGE_ANNOTATIONS = 0x72;
  private static final int PROPERTIES = 0x73;
  private static final int APPLICATION_PROPERTIES = 0x74;
  private static final int DATA = 0x75;
  private static final Symbol SEQUENCE = Symbol.valueOf("x-opt-sequence-number");
  private static final Symbol ENQUEUED = Symbol.valueOf("x-opt-enqueued-time");
  private static final Symbol LOCKED_UNTIL = Symbol.valueOf("x-opt-locked-until");
  private static final Symbol DEAD_LETTER_SOURCE = Symbol.valueOf("x-opt-deadletter-source");
  private static final Symbol SCHEDULED = Symbol.valueOf("x-opt-scheduled-enqueue-time");
  private static final int LONGEST_SECTION = 1 << 20;

  private final DecoderImpl decoder = new DecoderImpl();
  private final EncoderImpl encoder = new EncoderImpl(decoder);
  private ByteBuffer scratch = ByteBuffer.allocate(16 << 10);

  Encoding() {
    AMQPDefinedTypes.registerAllTypes(decoder, encoder);
  }

  /** What came over a link: one message, or a batch of them. */
  List<QueuedMessage> decode(byte[] bytes, boolean batch) throws MalformedMessage {
    try {
      if (!batch) {
        return List.of(message(bytes));
      }
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      List<byte[]> parts = new ArrayList<>();
      decoder.setByteBuffer(buffer);
      while (buffer.hasRemaining()) {
        if (decoder.readObject() instanceof Data data) {
          Binary part = data.getValue();
          parts.add(
              Arrays.copyOfRange(
                  part.getArray(),
                  part.getArrayOffset(),
                  part.getArrayOffset() + part.getLength()));
        }
      }
      List<QueuedMessage> messages = new ArrayList<>(parts.size());
      for (byte[] part : parts) {
        messages.add(message(part));
      }
      return messages;
    } catch (DecodeException | IllegalArgumentException | ClassCastException e) {
      throw new MalformedMessage(e);
    } catch (IndexOutOfBoundsException | java.nio.BufferUnderflowException e) {
      throw new MalformedMessage(e);
    }
  }

  private QueuedMessage message(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    decoder.setByteBuffer(buffer);
    Header header = null;
    Map<Symbol, Object> annotations = Map.of();
    int at = 0;
    int section;
    // Delivery annotations, between the two, were for us alone and are left out.
    while ((section = section(bytes, at)) >= HEADER && section < PROPERTIES) {
      Object value = decoder.readObject();
      if (section == HEADER) {
        header = (Header) value;
      } else if (section == MESSAGE_ANNOTATIONS
          && ((MessageAnnotations) value).getValue() != null) {
        annotations = ((MessageAnnotations) value).getValue();
      }
      at = buffer.position();
    }
    QueuedMessage message = new QueuedMessage(bytes, at, header, annotations);
    return hasId(bytes, at, section) ? message : message.withBare(withId(bytes, at, section));
  }

  /** The descriptor's code of the section that begins here; -1 at the end or for anything else. */
  private static int section(byte[] bytes, int at) {
    if (at + 3 > bytes.length || bytes[at] != 0) {
      return -1;
    }
    return switch (bytes[at + 1] & 0xff) {
      case 0x53 -> bytes[at + 2] & 0xff;
      case 0x80 -> bytes[at + 9] & 0xff;
      default -> -1;
    };
  }

  /** Looks at the properties' first element without decoding the rest. */
  private static boolean hasId(byte[] bytes, int at, int section) {
    if (section != PROPERTIES) {
      return false;
    }
    int list = at + ((bytes[at + 1] & 0xff) == 0x53 ? 3 : 10);
    return switch (bytes[list] & 0xff) {
      case 0xc0 -> bytes[list + 2] != 0 && bytes[list + 3] != 0x40;
      case 0xd0 -> bytes[list + 9] != 0x40;
      default -> false;
    };
  }

  /** The service gives an id to a message that has none; the JavaScript SDK relies on it. */
  private byte[] withId(byte[] bytes, int at, int section) {
    Properties properties = new Properties();
    int rest = at;
    if (section == PROPERTIES) {
      properties = (Properties) decoder.readObject();
      rest = bytes.length - decoder.getByteBufferRemaining();
    }
    properties.setMessageId(UUID.randomUUID().toString().replace("-", ""));
    byte[] head = encode(properties);
    byte[] result = Arrays.copyOf(head, head.length + bytes.length - rest);
    System.arraycopy(bytes, rest, result, head.length, bytes.length - rest);
    return result;
  }

  static boolean isScheduled(QueuedMessage message) {
    return message.annotations().containsKey(SCHEDULED);
  }

  /**
   * Header and annotations for one delivery; the bare message follows them.
   *
   * @param lockedUntil epoch milliseconds, 0 without a lock
   */
  byte[] head(QueuedMessage message, long lockedUntil) {
    Header header = new Header();
    Header sent = message.header();
    if (sent != null) {
      header.setDurable(sent.getDurable());
      header.setPriority(sent.getPriority());
      header.setTtl(sent.getTtl());
    }
    header.setDeliveryCount(UnsignedInteger.valueOf(message.deliveries));
    Map<Symbol, Object> annotations = new HashMap<>(message.annotations());
    annotations.put(SEQUENCE, message.sequence);
    annotations.put(ENQUEUED, time(message.enqueuedAt));
    if (lockedUntil > 0) {
      annotations.put(LOCKED_UNTIL, time(lockedUntil));
    }
    if (message.deadLetterSource != null) {
      annotations.put(DEAD_LETTER_SOURCE, message.deadLetterSource);
    }
    return encode(header, new MessageAnnotations(annotations));
  }

  /** Head and bare message together, as peek returns it. */
  byte[] whole(QueuedMessage message, long lockedUntil) {
    byte[] head = head(message, lockedUntil);
    int bare = message.bytes().length - message.bareAt();
    byte[] whole = Arrays.copyOf(head, head.length + bare);
    System.arraycopy(message.bytes(), message.bareAt(), whole, head.length, bare);
    return whole;
  }

  /** The message with some application properties added or replaced. */
  QueuedMessage withProperties(QueuedMessage message, Map<String, ?> more) {
    byte[] bytes = message.bytes();
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    buffer.position(message.bareAt());
    decoder.setByteBuffer(buffer);
    int at = message.bareAt();
    if (section(bytes, at) == PROPERTIES) {
      decoder.readObject();
      at = buffer.position();
    }
    int propertiesEnd = at;
    Map<String, Object> all = new HashMap<>();
    if (section(bytes, at) == APPLICATION_PROPERTIES) {
      Map<String, Object> old = ((ApplicationProperties) decoder.readObject()).getValue();
      if (old != null) {
        all.putAll(old);
      }
      at = buffer.position();
    }
    all.putAll(more);
    byte[] middle = encode(new ApplicationProperties(all));
    int first = propertiesEnd - message.bareAt();
    byte[] bare = new byte[first + middle.length + bytes.length - at];
    System.arraycopy(bytes, message.bareAt(), bare, 0, first);
    System.arraycopy(middle, 0, bare, first, middle.length);
    System.arraycopy(bytes, at, bare, first + middle.length, bytes.length - at);
    return message.withBare(bare);
  }

  /** One byte of the body changed; null where the body is no data or empty. */
  @Nullable QueuedMessage corrupt(QueuedMessage message, RandomGenerator random) {
    byte[] bytes = message.bytes();
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    buffer.position(message.bareAt());
    decoder.setByteBuffer(buffer);
    int at = message.bareAt();
    int section;
    while ((section = section(bytes, at)) == PROPERTIES || section == APPLICATION_PROPERTIES) {
      decoder.readObject();
      at = buffer.position();
    }
    if (section != DATA) {
      return null;
    }
    int binary = at + ((bytes[at + 1] & 0xff) == 0x53 ? 3 : 10);
    boolean small = (bytes[binary] & 0xff) == 0xa0;
    int start = binary + (small ? 2 : 5);
    int length = small ? bytes[binary + 1] & 0xff : buffer.getInt(binary + 1);
    if (length == 0) {
      return null;
    }
    byte[] bare = Arrays.copyOfRange(bytes, message.bareAt(), bytes.length);
    bare[start - message.bareAt() + random.nextInt(length)] ^= (byte) (1 + random.nextInt(255));
    return message.withBare(bare);
  }

  private byte[] encode(Object... sections) {
    while (true) {
      try {
        scratch.clear();
        encoder.setByteBuffer(scratch);
        for (Object section : sections) {
          encoder.writeObject(section);
        }
        return Arrays.copyOf(scratch.array(), scratch.position());
      } catch (BufferOverflowException | IndexOutOfBoundsException e) {
        if (scratch.capacity() >= LONGEST_SECTION) {
          throw e;
        }
        scratch = ByteBuffer.allocate(scratch.capacity() * 4);
      }
    }
  }

  /** AMQP timestamps are java.util.Date in proton-j. */
  @SuppressWarnings("JavaUtilDate")
  static Date time(long epochMillis) {
    return new Date(epochMillis);
  }

  /** Bytes that are no AMQP message. */
  static final class MalformedMessage extends Exception {
    MalformedMessage(Throwable cause) {
      super(cause);
    }
  }
}
