package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** The ring gives what an array that is cut in front and joined behind would. */
final class ByteQueueTest {
  /** Beyond what a queue keeps when it empties. */
  private static final int LARGEST = 200_000;

  private static final int CLEAR = -7;

  /**
   * @param steps put so many bytes where positive, take so many where negative
   */
  @Property
  void bytesComeOutAsTheyWentIn(
      @ForAll @IntRange(min = 1, max = LARGEST) int capacity,
      @ForAll @Size(max = 60) List<@IntRange(min = -30_000, max = 30_000) Integer> steps) {
    ByteQueue queue = new ByteQueue(capacity);
    byte[] model = {};
    int stamp = 0;
    for (int step : steps) {
      if (step == CLEAR) {
        queue.clear();
        model = new byte[0];
      } else if (step >= 0) {
        byte[] bytes = new byte[step + 3];
        for (int i = 0; i < bytes.length; i++) {
          bytes[i] = (byte) (stamp++ * 31 >>> 3);
        }
        int taken = queue.put(bytes, 2, step);
        assertEquals(Math.min(step, capacity - model.length), taken);
        int before = model.length;
        model = Arrays.copyOf(model, before + taken);
        System.arraycopy(bytes, 2, model, before, taken);
      } else {
        int count = Math.min(-step, model.length);
        assertArrayEquals(Arrays.copyOf(model, count), queue.take(count));
        model = Arrays.copyOfRange(model, count, model.length);
      }
      assertEquals(model.length, queue.length());
      assertEquals(capacity - model.length, queue.room());
    }
    assertArrayEquals(model, queue.take(queue.length()));
  }
}
