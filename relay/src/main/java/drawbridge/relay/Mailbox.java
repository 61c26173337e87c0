package drawbridge.relay;

import static drawbridge.relay.Constants.HALF_OPEN;
import static drawbridge.relay.Constants.HALF_OPEN_PER_PEER;
import static drawbridge.relay.Constants.HELLO_EVERY;
import static drawbridge.relay.Constants.REMEMBERED;
import static drawbridge.relay.Constants.RESET_EVERY;
import static drawbridge.relay.Constants.STRANGERS;
import static drawbridge.relay.Constants.TWIN_KNOWN;
import static drawbridge.relay.Constants.TWIN_PROBE_EVERY;
import static drawbridge.relay.Constants.YOUNG;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The channels of one mailbox: opening, accepting, what is believed, how unknown channels are
 * answered. Pure as {@link Channel}: its host carries messages and gives the time. Thread-safe;
 * calls the host with its lock held, so the host must not call back into it from there.
 */
final class Mailbox {
  /** What surrounds a mailbox: the programs' {@link Endpoint}, or a simulation. */
  interface Host {
    void send(String mailbox, Message message);

    /** A peer opened a channel; it is not confirmed yet. */
    void accepted(Channel channel);

    /** A channel's message: hand it over under that channel's own lock. */
    void deliver(Channel channel, Message message);

    void end(Channel channel, Channel.End why);

    /** A gateway says that it has started. */
    void hello(String mailbox);

    /** Ask the peer, which speaks to another process of our name, what it holds of our channels. */
    void nudge(String mailbox);
  }

  private record Ended(long at, boolean clean, String peer, long peerIncarnation) {}

  /** What is known of the processes at another mailbox. */
  private static final class Peer {
    /** Zero: none has proved itself yet. */
    private long proven;

    /** Those that a newer one has taken over from. */
    private final LinkedHashSet<Long> past = new LinkedHashSet<>();

    private final long firstHeard;
    private long nudged;

    Peer(long now) {
      firstHeard = now;
      nudged = now - TWIN_PROBE_EVERY;
    }

    void takesOver(long incarnation) {
      if (proven != 0) {
        past.add(proven);
        while (past.size() > STRANGERS) {
          past.removeFirst();
        }
      }
      proven = incarnation;
    }
  }

  final String name;
  final long incarnation;
  private final Tuning tuning;
  private final Host host;
  private final RandomGenerator random;
  private final Map<UUID, Channel> channels = new HashMap<>();
  private final Set<Channel> proven = new HashSet<>();
  private final LinkedHashMap<UUID, Ended> ended = new LinkedHashMap<>();
  private final LinkedHashMap<UUID, Long> answered = new LinkedHashMap<>();
  private final Map<String, Long> helloHeard = new HashMap<>();
  private final Map<String, Peer> known = new HashMap<>();
  private Set<String> peers = Set.of();
  private boolean accepting;
  private long openings;

  private long dropped;
  private long twinUntil = Long.MIN_VALUE;

  Mailbox(String name, long incarnation, Tuning tuning, Host host, RandomGenerator random) {
    this.name = name;
    this.incarnation = incarnation;
    this.tuning = tuning;
    this.host = host;
    this.random = random;
  }

  /**
   * Whom to listen to.
   *
   * @param accepting open is for us (a gateway), or never (an agent)
   */
  synchronized void peers(Set<String> mailboxes, boolean accepting) {
    this.peers = Set.copyOf(mailboxes);
    this.accepting = accepting;
  }

  synchronized Channel open(String peer, long now) {
    UUID id = new UUID(random.nextLong(), random.nextLong());
    Channel channel = Channel.open(id, name, peer, incarnation, ++openings, tuning, now);
    channels.put(id, channel);
    return channel;
  }

  void hello(String peer) {
    host.send(peer, bare(Kind.HELLO, Message.NO_CHANNEL));
  }

  private Message bare(Kind kind, UUID channel) {
    return new Message(kind, channel, 0, 0, 0, 0, incarnation, 0, name, Message.NO_BODY);
  }

  /** A message came out of the mailbox. */
  void receive(Message message, long now) {
    Channel channel;
    boolean nudge = false;
    synchronized (this) {
      if (!peers.contains(message.mailbox()) || !message.wellFormed()) {
        dropped++;
        return;
      }
      Peer peer = known.computeIfAbsent(message.mailbox(), name -> new Peer(now));
      if (message.kind() == Kind.HELLO) {
        hello(message, now);
        return;
      }
      // A late copy of an open can make a channel of a process that the opener does not talk to.
      boolean other = message.to() != 0 && message.to() != incarnation;
      channel = other ? null : channels.get(message.channel());
      if (other && now - peer.firstHeard >= YOUNG) {
        nudge = twin(message, peer, now);
      } else if (channel == null) {
        channel = unknown(message, now);
      } else if (!channel.peer.equals(message.mailbox())) {
        dropped++;
        return;
      }
    }
    if (nudge) {
      host.nudge(message.mailbox());
    } else if (channel != null) {
      host.deliver(channel, message);
    }
  }

