package drawbridge.relay;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Messages as AMQP has them: docs/protocol.md, part 1. */
final class Wire {
  private Wire() {}

  /** All but mailbox and body, which have places of their own. */
  static Map<String, Object> properties(Message message) {
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put("v", Message.VERSION);
    properties.put("kind", message.kind().word());
    properties.put("channel", message.channel());
    properties.put("seq", message.seq());
    properties.put("ack", message.ack());
    properties.put("limit", message.limit());
    properties.put("clock", message.clock());
    properties.put("from", message.from());
    properties.put("to", message.to());
    return properties;
  }

  /** The message, or null where it is none of this protocol. Properties beyond ours are ignored. */
  static @Nullable Message read(@Nullable String replyTo, Map<String, ?> properties, byte[] body) {
    if (replyTo == null
        || !Integer.valueOf(Message.VERSION).equals(properties.get("v"))
        || !(properties.get("kind") instanceof String word)
        || !(properties.get("channel") instanceof UUID channel)
        || !(properties.get("seq") instanceof Long seq)
        || !(properties.get("ack") instanceof Long ack)
        || !(properties.get("limit") instanceof Long limit)
        || !(properties.get("clock") instanceof Long clock)
        || !(properties.get("from") instanceof Long from)
        || !(properties.get("to") instanceof Long to)) {
      return null;
    }
    Kind kind = Kind.of(word);
    return kind == null
        ? null
        : new Message(kind, channel, seq, ack, limit, clock, from, to, replyTo, body);
  }
}
