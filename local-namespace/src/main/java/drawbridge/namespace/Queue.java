package drawbridge.namespace;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A queue, or the dead-letter queue that belongs to it; the two share one limit of bytes. Messages
 * are ready (in the order of their sequence numbers) or locked. Belongs to the event loop.
 */
final class Queue {
  /** Bytes in use by a queue and its dead-letter queue. */
  private static final class Room {
    private long used;
  }

  /** What the service counts as one operation of a message. */
  private static final int BILLED = 64 << 10;

  private final Namespace namespace;
  private final QueueSettings settings;
  private final String name;
  private final @Nullable Queue deadLetters;
  private final Room room;
  private final TreeMap<Long, QueuedMessage> ready = new TreeMap<>();
  private final Locks locks;
  private final FaultInjector injector;
  private final ArrayDeque<OutgoingLink> receivers = new ArrayDeque<>();
  private long lastSequence;
  private long firstExpiry = Long.MAX_VALUE;
  private boolean waitingForBudget;
  private long sends;
  private long messagesIn;
  private long bytesIn;
  private long unitsIn;
  private long messagesOut;
  private long bytesOut;

  Queue(Namespace namespace, QueueSettings settings) {
    this(namespace, settings, new Room(), false);
  }

  private Queue(Namespace namespace, QueueSettings settings, Room room, boolean dead) {
    this.namespace = namespace;
    this.settings = settings;
    this.room = room;
    name = dead ? settings.name() + "/$DeadLetterQueue" : settings.name();
    deadLetters = dead ? null : new Queue(namespace, settings, room, true);
    locks = new Locks(namespace.loop(), settings.lock().toMillis(), m -> giveBack(m, Map.of()));
    injector = new FaultInjector(namespace.loop(), namespace.encoding(), this::append);
  }

  /** As the settings write it. */
  String name() {
    return name;
  }

  /** The name that rights are given for. */
  String baseName() {
    return settings.name();
  }

  QueueSettings settings() {
    return settings;
  }

  int maxMessage() {
    return settings.maxMessage();
  }

  long lockMillis() {
    return settings.lock().toMillis();
  }

  Queue deadLetters() {
    return deadLetters == null ? this : deadLetters;
  }

  void behaviour(Behaviour behaviour) {
    injector.faults(behaviour.faultsOf(settings.name()), settings.name());
  }

  // ---- in

  /** Takes what one transfer brought, all or nothing; null: taken. */
  @Nullable AmqpError offer(List<QueuedMessage> messages) {
    long bytes = 0;
    long units = 0;
    for (QueuedMessage message : messages) {
      if (Encoding.isScheduled(message)) {
        return AmqpError.lacking("scheduled messages");
      }
      bytes += message.size();
      units += Math.ceilDiv(message.size(), BILLED);
    }
    dropExpired();
    if (room.used + bytes > settings.maxSize()) {
      return AmqpError.full(name);
    }
    sends++;
    messagesIn += messages.size();
    bytesIn += bytes;
    unitsIn += units;
    for (QueuedMessage message : messages) {
      namespace.record(name, message);
      injector.pass(message);
    }
    return null;
  }

  private void append(QueuedMessage message) {
    message.sequence = ++lastSequence;
    message.enqueuedAt = System.currentTimeMillis();
    if (deadLetters != null) {
      long life = Math.min(message.timeToLive(), settings.timeToLive().toMillis());
      message.expiresAt = message.enqueuedAt + life;
      firstExpiry = Math.min(firstExpiry, message.expiresAt);
    }
    room.used += message.size();
    ready.put(message.sequence, message);
    serve();
  }

  // ---- out

  void attach(OutgoingLink receiver) {
    receivers.add(receiver);
  }

  void detach(OutgoingLink receiver) {
    receivers.remove(receiver);
  }

  /** Hands ready messages to the receivers that can take one, in turn. */
  void serve() {
    int unable = 0;
    while (!ready.isEmpty() && unable < receivers.size()) {
      OutgoingLink receiver = receivers.remove();
      receivers.add(receiver);
      if (!receiver.canTake()) {
        unable++;
        continue;
      }
      if (!namespace.budget().available()) {
        serveLater();
        return;
      }
      QueuedMessage message = next();
      if (message == null) {
        return;
      }
      namespace.budget().take(1);
      messagesOut++;
      bytesOut += message.size();
      if (receiver.settled()) {
        room.used -= message.size();
        receiver.deliver(message, null);
      } else {
        receiver.deliver(message, locks.lock(message));
      }
      unable = 0;
    }
  }

