package drawbridge.relay;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/** Runs of data messages that arrived beyond a gap, as the body of an {@code ack}. */
record Ranges(List<Run> runs) {
  /** Of one run on the wire. */
  static final int BYTES = 8;

  private static final long MASK = 0xFFFFFFFFL;

  /** Both inclusive. */
  record Run(long first, long last) {}

  static Ranges parse(long ack, byte[] body) {
    ByteBuffer in = ByteBuffer.wrap(body);
    List<Run> runs = new ArrayList<>(body.length / BYTES);
    while (in.remaining() >= BYTES) {
      runs.add(new Run(ack + (in.getInt() & MASK), ack + (in.getInt() & MASK)));
    }
    return new Ranges(runs);
  }

  static byte[] encode(long ack, SortedMap<Long, ?> arrived) {
    if (arrived.isEmpty()) {
      return Message.NO_BODY;
    }
    List<Run> runs = new ArrayList<>();
    long first = -1;
    long last = -1;
    for (long seq : arrived.keySet()) {
      if (seq != last + 1 || first < 0) {
        if (first >= 0) {
          runs.add(new Run(first, last));
        }
        first = seq;
      }
      last = seq;
    }
    runs.add(new Run(first, last));
    int count = Math.min(runs.size(), Constants.RANGES);
    ByteBuffer out = ByteBuffer.allocate(count * BYTES);
    for (Run run : runs.subList(0, count)) {
      out.putInt((int) (run.first - ack)).putInt((int) (run.last - ack));
    }
    return out.array();
  }

  boolean contains(long seq) {
    for (Run run : runs) {
      if (seq >= run.first && seq <= run.last) {
        return true;
      }
    }
    return false;
  }

  /** -1 where there is none. */
  long highest() {
    long highest = -1;
    for (Run run : runs) {
      highest = Math.max(highest, run.last);
    }
    return highest;
  }
}
