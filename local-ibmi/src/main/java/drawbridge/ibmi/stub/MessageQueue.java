package drawbridge.ibmi.stub;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A message queue object. Thread-safe. */
public final class MessageQueue {
  private static final int MOST_MESSAGES = 10_000;

  /** A message that waits, and what has become of it. */
  static final class Entry {
    final int key;
    final HostMessage message;
    final String sender;
    final String date;
    final String time;
    boolean received;
    @Nullable String reply;

    Entry(int key, HostMessage message, String sender, String date, String time) {
      this.key = key;
      this.message = message;
      this.sender = sender;
      this.date = date;
      this.time = time;
    }
  }

  private final HostSystem host;
  private final List<Entry> entries = new ArrayList<>();
  private final List<Entry> answered = new ArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private int lastKey = 0x1000;

  MessageQueue(HostSystem host) {
    this.host = host;
  }

  /** As a program on the host sends one; returns its key. An inquiry waits for a reply. */
  public int send(HostMessage message) {
    return send(message, "000000/QSYS/QSYSARB");
  }

  int send(HostMessage message, String sender) {
    lock.lock();
    try {
      if (entries.size() >= MOST_MESSAGES) {
        throw HostError.of("CPF2460", 40, "Message queue could not be extended.");
      }
      Entry entry = new Entry(++lastKey, message, sender, host.hostDate(), host.hostTime());
      entries.add(entry);
      changed.signalAll();
      return entry.key;
    } finally {
      lock.unlock();
    }
  }

  /** How many messages wait, answered or not. */
  public int depth() {
    lock.lock();
    try {
      return entries.size();
    } finally {
      lock.unlock();
    }
  }

  /** What somebody has answered to that inquiry. */
  public Optional<String> reply(int key) {
    lock.lock();
    try {
      return answered.stream()
          .filter(entry -> entry.key == key)
          .findFirst()
          .map(entry -> entry.reply);
    } finally {
      lock.unlock();
    }
  }

  List<Entry> entries() {
    lock.lock();
    try {
      return List.copyOf(entries);
    } finally {
      lock.unlock();
    }
  }

  /**
   * The one that the type and key select.
   *
   * @param type {@code *ANY *FIRST *LAST *NEXT *PRV *INQ *INFO *COMP *DIAG}
   * @param key 0: none was given
   * @param nanos how long to wait; negative: for ever
   */
  Optional<Entry> receive(String type, int key, long nanos, String action)
      throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = nanos < 0 ? Long.MAX_VALUE : nanos;
      while (true) {
        Optional<Entry> found = select(type, key);
        if (found.isPresent()) {
          switch (action) {
            case "*REMOVE" -> remove(found.get());
            case "*OLD" -> found.get().received = true;
            default -> {}
          }
          return found;
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

  private Optional<Entry> select(String type, int key) {
    int at = -1;
    for (int i = 0; i < entries.size() && at < 0; i++) {
      if (entries.get(i).key == key) {
        at = i;
      }
    }
    return switch (type) {
      case "*FIRST" -> entries.stream().findFirst();
      case "*LAST" -> entries.isEmpty() ? Optional.empty() : Optional.of(entries.getLast());
      case "*NEXT" -> at + 1 < entries.size() ? Optional.of(entries.get(at + 1)) : Optional.empty();
      case "*PRV" -> at > 0 ? Optional.of(entries.get(at - 1)) : Optional.empty();
      case "*INQ" -> unread(key, entry -> entry.message.type() == HostMessage.INQUIRY);
      case "*INFO" -> unread(key, entry -> entry.message.type() == HostMessage.INFORMATIONAL);
      case "*COMP" -> unread(key, entry -> entry.message.type() == HostMessage.COMPLETION);
      case "*DIAG" -> unread(key, entry -> entry.message.type() == HostMessage.DIAGNOSTIC);
      default -> unread(key, entry -> true);
    };
  }

  /** By key whether it is new or not; without one the first that nobody has received. */
  private Optional<Entry> unread(int key, Predicate<Entry> wanted) {
    return entries.stream()
        .filter(entry -> (key == 0 ? !entry.received : entry.key == key) && wanted.test(entry))
        .findFirst();
  }

  private void remove(Entry entry) {
    entries.remove(entry);
    if (entry.message.type() == HostMessage.INQUIRY && entry.reply == null) {
      // The default reply is sent where an inquiry is removed without one.
      entry.reply = "*N";
      answered.add(entry);
    }
  }

  void answer(int key, String text, boolean removing) {
    lock.lock();
    try {
      Entry entry =
          entries.stream()
              .filter(each -> each.key == key)
              .findFirst()
              .orElseThrow(
                  () -> HostError.of("CPF2410", 40, "Message key not found in message queue."));
      if (entry.message.type() != HostMessage.INQUIRY) {
        throw HostError.of("CPF2411", 40, "Not an inquiry message.");
      }
      if (entry.reply != null) {
        throw HostError.of("CPF2420", 40, "Reply already sent for inquiry message.");
      }
      entry.reply = text;
      answered.add(entry);
      if (removing) {
        entries.remove(entry);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Removes messages.
   *
   * @param what {@code *ALL *BYKEY *OLD *NEW *KEEPUNANS}
   */
  void remove(String what, int key) {
    lock.lock();
    try {
      List<Entry> gone =
          entries.stream()
              .filter(
                  entry ->
                      switch (what) {
                        case "*BYKEY" -> entry.key == key;
                        case "*OLD" -> entry.received;
                        case "*NEW" -> !entry.received;
                        case "*KEEPUNANS" ->
                            entry.message.type() != HostMessage.INQUIRY || entry.reply != null;
                        default -> true;
                      })
              .toList();
      if (what.equals("*BYKEY") && gone.isEmpty()) {
        throw HostError.of("CPF2410", 40, "Message key not found in message queue.");
      }
      gone.forEach(this::remove);
    } finally {
      lock.unlock();
    }
  }
}
