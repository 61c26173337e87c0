package drawbridge.relay;

import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * Carriers between mailboxes of one test, in real time: each message may be lost, repeated,
 * delayed; from a seed.
 */
final class LossyCarriers implements AutoCloseable {
  private final Map<String, Carrier.Receiver> mailboxes = new ConcurrentHashMap<>();
  private final ScheduledExecutorService timer =
      Executors.newScheduledThreadPool(2, Thread.ofPlatform().daemon().factory());
  private final Random random;
  private final double loss;
  private final double repetition;
  private UnaryOperator<Message> meddler = message -> message;

  LossyCarriers(long seed, double loss, double repetition) {
    this.random = new Random(seed);
    this.loss = loss;
    this.repetition = repetition;
  }

  /** What a broker in an attacker's hands does to messages from now on. */
  synchronized void meddle(UnaryOperator<Message> how) {
    meddler = how;
  }

  Carrier at(String mailbox) {
    return new Carrier() {
      @Override
      public void send(String to, Message message, Report report) {
        carry(to, message);
        later(0, () -> report.taken(true));
      }

      @Override
      public void start(Receiver receiver) {
        mailboxes.put(mailbox, receiver);
      }

      @Override
      public void close() {
        mailboxes.remove(mailbox);
      }
    };
  }

  private synchronized void carry(String to, Message original) {
    Message message = meddler.apply(original);
    if (random.nextDouble() >= loss) {
      later(random.nextInt(3), () -> arrive(to, message));
    }
    if (random.nextDouble() < repetition) {
      later(random.nextInt(50), () -> arrive(to, message));
    }
  }

  private void arrive(String to, Message message) {
    Carrier.Receiver receiver = mailboxes.get(to);
    if (receiver != null) {
      receiver.message(message);
    }
  }

  private void later(int milliseconds, Runnable run) {
    if (!timer.isShutdown()) {
      var _ = timer.schedule(run, milliseconds, TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
