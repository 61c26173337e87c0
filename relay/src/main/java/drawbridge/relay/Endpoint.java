package drawbridge.relay;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A program's place on the relay: its mailbox over its carrier, and the channels that live there.
 * Thread-safe. Whoever makes it closes it; that ends all channels and then the carrier.
 */
final class Endpoint implements AutoCloseable {
  private static final Logger LOG = System.getLogger("drawbridge.relay");

  /**
   * Long enough for the last words of the channels to be handed over, short enough for a service
   * manager.
   */
  private static final long FAREWELL = 2_000;

  private final Carrier carrier;
  private final Mailbox mailbox;
  private final Map<Channel, LiveChannel> live = new ConcurrentHashMap<>();
  private final Link link = new Link();
  private final Consumer<String> hello;
  private final Consumer<RelaySocket> arrivals;
  private final Consumer<String> superseded;
  private volatile boolean stoodAside;
  private volatile boolean closed;

  /**
   * @param peers the mailboxes that are listened to
   * @param arrivals a channel that a peer opened and confirmed, on a thread of its own; null: none
   *     may
   * @param hello a peer says that it has started
   * @param superseded a peer says that a newer process of our name has proved itself to it
   */
  Endpoint(
      String name,
      Set<String> peers,
      Carrier carrier,
      boolean accepting,
      Consumer<RelaySocket> arrivals,
      Consumer<String> hello,
      Consumer<String> superseded) {
    SecureRandom random = new SecureRandom();
    long incarnation = random.nextLong() >>> 1 | 1;
    this.carrier = carrier;
    this.arrivals = arrivals;
    this.hello = hello;
    this.superseded = superseded;
    this.mailbox = new Mailbox(name, incarnation, Tuning.STANDARD, new Host(), random);
    mailbox.peers(peers, accepting);
  }

  /** Monotonic milliseconds. */
  static long now() {
    return System.nanoTime() / 1_000_000;
  }

  void start() {
    carrier.start(
        new Carrier.Receiver() {
          @Override
          public void message(Message message) {
            mailbox.receive(message, now());
          }

          @Override
          public void link(boolean isHealthy) {
            link.set(isHealthy);
            if (isHealthy && stoodAside) {
              // Whoever was there meanwhile may have taken over.
              stoodAside = false;
              live.values().forEach(LiveChannel::nudge);
            }
          }
        });
  }

  Carrier carrier() {
    return carrier;
  }

  /** Whether our own link works and is not throttled. */
  boolean healthy() {
    return link.healthy();
  }

  /** What does not work by now, each a sentence for the admin. */
  List<String> problems() {
    List<String> all = new ArrayList<>(carrier.problems());
    if (mailbox.twin(now())) {
      all.add(AgentRelay.SECOND + "reads the mailbox " + mailbox.name);
    }
    for (String peer : mailbox.tookOver(now())) {
      all.add(AgentRelay.SECOND + "at " + peer + " was told to end: a newer one took over");
    }
    return all;
  }

  /** See {@link Carrier#way}. */
  String way() {
    return carrier.way();
  }

  int channels() {
    return live.size();
  }

  /** A socket to the peer; not open yet. */
  RelaySocket open(String peer) {
    return RelaySocket.over(start(mailbox.open(peer, now())), mailbox.name);
  }

  private LiveChannel start(Channel channel) {
    LiveChannel started = new LiveChannel(channel, carrier, Endpoint::now, this::finished);
    live.put(channel, started);
    link.join(started);
    started.start();
    return started;
  }

  boolean hasChannel(String peer) {
    return live.keySet().stream().anyMatch(channel -> channel.peer.equals(peer));
  }

  void sayHello(String peer) {
    mailbox.hello(peer);
  }

  /** The peer seems to have started anew: its channels find out at once. */
  void nudge(String peer) {
    live.values().stream().filter(c -> c.channel().peer.equals(peer)).forEach(LiveChannel::nudge);
  }

  /** See {@link Mailbox#proven}. */
  boolean proven(RelaySocket socket) {
    return mailbox.proven(socket.live().channel());
  }

  private void finished(LiveChannel channel) {
    link.leave(channel);
    mailbox.forget(channel.channel(), now());
    live.remove(channel.channel());
    Channel.End end = channel.channel().end();
    LOG.log(
        Level.DEBUG, () -> channel.channel() + " ended: " + (end == null ? "" : end.sentence()));
    synchronized (live) {
      live.notifyAll();
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    live.values().forEach(LiveChannel::close);
    long until = now() + FAREWELL;
    synchronized (live) {
      long left;
      while (!live.isEmpty() && (left = until - now()) > 0) {
        try {
          live.wait(left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          break;
        }
      }
    }
    live.values().forEach(channel -> channel.abort(Channel.End.ABORTED));
    carrier.close();
  }

  private final class Host implements Mailbox.Host {
    @Override
    public void send(String to, Message message) {
      carrier.send(to, message, taken -> {});
    }

    @Override
    public void accepted(Channel channel) {
      LiveChannel accepted = start(channel);
      Thread.ofVirtual().name("accept " + channel.id).start(() -> arrive(accepted));
    }

    private void arrive(LiveChannel channel) {
      try {
        if (channel.awaitOpen(Constants.UNCONFIRMED)) {
          arrivals.accept(RelaySocket.over(channel, mailbox.name));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void deliver(Channel channel, Message message) {
      LiveChannel target = live.get(channel);
      if (target != null) {
        target.deliver(message);
      }
    }

    @Override
    public void end(Channel channel, Channel.End why) {
      LiveChannel target = live.get(channel);
      if (target != null) {
        target.abort(why);
      }
    }

    @Override
    public void hello(String from) {
      hello.accept(from);
    }

    @Override
    public void tell(String to, Message superseded) {
      Thread.ofVirtual().name("tell " + to).start(() -> tellUntilHeard(to, superseded));
    }

    private void tellUntilHeard(String to, Message superseded) {
      try {
        for (int i = 0; i < Constants.TOLD_TIMES && !closed; i++) {
          if (!mailbox.untold(to, superseded.to())) {
            return;
          }
          send(to, superseded);
          TimeUnit.MILLISECONDS.sleep(Constants.TOLD_EVERY);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void standAside() {
      LOG.log(Level.WARNING, "another process reads the mailbox " + mailbox.name);
      stoodAside = true;
      carrier.standAside(Constants.ASIDE);
    }

    @Override
    public void superseded(String by) {
      superseded.accept(by);
    }
  }
}
