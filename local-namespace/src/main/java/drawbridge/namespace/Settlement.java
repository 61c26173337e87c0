package drawbridge.namespace;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.transport.DeliveryState;

/** What a receiver in peek-lock makes of a message. */
sealed interface Settlement {
  /** Done with: out of the queue. */
  record Complete() implements Settlement {}

  /** Back into the queue, maybe with changed application properties. */
  record Abandon(Map<String, Object> properties) implements Settlement {}

  /** Into the dead-letter queue, with its reason among the application properties. */
  record DeadLetter(Map<String, Object> properties) implements Settlement {}

  String REASON = "DeadLetterReason";
  String DESCRIPTION = "DeadLetterErrorDescription";

  static DeadLetter deadLetter(String reason, String description) {
    return new DeadLetter(Map.of(REASON, reason, DESCRIPTION, description));
  }

  /** Empty for what the local namespace does not have: deferral. */
  static Optional<Settlement> of(DeliveryState state) {
    if (state instanceof Accepted) {
      return Optional.of(new Complete());
    }
    if (state instanceof Rejected rejected) {
      Map<?, ?> info = rejected.getError() == null ? null : rejected.getError().getInfo();
      return Optional.of(new DeadLetter(properties(info == null ? Map.of() : info)));
    }
    if (state instanceof Modified modified) {
      Map<?, ?> changes = modified.getMessageAnnotations();
      return Boolean.TRUE.equals(modified.getUndeliverableHere())
          ? Optional.empty()
          : Optional.of(new Abandon(properties(changes == null ? Map.of() : changes)));
    }
    return state instanceof Released ? Optional.of(new Abandon(Map.of())) : Optional.empty();
  }

  /** Keys are symbols from one SDK and strings from another. */
  static Map<String, Object> properties(Map<?, ?> raw) {
    Map<String, Object> properties = new HashMap<>();
    raw.forEach((key, value) -> properties.put(String.valueOf(key), value));
    return properties;
  }
}
