package drawbridge.relay;

import static drawbridge.relay.Constants.ASIDE_EVERY;
import static drawbridge.relay.Constants.HALF_OPEN;
import static drawbridge.relay.Constants.HALF_OPEN_PER_PEER;
import static drawbridge.relay.Constants.HELLO_EVERY;
import static drawbridge.relay.Constants.REMEMBERED;
import static drawbridge.relay.Constants.RESET_EVERY;
import static drawbridge.relay.Constants.TWIN_KNOWN;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
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

    /**
     * Tell a past process that it is: now, and again while it is {@link #untold}, since half of
     * what is sent to it may come to the newer one.
     */
    void tell(String mailbox, Message superseded);

    /** Leave the mailbox to another process of our name for a while. */
    void standAside();

    /** The peer has proved a newer process of our name. */
    void superseded(String mailbox);
  }

  private record Ended(long at, boolean clean, String peer) {}

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
  private final Map<String, Incarnations> known = new HashMap<>();
  private Set<String> peers = Set.of();

  /**
   * When we last heard a peer's older process after its newer one had proved itself: so both run.
   */
  private final Map<String, Long> tookOver = new HashMap<>();

  private boolean accepting;
  private long openings;

  private long dropped;
  private long twinUntil = Long.MIN_VALUE;
  private long stoodAsideAt = Long.MIN_VALUE / 2;

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
    host.send(peer, bare(Kind.HELLO, Message.NO_CHANNEL, 0));
  }

  private Message bare(Kind kind, UUID channel, long to) {
    return new Message(kind, channel, 0, 0, 0, 0, incarnation, to, name, Message.NO_BODY);
  }

  /** A message came out of the mailbox. */
  void receive(Message message, long now) {
    @Nullable Channel channel = null;
    synchronized (this) {
      if (!peers.contains(message.mailbox()) || !message.wellFormed()) {
        dropped++;
        return;
      }
      if (message.kind() == Kind.HELLO) {
        hello(message, now);
        return;
      }
      Incarnations peer = incarnations(message.mailbox());
      UUID past = peer.past(message.from());
      // A late copy of an open can make a channel of a process that the opener does not talk to.
      boolean forAnother = message.to() != 0 && message.to() != incarnation;
      if (past != null) {
        tellPast(message, past, now);
      } else if (forAnother && !peer.none()) {
        twin(message, peer, now);
      } else {
        Channel known = forAnother ? null : channels.get(message.channel());
        if (known == null) {
          channel = unknown(message, now);
        } else if (known.peer.equals(message.mailbox())) {
          channel = known;
        } else {
          dropped++;
        }
      }
    }
    if (channel != null) {
      host.deliver(channel, message);
    }
  }

  private Incarnations incarnations(String mailbox) {
    return known.computeIfAbsent(mailbox, name -> new Incarnations());
  }

  /** It learns that a newer process of its name took over, whatever it still tries. */
  private void tellPast(Message message, UUID channel, long now) {
    switch (message.kind()) {
      case OPEN, ACCEPT, DATA, ACK, PROBE, CLOSE -> {
        tookOver.put(message.mailbox(), now);
        answer(message, Kind.SUPERSEDED, channel, now);
      }
      case CLOSED -> {
        tookOver.put(message.mailbox(), now);
        incarnations(message.mailbox()).told(message.from());
      }
      case RESET, SUPERSEDED, HELLO -> {}
    }
  }

  /**
   * A peer that has proved itself to us talks to a process of our name, and it cannot be the one
   * before us. To answer would end that one’s channels. Only the peer and the carrier know what
   * incarnation it is, so nobody else can make us stand aside.
   */
  private void twin(Message message, Incarnations peer, long now) {
    switch (message.kind()) {
      case ACCEPT, DATA, ACK, PROBE, CLOSE -> {
        if (!peer.isNewest(message.from())) {
          dropped++;
        } else if (peer.anotherIsThere(message, now)) {
          twinUntil = now + TWIN_KNOWN;
          if (now - stoodAsideAt >= ASIDE_EVERY) {
            stoodAsideAt = now;
            host.standAside();
          }
        }
      }
      case OPEN, HELLO, CLOSED, RESET, SUPERSEDED -> {}
    }
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
    Ended how = ended.get(message.channel());
    switch (message.kind()) {
      case SUPERSEDED -> {
        if (message.to() == incarnation && how != null && how.peer.equals(message.mailbox())) {
          answer(message, Kind.CLOSED, message.channel(), now);
          host.superseded(message.mailbox());
        }
      }
      case RESET, CLOSED, HELLO -> {}
      case OPEN -> {
        if (!accepting) {
          dropped++;
        } else if (how == null) {
          return admit(message, now);
        } else {
          answer(message, Kind.RESET, message.channel(), now);
        }
      }
      case ACCEPT, DATA, ACK, PROBE, CLOSE -> {
        boolean clean = how != null && how.clean;
        answer(message, clean ? Kind.CLOSED : Kind.RESET, message.channel(), now);
      }
    }
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

  private void answer(Message message, Kind kind, UUID channel, long now) {
    answered.values().removeIf(at -> now - at >= RESET_EVERY);
    if (answered.size() < 1024 && answered.putIfAbsent(message.channel(), now) == null) {
      long to = kind == Kind.SUPERSEDED ? message.from() : 0;
      host.send(message.mailbox(), bare(kind, channel, to));
    }
  }

  /**
   * TLS has proved the channel's peer: now, and only now, its older channels end. Of two processes
   * of one name the one that proved itself last stays, whatever the other does.
   *
   * @return false where the channel itself is older than one already proven, and has been ended
   */
  boolean proven(Channel channel) {
    List<Channel> older;
    Channel.End stale = null;
    Message superseded = null;
    synchronized (this) {
      Incarnations peer = incarnations(channel.peer);
      if (peer.past(channel.peerIncarnation()) != null) {
        stale = Channel.End.PAST;
      } else if (proven.stream().anyMatch(other -> replacedBy(channel, other))) {
        stale = Channel.End.REPLACED;
      } else {
        long before = peer.proved(channel);
        UUID past = peer.past(before);
        superseded = past == null ? null : bare(Kind.SUPERSEDED, past, before);
      }
      // It may have ended meanwhile, and would never be forgotten again.
      if (channels.get(channel.id) == channel) {
        proven.add(channel);
      }
      older = channels.values().stream().filter(other -> replaces(channel, other)).toList();
    }
    if (stale != null) {
      host.end(channel, stale);
      return false;
    }
    for (Channel other : older) {
      boolean sameProcess = other.peerIncarnation() == channel.peerIncarnation();
      host.end(other, sameProcess ? Channel.End.REPLACED : Channel.End.PAST);
    }
    if (superseded != null) {
      host.tell(channel.peer, superseded);
    }
    return true;
  }

  /** Both of one process, and the other is of a later opening. */
  private static boolean replacedBy(Channel channel, Channel other) {
    return other.peerIncarnation() == channel.peerIncarnation() && replaces(other, channel);
  }

  private static boolean replaces(Channel newer, Channel older) {
    return newer != older
        && older.peer.equals(newer.peer)
        && older.state() != Channel.State.CLOSED
        && older.peerIncarnation() != 0
        && (older.peerIncarnation() != newer.peerIncarnation()
            || (!older.opener && older.opening < newer.opening));
  }

  /** Whether a past process has not said yet that it knows. */
  synchronized boolean untold(String peer, long incarnation) {
    return incarnations(peer).untold(incarnation);
  }

  /** The channel has finished; its id is remembered for a while. */
  synchronized void forget(Channel channel, long now) {
    if (channels.remove(channel.id) == null) {
      return;
    }
    proven.remove(channel);
    incarnations(channel.peer).ended(channel);
    Channel.End end = channel.end();
    ended.put(channel.id, new Ended(now, end != null && end.clean(), channel.peer));
    ended.values().removeIf(how -> now - how.at >= REMEMBERED);
    while (ended.size() > 4096) {
      ended.pollFirstEntry();
    }
  }

  synchronized List<Channel> channels() {
    return List.copyOf(channels.values());
  }

  /** How many of the channels TLS has proved. */
  synchronized int provenChannels() {
    return proven.size();
  }

  /** Messages that nobody should have sent. */
  synchronized long dropped() {
    return dropped;
  }

  /** Whether a second process reads this mailbox: its messages came to us a short while ago. */
  synchronized boolean twin(long now) {
    return now < twinUntil;
  }

  /** Mailboxes of peers whose older process was told to end a short while ago. */
  synchronized List<String> tookOver(long now) {
    tookOver.values().removeIf(heard -> now - heard >= TWIN_KNOWN);
    return tookOver.keySet().stream().sorted().toList();
  }
}
