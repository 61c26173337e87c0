package drawbridge.relay;

import com.azure.core.amqp.AmqpRetryMode;
import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.core.amqp.models.AmqpMessageBodyType;
import com.azure.core.util.BinaryData;
import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusException;
import com.azure.messaging.servicebus.ServiceBusFailureReason;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverAsyncClient;
import com.azure.messaging.servicebus.ServiceBusSenderAsyncClient;
import com.azure.messaging.servicebus.models.ServiceBusReceiveMode;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Plain queues of Service Bus by Microsoft's SDK: one connection, one receiver link in
 * receive-and-delete mode, a sender a mailbox. Reactor's types stay in this file. The SDK's own
 * retries are off, since the channel repeats what is missing and a retry of the SDK costs seconds.
 */
final class ServiceBusCarrier implements Carrier {
  private static final Logger LOG = System.getLogger("drawbridge.relay");

  /**
   * More than 256 can silently kill a receiver. Fewer cost a stall of 40 ms each time the receiver
   * asks for more, since the SDK leaves Nagle's algorithm on: docs/decisions/0002.
   */
  private static final int PREFETCH = 200;

  private static final long PAUSE_LEAST = 20;
  private static final long PAUSE_MOST = 1_000;

  /** A receiver that lived this long had a connection; the next attempt may follow at once. */
  private static final long LIVED = 1_500;

  /** How often we look ourselves what is wrong with the way, while there is no connection. */
  private static final long PROBE_EVERY = TimeUnit.SECONDS.toNanos(20);

  private static final String WAY = "the way to the namespace is barred";

  private final String mailbox;
  private final NetworkSettings network;
  private final AmqpRetryOptions retry;
  private final @Nullable EntraSignIn signIn;
  private final AtomicLong probed = new AtomicLong(System.nanoTime() - PROBE_EVERY);
  private final Refusals refusals;

  /** A refused login is being looked into. */
  private final AtomicBoolean looking = new AtomicBoolean();

  private volatile ServiceBusClientBuilder builder;
  private volatile boolean webSockets;
  private final Map<String, ServiceBusSenderAsyncClient> senders = new ConcurrentHashMap<>();
  private final Link link = new Link();
  private final AtomicLong malformed = new AtomicLong();
  private final CountDownLatch closing = new CountDownLatch(1);

  /** What does not work, and the reason last logged. */
  private final Map<String, String> complaints = new ConcurrentHashMap<>();

  private volatile NamespaceSettings namespace;
  private volatile @Nullable Receiver receiver;
  private volatile @Nullable ServiceBusReceiverAsyncClient current;

  /** Ends the receiver; it is followed by another after {@link #aside}. */
  private volatile CountDownLatch receiving = new CountDownLatch(0);

  private volatile long aside;

  ServiceBusCarrier(String mailbox, NamespaceSettings namespace, NetworkSettings network) {
    this.mailbox = mailbox;
    this.namespace = namespace;
    this.network = network;
    this.refusals = new Refusals(network);
    // The largest delay must exceed the delay by the 4 s that the SDK adds, or every retry breaks.
    retry =
        new AmqpRetryOptions()
            .setMode(AmqpRetryMode.EXPONENTIAL)
            .setMaxRetries(0)
            .setDelay(Duration.ofMillis(800))
            .setMaxDelay(Duration.ofSeconds(60))
            .setTryTimeout(Duration.ofSeconds(5));
    signIn =
        namespace.login() instanceof Login.Entra entra ? new EntraSignIn(entra, network) : null;
    webSockets = network.webSockets();
    builder = ServiceBusWay.builder(namespace, network, webSockets, signIn).retryOptions(retry);
  }

  // ---- sending

  @Override
  public void send(String to, Message message, Report report) {
    AtomicBoolean reported = new AtomicBoolean();
    try {
      ServiceBusSenderAsyncClient sender =
          senders.computeIfAbsent(to, name -> builder.sender().queueName(name).buildAsyncClient());
      sender
          .sendMessage(encode(message))
          .subscribe(
              nothing -> {},
              error -> {
                // One that was put away speaks of a way that is used no more.
                if (senders.get(to) == sender) {
                  failed(sendingTo(to), to, error);
                }
                report(reported, report, false);
              },
              () -> {
                working(sendingTo(to));
                report(reported, report, true);
              });
    } catch (RuntimeException e) {
      failed(sendingTo(to), to, e);
      report(reported, report, false);
    }
  }