  private void serveLater() {
    if (!waitingForBudget) {
      waitingForBudget = true;
      namespace
          .loop()
          .after(
              namespace.budget().millisToNext(),
              () -> {
                waitingForBudget = false;
                serve();
              });
    }
  }

  private @Nullable QueuedMessage next() {
    dropExpired();
    Map.Entry<Long, QueuedMessage> first = ready.pollFirstEntry();
    return first == null ? null : first.getValue();
  }

  boolean isEmpty() {
    return ready.isEmpty();
  }

  /** Up to {@code count} messages from this number on, locked ones too, none taken. */
  List<QueuedMessage> peek(long from, int count) {
    dropExpired();
    TreeMap<Long, QueuedMessage> all = new TreeMap<>(ready.tailMap(from, true));
    for (QueuedMessage locked : locks.messages()) {
      if (locked.sequence >= from) {
        all.put(locked.sequence, locked);
      }
    }
    return all.values().stream().limit(count).toList();
  }

  // ---- settlement

  /** False: the lock was lost. */
  boolean settle(UUID token, Settlement settlement) {
    QueuedMessage message = locks.release(token);
    if (message == null) {
      return false;
    }
    switch (settlement) {
      case Settlement.Complete() -> room.used -= message.size();
      case Settlement.Abandon(var properties) -> giveBack(message, properties);
      case Settlement.DeadLetter dead -> bury(message, dead);
    }
    return true;
  }

  boolean renew(UUID token) {
    return locks.renew(token);
  }

  private void giveBack(QueuedMessage message, Map<String, Object> changes) {
    message.deliveries++;
    if (deadLetters != null && message.deliveries >= settings.maxDelivery()) {
      bury(
          message,
          Settlement.deadLetter(
              "MaxDeliveryCountExceeded",
              "Message could not be consumed after " + message.deliveries + " delivery attempts."));
      return;
    }
    QueuedMessage back = message;
    if (!changes.isEmpty()) {
      back = namespace.encoding().withProperties(message, changes);
      room.used += back.size() - message.size();
    }
    firstExpiry = Math.min(firstExpiry, back.expiresAt);
    ready.put(back.sequence, back);
    serve();
  }

  private void bury(QueuedMessage message, Settlement.DeadLetter why) {
    room.used -= message.size();
    QueuedMessage dead = namespace.encoding().withProperties(message, why.properties());
    dead.deliveries = 0;
    dead.expiresAt = Long.MAX_VALUE;
    if (deadLetters != null) {
      dead.deadLetterSource = settings.name();
    }
    deadLetters().append(dead);
  }

  // ---- time

  /** Looks at the clock: what has outlived its time goes. */
  void dropExpired() {
    long now = System.currentTimeMillis();
    if (now < firstExpiry) {
      return;
    }
    firstExpiry = Long.MAX_VALUE;
    List<QueuedMessage> over = new ArrayList<>();
    for (Iterator<QueuedMessage> all = ready.values().iterator(); all.hasNext(); ) {
      QueuedMessage message = all.next();
      if (message.expiresAt <= now) {
        all.remove();
        over.add(message);
      } else {
        firstExpiry = Math.min(firstExpiry, message.expiresAt);
      }
    }
    for (QueuedMessage message : over) {
      if (settings.deadLetterOnExpiry()) {
        bury(
            message,
            Settlement.deadLetter(
                "TTLExpiredException", "The message expired and was dead lettered."));
      } else {
        room.used -= message.size();
      }
    }
  }

  NamespaceStats.QueueStats stats() {
    return new NamespaceStats.QueueStats(
        sends,
        messagesIn,
        bytesIn,
        unitsIn,
        messagesOut,
        bytesOut,
        ready.size(),
        locks.count(),
        deadLetters == null ? 0 : deadLetters.ready.size() + deadLetters.locks.count(),
        room.used,
        injector.lost(),
        injector.repeated(),
        injector.reordered(),
        injector.corrupted());
  }
}
