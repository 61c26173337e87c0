package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** What the ranges of an acknowledgement say is a set of numbers, no more and no less. */
final class RangesTest {
  private static SortedMap<Long, byte[]> arrived(long ack, Set<Integer> distances) {
    SortedMap<Long, byte[]> arrived = new TreeMap<>();
    distances.forEach(distance -> arrived.put(ack + distance, Message.NO_BODY));
    return arrived;
  }

  /** As far ahead as a message may be. */
  @Property
  void whatIsKeptComesBack(
      @ForAll @LongRange(min = 0, max = 1L << 62) long ack,
      @ForAll @Size(max = Constants.FURTHEST)
          Set<@IntRange(min = 1, max = Constants.FURTHEST) Integer> distances) {
    SortedMap<Long, byte[]> arrived = arrived(ack, distances);
    byte[] body = Ranges.encode(ack, arrived);
    Ranges read = Ranges.parse(ack, body);
    for (long seq = ack - 1; seq <= ack + Constants.FURTHEST + 1; seq++) {
      assertEquals(arrived.containsKey(seq), read.contains(seq), "of " + seq);
    }
    assertEquals(arrived.isEmpty() ? -1 : arrived.lastKey(), read.highest());
    assertEquals(arrived.isEmpty(), body.length == 0);
  }

  /** Of more runs than a message holds it lists the first, whole. */
  @Property
  void tooManyRunsAreCutAndNeverMadeUp(
      @ForAll @LongRange(min = 0, max = 1L << 62) long ack,
      @ForAll @Size(min = 1, max = 150) Set<@IntRange(min = 1, max = 400) Integer> distances) {
    SortedMap<Long, byte[]> arrived = arrived(ack, distances);
    byte[] body = Ranges.encode(ack, arrived);
    assertTrue(
        new Message(Kind.ACK, Message.NO_CHANNEL, 0, ack, 0, 0, 1, 1, "m", body).wellFormed());
    assertEquals(
        runs(new TreeSet<>(arrived.keySet())).stream().limit(Constants.RANGES).toList(),
        Ranges.parse(ack, body).runs());
  }

  /** The plainest way to say it. */
  private static List<Ranges.Run> runs(NavigableSet<Long> numbers) {
    List<Ranges.Run> runs = new ArrayList<>();
    while (!numbers.isEmpty()) {
      long first = numbers.first();
      long last = first;
      while (numbers.contains(last + 1)) {
        last++;
      }
      runs.add(new Ranges.Run(first, last));
      numbers.headSet(last, true).clear();
    }
    return runs;
  }
}
