package drawbridge.relay;

import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Messages at random, whether or not they make sense. */
final class Messages {
  private Messages() {}

  static Arbitrary<Message> any() {
    Arbitrary<Long> numbers = Arbitraries.longs();
    return Combinators.combine(
            Arbitraries.of(Kind.class),
            Combinators.combine(numbers, numbers).as(UUID::new).withoutEdgeCases(),
            Combinators.combine(numbers, numbers, numbers, numbers)
                .as((seq, ack, limit, clock) -> new long[] {seq, ack, limit, clock})
                .withoutEdgeCases(),
            numbers.withoutEdgeCases(),
            numbers.withoutEdgeCases(),
            Arbitraries.strings().ofMaxLength(50).withoutEdgeCases(),
            Arbitraries.bytes().array(byte[].class).ofMaxSize(600).withoutEdgeCases())
        .as(
            (kind, channel, four, from, to, mailbox, body) ->
                new Message(
                    kind, channel, four[0], four[1], four[2], four[3], from, to, mailbox, body));
  }
}
