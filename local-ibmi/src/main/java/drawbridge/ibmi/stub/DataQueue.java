package drawbridge.ibmi.stub;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.ListIterator;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A data queue object. Thread-safe. */
public final class DataQueue {
  /** In which order entries come out. */
  public enum Order {
    FIFO(0),
    LIFO(1),
    KEYED(2);

    private final int code;

    Order(int code) {
      this.code = code;
    }

    int code() {
      return code;
    }

    static Optional<Order> of(int code) {
      return Stream.of(values()).filter(order -> order.code == code).findFirst();
    }
  }

  /** Beyond this a write fails, as it does when a queue has reached its size. */
  static final int MOST_ENTRIES = 100_000;

  /** An entry; key and sender are empty where there is none. */
  static final class Entry {
    private final byte[] key;
    private final byte[] data;
    private final byte[] sender;

    Entry(byte[] key, byte[] data, byte[] sender) {
      this.key = key;
      this.data = data;
      this.sender = sender;
    }

    byte[] key() {
      return key;
    }

    byte[] data() {
      return data;
    }

    byte[] sender() {
      return sender;
    }
  }

  private final int maxLength;
  private final int keyLength;
  private final Order order;
  private final boolean senders;
  private final byte[] text;
  private final List<Entry> entries = new ArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean deleted;

  /**
   * @param maxLength of an entry, in bytes
   * @param keyLength in bytes; 0 unless keyed
   * @param senders entries carry who sent them
   * @param text description, up to 50 characters
   */
  DataQueue(Order order, int maxLength, int keyLength, boolean senders, byte[] text) {
    this.order = order;
    this.maxLength = maxLength;
    this.keyLength = keyLength;
    this.senders = senders;
    this.text = text;
  }

  static DataQueue of(Order order, int maxLength, int keyLength, boolean senders) {
    return new DataQueue(
        order, maxLength, keyLength, senders, new Bytes().padded("", 50).toArray());
  }

  Order order() {
    return order;
  }

  int maxLength() {
    return maxLength;
  }

  int keyLength() {
    return keyLength;
  }

  boolean senders() {
    return senders;
  }

  byte[] text() {
    return text.clone();
  }

  /** How many entries wait. */
  public int depth() {
    lock.lock();
    try {
      return entries.size();
    } finally {
      lock.unlock();
    }
  }

  /** As a program on the host writes one; the key is in ASCII digits or letters. */
  public void write(String key, byte[] data) {
    put(new Entry(key.getBytes(Ebcdic.CCSID_37), data.clone(), new byte[0]));
  }

  /** Takes the first entry, as a program on the host would; empty where none comes in time. */
  public Optional<byte[]> take(Duration wait) throws InterruptedException {
    return next(wait.toNanos(), false, null, "EQ").map(Entry::data);
  }

  void put(Entry entry) {
    lock.lock();
    try {
      if (entries.size() >= MOST_ENTRIES) {
        throw HostError.of("CPF950A", 40, "Storage limit exceeded for data queue.");
      }
      switch (order) {
        case FIFO -> entries.add(entry);
        case LIFO -> entries.addFirst(entry);
        case KEYED -> {
          ListIterator<Entry> at = entries.listIterator();
          while (at.hasNext()) {
            if (Arrays.compareUnsigned(at.next().key(), entry.key()) > 0) {
              at.previous();
              break;
            }
          }
          at.add(entry);
        }
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * @param nanos how long to wait; negative: for ever
   * @param key null: any entry
   * @param search EQ, NE, LT, LE, GT, GE
   */
  Optional<Entry> next(long nanos, boolean peek, byte @Nullable [] key, String search)
      throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = nanos < 0 ? Long.MAX_VALUE : nanos;
      while (true) {
        if (deleted) {
          throw HostError.of("CPF9801", 40, "Object not found.");
        }
        for (Iterator<Entry> it = entries.iterator(); it.hasNext(); ) {
          Entry entry = it.next();
          if (key == null || matches(Arrays.compareUnsigned(entry.key(), key), search)) {
            if (!peek) {
              it.remove();
            }
            return Optional.of(entry);
          }
        }
        if (left <= 0) {
          return Optional.empty();
        }
        left = changed.awaitNanos(Math.min(left, TimeUnit.HOURS.toNanos(1)));
      }
    } finally {
      lock.unlock();
    }
  }

  private static boolean matches(int comparison, String search) {
    return switch (search.strip().toUpperCase(Locale.ROOT)) {
      case "EQ" -> comparison == 0;
      case "NE" -> comparison != 0;
      case "LT" -> comparison < 0;
      case "LE" -> comparison <= 0;
      case "GT" -> comparison > 0;
      case "GE" -> comparison >= 0;
      default -> false;
    };
  }

  void clear(byte @Nullable [] key) {
    lock.lock();
    try {
      entries.removeIf(entry -> key == null || Arrays.equals(entry.key(), key));
    } finally {
      lock.unlock();
    }
  }

  /** Wakes everybody who waits; they are told that it is gone. */
  void delete() {
    lock.lock();
    try {
      deleted = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
