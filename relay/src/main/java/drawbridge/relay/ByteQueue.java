package drawbridge.relay;

/**
 * Bytes that wait to be cut into messages: a ring that grows to its capacity as needed and gives
 * memory back when it empties.
 */
final class ByteQueue {
  private static final int SMALLEST = 4 << 10;
  private static final int KEPT = 64 << 10;

  private final int capacity;
  private byte[] ring = new byte[0];
  private int head;
  private int length;

  ByteQueue(int capacity) {
    this.capacity = capacity;
  }

  int length() {
    return length;
  }

  int room() {
    return capacity - length;
  }

  /** Takes as many bytes as there is room for and says how many. */
  int put(byte[] bytes, int offset, int count) {
    int taken = Math.min(count, room());
    if (taken == 0) {
      return 0;
    }
    if (length + taken > ring.length) {
      grow(length + taken);
    }
    int tail = (head + length) % ring.length;
    int first = Math.min(taken, ring.length - tail);
    System.arraycopy(bytes, offset, ring, tail, first);
    System.arraycopy(bytes, offset + first, ring, 0, taken - first);
    length += taken;
    return taken;
  }

  /** Removes exactly {@code count} bytes, which must be there. */
  byte[] take(int count) {
    byte[] out = new byte[count];
    copy(out, count);
    head = ring.length == 0 ? 0 : (head + count) % ring.length;
    length -= count;
    if (length == 0) {
      head = 0;
      if (ring.length > KEPT) {
        ring = new byte[0];
      }
    }
    return out;
  }

  void clear() {
    ring = new byte[0];
    head = 0;
    length = 0;
  }

  private void copy(byte[] out, int count) {
    int first = Math.min(count, ring.length - head);
    System.arraycopy(ring, head, out, 0, first);
    System.arraycopy(ring, 0, out, first, count - first);
  }

  private void grow(int needed) {
    int size = Math.max(SMALLEST, ring.length);
    while (size < needed) {
      size <<= 1;
    }
    byte[] larger = new byte[Math.min(size, capacity)];
    copy(larger, length);
    ring = larger;
    head = 0;
  }
}
