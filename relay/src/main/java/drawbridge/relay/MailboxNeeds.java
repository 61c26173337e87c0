package drawbridge.relay;

import com.azure.messaging.servicebus.administration.models.EntityStatus;
import com.azure.messaging.servicebus.administration.models.QueueProperties;
import com.azure.messaging.servicebus.administration.models.QueueRuntimeProperties;
import drawbridge.settings.Finding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What docs/protocol.md expects of a mailbox, against the settings that a queue has: what bars
 * messages fails, what delays or piles them up is a warning. Not thread-safe.
 *
 * <p>Its largest size is none of the questions: the smallest that the service makes, 1 GB, is the
 * window of a thousand channels. Locks and deliveries are none either: nobody takes messages but by
 * receive-and-delete.
 */
final class MailboxNeeds {
  /** Patience is 60 s: what is older is of a channel that was given up. */
  private static final Duration LEAST_LIFE = Duration.ofSeconds(30);

  private static final Duration LONGEST_LIFE = Duration.ofMinutes(2);

  /** Of 240 KB of data and its properties. */
  private static final long LEAST_MESSAGE_KB = 256;

  /** More than what is under way to a program that reads: 4 data messages a channel. */
  private static final int MANY = 100;

  /** The service's “never” is longer than ten thousand years. */
  private static final Duration NEVER = Duration.ofDays(365_000);

  private final String what;
  private final String host;
  private final List<String> failures = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private final List<String> anew = new ArrayList<>();
  private final List<String> flags = new ArrayList<>();
  private final List<String> fixes = new ArrayList<>();

  /**
   * For one queue.
   *
   * @param what the finding's name
   * @param host of the namespace
   */
  MailboxNeeds(String what, String host) {
    this.what = what;
    this.host = host;
  }

  Finding compared(QueueProperties queue) {
    barred(queue);
    slowed(queue);
    QueueRuntimeProperties now = new QueueRuntimeProperties(queue);
    int waiting = now.getActiveMessageCount();
    int dead = now.getDeadLetterMessageCount();
    String holds = "%d messages wait, %d are dead letters".formatted(waiting, dead);
    if (waiting >= MANY) {
      warnings.add("many messages wait: nobody reads them");
      fixes.add("start the program whose mailbox it is, or look why it does not read");
    }
    if (dead > 0) {
      warnings.add("nobody reads dead letters, and they take up the queue's room");
      fixes.add("purge its dead-letter queue");
    }
    List<String> all = new ArrayList<>(failures);
    all.addAll(warnings);
    if (all.isEmpty()) {
      return Finding.ok(
          what, "as the protocol needs them; time-to-live %s, %s".formatted(life(queue), holds));
    }
    String detail = String.join("; ", all) + " (" + holds + ")";
    return failures.isEmpty()
        ? Finding.warning(what, detail, fix(queue.getName()))
        : Finding.failed(what, detail, fix(queue.getName()));
  }

  /** With these no channel can be, or breaks now and then. */
  private void barred(QueueProperties queue) {
    if (queue.isSessionRequired()) {
      failures.add("requires sessions, which our messages don't have: all are refused");
      anew.add("requiresSession");
    }
    if (queue.isDuplicateDetectionRequired()) {
      failures.add("drops what it takes for duplicates");
      anew.add("requiresDuplicateDetection");
    }
    if (given(queue.getForwardTo())) {
      failures.add("forwards everything to " + queue.getForwardTo());
      fixes.add("remove its forwardTo");
    }
    EntityStatus status = queue.getStatus();
    if (status != null && !EntityStatus.ACTIVE.equals(status)) {
      failures.add("its status is " + status);
      flags.add("--status Active");
    }
    long most = queue.getMaxMessageSizeInKilobytes();
    if (most > 0 && most < LEAST_MESSAGE_KB) {
      failures.add(
          "takes messages of up to %d KB, and ours have up to %d KB"
              .formatted(most, LEAST_MESSAGE_KB));
      flags.add("--max-message-size " + 4 * LEAST_MESSAGE_KB);
    }
  }

  /** With these the bridge works, but is slower or fills up what nobody empties. */
  private void slowed(QueueProperties queue) {
    Duration life = life(queue);
    if (life.compareTo(LONGEST_LIFE) > 0) {
      warnings.add(
          "time-to-live is "
              + (life.compareTo(NEVER) > 0 ? "unlimited" : life)
              + ": who was away finds what is of no use any more after a minute, and must read it");
      flags.add("--default-message-time-to-live PT1M");
    } else if (life.compareTo(LEAST_LIFE) < 0) {
      warnings.add(
          "time-to-live is " + life + ": a pause that a channel outlives loses its messages");
      flags.add("--default-message-time-to-live PT1M");
    }
    if (queue.isDeadLetteringOnMessageExpiration()) {
      warnings.add("what expires is kept as dead letters until the queue is full and refuses");
      flags.add("--enable-dead-lettering-on-message-expiration false");
    }
    if (given(queue.getForwardDeadLetteredMessagesTo())) {
      warnings.add("forwards dead letters to " + queue.getForwardDeadLetteredMessagesTo());
      fixes.add("remove its forwardDeadLetteredMessagesTo");
    }
    if (queue.isPartitioningEnabled()) {
      warnings.add("is partitioned: messages overtake one another, which costs repair");
      anew.add("enablePartitioning");
    }
    Duration idle = queue.getAutoDeleteOnIdle();
    if (idle != null && idle.compareTo(NEVER) < 0) {
      warnings.add("is deleted, with the rights on it, when nobody used it for " + idle);
      flags.add("--auto-delete-on-idle P10675199DT2H48M5.4775807S");
    }
  }

  private static Duration life(QueueProperties queue) {
    Duration life = queue.getDefaultMessageTimeToLive();
    return life == null ? NEVER.plusDays(1) : life;
  }

  private static boolean given(@Nullable String text) {
    return text != null && !text.isEmpty();
  }

  private String fix(String queue) {
    String at =
        " --resource-group GROUP --namespace-name %s --name %s"
            .formatted(host.replaceFirst("\\..*", ""), queue);
    List<String> all = new ArrayList<>();
    if (!anew.isEmpty()) {
      all.add(
          "%s cannot be changed: az servicebus queue delete%s, and create it anew with the settings"
                  .formatted(String.join(", ", anew), at)
              + " and rights that installer/azure gives it");
    } else if (!flags.isEmpty()) {
      all.add("az servicebus queue update" + at + " " + String.join(" ", flags));
    }
    all.addAll(anew.isEmpty() ? fixes : List.of());
    return String.join("; ", all);
  }
}