  /**
   * The peer talks to a process that cannot be the one before us: that one’s channels ended when we
   * were young. Nothing is answered, for it would end the channels of the other. But our own may
   * have ended over there.
   *
   * @return whether it is time to ask
   */
  private boolean twin(Message message, Peer peer, long now) {
    switch (message.kind()) {
      case ACCEPT, DATA, ACK, PROBE, CLOSE -> {
        twinUntil = now + TWIN_KNOWN;
        if (now - peer.nudged >= TWIN_PROBE_EVERY) {
          peer.nudged = now;
          return true;
        }
      }
      case OPEN, HELLO, CLOSED, RESET, SUPERSEDED -> {}
    }
    return false;
  }

  private void hello(Message message, long now) {
    Long heard = helloHeard.get(message.mailbox());
    if (accepting || heard != null && now - heard < HELLO_EVERY) {
      return;
    }
    for (Channel channel : channels.values()) {
      if (channel.peer.equals(message.mailbox())
          && channel.peerIncarnation() == message.from()
          && channel.state() == Channel.State.OPEN) {
        return;
      }
    }
    helloHeard.put(message.mailbox(), now);
    host.hello(message.mailbox());
  }

  /** The new channel of an open that is let in, else null, having answered. */
  private @Nullable Channel unknown(Message message, long now) {
    switch (message.kind()) {
      case RESET, CLOSED, SUPERSEDED, HELLO -> {
        return null;
      }
      case OPEN -> {
        if (!accepting) {
          dropped++;
          return null;
        }
        if (!ended.containsKey(message.channel())) {
          return admit(message, now);
        }
      }
      case ACCEPT, DATA, ACK, PROBE, CLOSE -> {}
    }
    answer(message, now);
    return null;
  }

  private @Nullable Channel admit(Message open, long now) {
    int half = 0;
    int ofPeer = 0;
    for (Channel channel : channels.values()) {
      if (!channel.opener && !proven.contains(channel)) {
        half++;
        ofPeer += channel.peer.equals(open.mailbox()) ? 1 : 0;
      }
    }
    if (half >= HALF_OPEN || ofPeer >= HALF_OPEN_PER_PEER) {
      dropped++;
      return null;
    }
    Channel channel = Channel.accept(open, name, incarnation, tuning, now);
    channels.put(channel.id, channel);
    host.accepted(channel);
    return channel;
  }

  private void answer(Message message, long now) {
    answered.values().removeIf(at -> now - at >= RESET_EVERY);
    if (answered.size() >= 1024 || answered.putIfAbsent(message.channel(), now) != null) {
      return;
    }
    host.send(message.mailbox(), bare(answerTo(message), message.channel()));
  }

  private Kind answerTo(Message message) {
    Ended how = ended.get(message.channel());
    if (how != null && how.peer.equals(message.mailbox()) && past(how.peer, how.peerIncarnation)) {
      return Kind.SUPERSEDED;
    }
    return how != null && how.clean && message.kind() != Kind.OPEN ? Kind.CLOSED : Kind.RESET;
  }

  private boolean past(String mailbox, long incarnation) {
    Peer peer = known.get(mailbox);
    return peer != null && peer.past.contains(incarnation);
  }

  /**
   * TLS has proved the channel's peer: now, and only now, its older channels end. Of two processes
   * of one name the one that proved itself last stays, whatever the other does.
   *
   * @return false where the channel itself is older than one already proven, and has been ended
   */
  boolean proven(Channel channel, long now) {
    List<Channel> older;
    Channel.End stale = null;
    synchronized (this) {
      Peer peer = known.computeIfAbsent(channel.peer, name -> new Peer(now));
      if (peer.past.contains(channel.peerIncarnation())) {
        stale = Channel.End.SUPERSEDED;
      } else if (peer.proven != channel.peerIncarnation()) {
        peer.takesOver(channel.peerIncarnation());
      } else if (proven.stream().anyMatch(other -> replaces(other, channel))) {
        stale = Channel.End.REPLACED;
      }
      proven.add(channel);
      older = channels.values().stream().filter(other -> replaces(channel, other)).toList();
    }
    if (stale != null) {
      host.end(channel, stale);
      return false;
    }
    for (Channel other : older) {
      boolean sameProcess = other.peerIncarnation() == channel.peerIncarnation();
      host.end(other, sameProcess ? Channel.End.REPLACED : Channel.End.SUPERSEDED);
    }
    return true;
  }

  private static boolean replaces(Channel newer, Channel older) {
    return newer != older
        && older.peer.equals(newer.peer)
        && older.state() != Channel.State.CLOSED
        && older.peerIncarnation() != 0
        && (older.peerIncarnation() != newer.peerIncarnation()
            || (!older.opener && older.opening < newer.opening));
  }

  /** The channel has finished; its id is remembered for a while. */
  synchronized void forget(Channel channel, long now) {
    if (channels.remove(channel.id) == null) {
      return;
    }
    proven.remove(channel);
    Channel.End end = channel.end();
    boolean clean = end != null && end.clean();
    ended.put(channel.id, new Ended(now, clean, channel.peer, channel.peerIncarnation()));
    ended.values().removeIf(how -> now - how.at >= REMEMBERED);
    while (ended.size() > 4096) {
      ended.pollFirstEntry();
    }
  }

  synchronized List<Channel> channels() {
    return List.copyOf(channels.values());
  }

  /** Messages that nobody should have sent. */
  synchronized long dropped() {
    return dropped;
  }

  /** Whether a second process reads this mailbox: its messages came to us a short while ago. */
  synchronized boolean twin(long now) {
    return now < twinUntil;
  }
}
