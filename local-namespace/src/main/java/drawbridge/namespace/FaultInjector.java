package drawbridge.namespace;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** Does to the messages of one queue what {@link Faults} says. Belongs to the event loop. */
final class FaultInjector {
  private static final long LONGEST_HOLD_MS = 50;
  private static final int MOST_OVERTAKING = 4;

  private static final class Held {
    private final QueuedMessage message;
    private int toPass;

    private Held(QueuedMessage message, int toPass) {
      this.message = message;
      this.toPass = toPass;
    }
  }

  private final EventLoop loop;
  private final Encoding encoding;
  private final Consumer<QueuedMessage> next;
  private final List<Held> held = new ArrayList<>();
  private Faults faults = Faults.NONE;
  private Random random = new Random(1);
  private long lost;
  private long repeated;
  private long reordered;
  private long corrupted;

  /**
   * @param next takes what is left of the messages
   */
  FaultInjector(EventLoop loop, Encoding encoding, Consumer<QueuedMessage> next) {
    this.loop = loop;
    this.encoding = encoding;
    this.next = next;
  }

  /** From now on; the sequence of chances begins anew where the faults changed. */
  void faults(Faults value, String queue) {
    if (!value.equals(faults)) {
      faults = value;
      random = new Random(value.seed() * 31 + queue.hashCode());
    }
  }

  void pass(QueuedMessage message) {
    if (faults.equals(Faults.NONE) && held.isEmpty()) {
      next.accept(message);
      return;
    }
    if (chance(faults.lose())) {
      lost++;
      return;
    }
    QueuedMessage passing = message;
    if (chance(faults.corrupt())) {
      QueuedMessage changed = encoding.corrupt(message, random);
      if (changed != null) {
        corrupted++;
        passing = changed;
      }
    }
    boolean twice = chance(faults.repeat());
    if (chance(faults.reorder())) {
      reordered++;
      hold(passing);
    } else {
      next.accept(passing);
      overtaken();
    }
    if (twice) {
      repeated++;
      next.accept(passing.copy());
    }
  }

  private boolean chance(double probability) {
    return probability > 0 && random.nextDouble() < probability;
  }

  private void hold(QueuedMessage message) {
    Held one = new Held(message, 1 + random.nextInt(MOST_OVERTAKING));
    held.add(one);
    loop.after(
        LONGEST_HOLD_MS,
        () -> {
          if (held.remove(one)) {
            next.accept(one.message);
          }
        });
  }

  private void overtaken() {
    List<QueuedMessage> free = new ArrayList<>();
    for (Iterator<Held> all = held.iterator(); all.hasNext(); ) {
      Held one = all.next();
      if (--one.toPass <= 0) {
        all.remove();
        free.add(one.message);
      }
    }
    free.forEach(next);
  }

  long lost() {
    return lost;
  }

  long repeated() {
    return repeated;
  }

  long reordered() {
    return reordered;
  }

  long corrupted() {
    return corrupted;
  }
}