  private static String sendingTo(String mailbox) {
    return "cannot send to " + mailbox;
  }

  private static void report(AtomicBoolean reported, Report report, boolean taken) {
    if (reported.compareAndSet(false, true)) {
      report.taken(taken);
    }
  }

  private static ServiceBusMessage encode(Message message) {
    ServiceBusMessage out = new ServiceBusMessage(BinaryData.fromBytes(message.body()));
    out.setReplyTo(message.mailbox());
    out.getApplicationProperties().putAll(Wire.properties(message));
    return out;
  }

  // ---- receiving

  @Override
  public void start(Receiver to) {
    receiver = to;
    link.join(to::link);
    Thread.ofVirtual().name("mailbox " + mailbox).start(this::receive);
  }

  /**
   * Error or completion, a receiver that ended never recovers: close it, wait a little, build
   * another.
   */
  private void receive() {
    long pause = PAUSE_LEAST;
    while (closing.getCount() > 0) {
      long from = System.nanoTime();
      CountDownLatch over = new CountDownLatch(1);
      receiving = over;
      try {
        ServiceBusReceiverAsyncClient client =
            builder
                .receiver()
                .queueName(mailbox)
                .receiveMode(ServiceBusReceiveMode.RECEIVE_AND_DELETE)
                .prefetchCount(PREFETCH)
                .disableAutoComplete()
                .buildAsyncClient();
        current = client;
        var subscription =
            client
                .receiveMessages()
                .subscribe(
                    this::received,
                    error -> {
                      failed(receiving(), mailbox, error);
                      over.countDown();
                    },
                    over::countDown);
        over.await();
        subscription.dispose();
        client.close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (RuntimeException e) {
        failed(receiving(), mailbox, e);
      }
      link.set(false);
      boolean lived = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from) >= LIVED;
      pause = lived ? PAUSE_LEAST : Math.min(PAUSE_MOST, pause * 2);
      try {
        if (closing.await(Math.max(pause, aside), TimeUnit.MILLISECONDS)) {
          return;
        }
        aside = 0;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  @Override
  public void standAside(long milliseconds) {
    aside = milliseconds;
    receiving.countDown();
  }

  private String receiving() {
    return "cannot receive from " + mailbox;
  }

  private void received(ServiceBusReceivedMessage in) {
    working(receiving());
    Receiver to = receiver;
    Message message = decode(in);
    if (message == null) {
      malformed.incrementAndGet();
    } else if (to != null) {
      to.message(message);
    }
  }

  /** Null where it is none of ours: the SDK has a body only for AMQP's plain bytes. */
  private static @Nullable Message decode(ServiceBusReceivedMessage in) {
    return in.getRawAmqpMessage().getBody().getBodyType() == AmqpMessageBodyType.DATA
        ? Wire.read(in.getReplyTo(), in.getApplicationProperties(), in.getBody().toBytes())
        : null;
  }

  /** Messages that are not of this protocol. */
  long malformed() {
    return malformed.get();
  }

  // ---- the state of our own link

  private void working(String what) {
    refusals.worked(what);
    if (!complaints.isEmpty() && complaints.remove(WAY) != null) {
      LOG.log(Level.INFO, "no longer: " + WAY);
    }
    if (!complaints.isEmpty() && complaints.remove(what) != null) {
      LOG.log(Level.INFO, "no longer: " + what);
    }
    if (!link.healthy()) {
      link.set(true);
    }
  }

  private void failed(String what, String queue, Throwable error) {
    if (closing.getCount() == 0) {
      return;
    }
    ServiceBusFailureReason reason =
        error instanceof ServiceBusException e
            ? e.getReason()
            : ServiceBusFailureReason.GENERAL_ERROR;
    // A queue that is missing or forbidden says nothing of our own link.
    if (reason.equals(ServiceBusFailureReason.MESSAGING_ENTITY_NOT_FOUND)) {
      complain(what, what + ": " + Refusals.queue(queue), error);
      return;
    }
    Optional<String> entra = signIn();
    if (entra.isPresent()) {
      complain(what, what + ": " + entra.get(), error);
    } else if (!reason.equals(ServiceBusFailureReason.UNAUTHORIZED)) {
      complain(what, what + ": " + Refusals.other(reason), error);
    } else if (!Refusals.ofLogin(error)) {
      String right = what.equals(receiving()) ? "Listen" : "Send";
      refusals
          .right(what, right, queue, namespace.login())
          .ifPresent(missing -> complain(what, what + ": " + missing, error));
    }
    if (!reason.equals(ServiceBusFailureReason.UNAUTHORIZED)) {
      link.set(false);
      probe();
    } else if (looking.compareAndSet(false, true)) {
      Thread.ofVirtual().name("look into a refusal").start(() -> refused(what, error));
    }
  }

  /** While this looks, others who are refused keep silent: they try again, and are again. */
  private void refused(String what, Throwable error) {
    try {
      if (!renewed() && signIn().isEmpty() && Refusals.ofLogin(error)) {
        complain(what, what + ": " + refusals.login(what, namespace), error);
      }
    } finally {
      looking.set(false);
    }
  }

  /** What Entra ID did not like, if it is asked. */
  private Optional<String> signIn() {
    return signIn == null ? Optional.empty() : signIn.problem();
  }

  /** A key is replaced at the namespace and in its file while we run: go on with the new one. */
  private boolean renewed() {
    NamespaceSettings before = namespace;
    Optional<Login.SharedKey> key =
        before.login() instanceof Login.SharedKey old ? old.renewed() : Optional.empty();
    if (key.isEmpty()) {
      return false;
    }
    NamespaceSettings now =
        new NamespaceSettings(before.host(), before.port(), key.get(), before.emulator());
    builder = ServiceBusWay.builder(now, network, webSockets, null).retryOptions(retry);
    namespace = now;
    LOG.log(Level.INFO, "signing in with the new key that is in its file by now");
    for (String to : List.copyOf(senders.keySet())) {
      ServiceBusSenderAsyncClient old = senders.remove(to);
      if (old != null) {
        old.close();
      }
    }
    receiving.countDown();
    return true;
  }

  private void complain(String what, String said, @Nullable Throwable error) {
    if (!said.equals(complaints.put(what, said))) {
      LOG.log(Level.WARNING, said);
      if (error != null) {
        LOG.log(Level.DEBUG, said, error);
      }
    }
  }

  /** The SDK does not say why there is no connection; a handshake of our own does. */
  private void probe() {
    long now = System.nanoTime();
    long last = probed.get();
    if (now - last >= PROBE_EVERY && probed.compareAndSet(last, now)) {
      Thread.ofVirtual().name("probe of the way").start(this::look);
    }
  }

  private void look() {
    WayCheck.Result found = WayCheck.run(namespace, network);
    if (network.either() && !namespace.emulator()) {
      boolean better = webSockets ? found.amqp() : found.webSockets();
      boolean worse = webSockets ? found.webSockets() : found.amqp();
      if (better && !worse) {
        change(!webSockets);
        return;
      }
    }
    WayCheck.barred(found.findings()).ifPresent(why -> complain(WAY, WAY + ": " + why, null));
  }

  /** What was made for the old way ends, and is made anew when it is needed. */
  private synchronized void change(boolean toWebSockets) {
    if (closing.getCount() == 0) {
      return;
    }
    String before = way();
    webSockets = toWebSockets;
    builder = ServiceBusWay.builder(namespace, network, toWebSockets, signIn).retryOptions(retry);
    LOG.log(
        Level.WARNING,
        "{0} does not get through to {1}; {2} does and is used from now on",
        before,
        namespace.host(),
        way());
    senders.forEach(
        (name, sender) -> {
          if (senders.remove(name, sender)) {
            sender.close();
          }
        });
    receiving.countDown();
  }

  @Override
  public String way() {
    return ServiceBusWay.of(namespace, network, webSockets);
  }

  @Override
  public List<String> problems() {
    return complaints.values().stream().sorted().toList();
  }

  @Override
  public void close() {
    closing.countDown();
    ServiceBusReceiverAsyncClient client = current;
    if (client != null) {
      client.close();
    }
    senders.values().forEach(ServiceBusSenderAsyncClient::close);
  }
}
