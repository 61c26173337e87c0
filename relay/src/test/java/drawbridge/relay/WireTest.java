package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.HashMap;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A message and its AMQP properties say the same, and nothing else is a message. */
final class WireTest {
  @Provide
  static Arbitrary<Message> messages() {
    return Messages.any();
  }

  @Provide
  static Arbitrary<String> names() {
    return Arbitraries.of("v", "kind", "channel", "seq", "ack", "limit", "clock", "from", "to");
  }

  /** What AMQP could have in place of a property. */
  @Provide
  static Arbitrary<Object> values() {
    return Arbitraries.oneOf(
        Arbitraries.integers().asGeneric(),
        Arbitraries.shorts().asGeneric(),
        Arbitraries.strings().asGeneric(),
        Arbitraries.doubles().asGeneric(),
        Arbitraries.of(true, false).asGeneric(),
        Arbitraries.bytes().array(byte[].class).asGeneric());
  }

  @Property
  void whatIsWrittenIsRead(@ForAll("messages") Message message) {
    Map<String, Object> properties = new HashMap<>(Wire.properties(message));
    properties.put("Diagnostic-Id", "a broker's own");
    assertEquals(message, Wire.read(message.mailbox(), properties, message.body()));
  }

  @Property
  void withoutAPropertyItIsNone(
      @ForAll("messages") Message message, @ForAll("names") String missing) {
    Map<String, Object> properties = new HashMap<>(Wire.properties(message));
    assertNotNull(properties.remove(missing));
    assertNull(Wire.read(message.mailbox(), properties, message.body()));
  }

  @Property
  void withAPropertyOfAnotherTypeOrUnknownItIsNone(
      @ForAll("messages") Message message,
      @ForAll("names") String changed,
      @ForAll("values") Object value) {
    Assume.that(!(changed.equals("v") && value.equals(Message.VERSION)));
    Assume.that(!(value instanceof String word) || Kind.of(word) == null);
    Map<String, Object> properties = new HashMap<>(Wire.properties(message));
    properties.put(changed, value);
    assertNull(Wire.read(message.mailbox(), properties, message.body()));
  }

  @Property
  void withoutAReplyToItIsNone(@ForAll("messages") Message message) {
    assertNull(Wire.read(null, Wire.properties(message), message.body()));
  }
}
