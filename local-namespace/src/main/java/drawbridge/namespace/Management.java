package drawbridge.namespace;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/** {@code QUEUE/$management}: renewal of locks, peek, settlement without the link. */
final class Management implements RequestNode {
  /** A reply to peek holds at most so much, and at least one message. */
  private static final int LONGEST_PEEK = 1 << 20;

  private static final String VENDOR = "com.microsoft:";

  private final Namespace namespace;
  private final Queue queue;

  Management(Namespace namespace, Queue queue) {
    this.namespace = namespace;
    this.queue = queue;
  }

  boolean of(Queue one) {
    return queue.equals(one) || queue.equals(one.deadLetters());
  }

  @Override
  public Message answer(ClientConnection connection, Message request) {
    if (!connection.grants().allows(queue.baseName(), Right.LISTEN)) {
      return refusal(401, AmqpError.unauthorized(Right.LISTEN, queue.name()));
    }
    if (!namespace.budget().take(1)) {
      return refusal(503, AmqpError.busy());
    }
    Map<?, ?> body =
        request.getBody() instanceof AmqpValue value && value.getValue() instanceof Map<?, ?> map
            ? map
            : Map.of();
    String operation = RequestNode.property(request, "operation");
    return switch (operation) {
      case VENDOR + "renew-lock" -> renew(body);
      case VENDOR + "peek-message" -> peek(body);
      case VENDOR + "update-disposition" -> settle(body);
      default -> refusal(501, AmqpError.lacking("operation " + operation));
    };
  }

  private Message renew(Map<?, ?> body) {
    List<UUID> tokens = tokens(body);
    for (UUID token : tokens) {
      if (!queue.renew(token)) {
        return refusal(410, AmqpError.lockLost());
      }
    }
    Date[] expirations = new Date[tokens.size()];
    Arrays.fill(expirations, Encoding.time(System.currentTimeMillis() + queue.lockMillis()));
    return reply(200, "OK", new HashMap<>(Map.of("expirations", expirations)));
  }

  private Message peek(Map<?, ?> body) {
    if (body.get("session-id") != null) {
      return refusal(501, AmqpError.lacking("sessions"));
    }
    long from = body.get("from-sequence-number") instanceof Number n ? n.longValue() : 0;
    int count = body.get("message-count") instanceof Number n ? n.intValue() : 1;
    List<Map<String, Object>> messages = new ArrayList<>();
    int bytes = 0;
    for (QueuedMessage message : queue.peek(from, count)) {
      byte[] whole = namespace.encoding().whole(message, 0);
      bytes += whole.length;
      if (bytes > LONGEST_PEEK && !messages.isEmpty()) {
        break;
      }
      messages.add(new HashMap<>(Map.of("message", new Binary(whole))));
    }
    return messages.isEmpty()
        ? reply(204, "NoContent", Map.of())
        : reply(200, "OK", new HashMap<>(Map.of("messages", messages)));
  }

  private Message settle(Map<?, ?> body) {
    Map<String, Object> changes =
        body.get("properties-to-modify") instanceof Map<?, ?> map
            ? Settlement.properties(map)
            : new HashMap<>();
    Settlement settlement;
    String status = String.valueOf(body.get("disposition-status"));
    switch (status) {
      case "completed" -> settlement = new Settlement.Complete();
      case "abandoned" -> settlement = new Settlement.Abandon(changes);
      case "suspended" -> {
        put(changes, Settlement.REASON, body.get("deadletter-reason"));
        put(changes, Settlement.DESCRIPTION, body.get("deadletter-description"));
        settlement = new Settlement.DeadLetter(changes);
      }
      default -> {
        return refusal(501, AmqpError.lacking("disposition " + status));
      }
    }
    for (UUID token : tokens(body)) {
      if (!queue.settle(token, settlement)) {
        return refusal(410, AmqpError.lockLost());
      }
    }
    return reply(200, "OK", Map.of());
  }

  private static void put(Map<String, Object> map, String key, @Nullable Object value) {
    if (value != null) {
      map.put(key, value);
    }
  }

  private static List<UUID> tokens(Map<?, ?> body) {
    List<UUID> tokens = new ArrayList<>();
    if (body.get("lock-tokens") instanceof Object[] array) {
      for (Object token : array) {
        if (token instanceof UUID uuid) {
          tokens.add(uuid);
        }
      }
    }
    return tokens;
  }

  private static Message reply(int code, String description, Map<String, Object> body) {
    Map<String, Object> properties = new HashMap<>();
    properties.put("statusCode", code);
    properties.put("statusDescription", description);
    return RequestNode.reply(properties, body);
  }

  private static Message refusal(int code, AmqpError error) {
    Map<String, Object> properties = new HashMap<>();
    properties.put("statusCode", code);
    properties.put("statusDescription", error.description());
    properties.put("errorCondition", Symbol.valueOf(error.condition()));
    return RequestNode.reply(properties, Map.of());
  }
}
