package drawbridge.relay;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

/**
 * A peer, or somebody in its place, who says to a mailbox whatever a script of bytes says, before
 * and after it is proved, while our own side writes, reads and closes. Whatever it is, nothing
 * breaks, and nothing grows beyond its bound.
 */
final class Forger implements Mailbox.Host {
  private static final String OWN = "drawbridge.gateway";
  private static final List<String> PEERS =
      List.of("drawbridge.site.a", "drawbridge.site.b", "drawbridge.site.stranger");
  private static final long[] NUMBERS = {
    0,
    1,
    2,
    3,
    63,
    64,
    65,
    400,
    1 << 20,
    Integer.MAX_VALUE,
    Long.MAX_VALUE - 1,
    Long.MAX_VALUE,
    -1,
    Long.MIN_VALUE
  };
  private static final List<Kind> KINDS = List.of(Kind.values());
  private static final long INCARNATION = 1;

  private final Mailbox mailbox =
      new Mailbox(OWN, INCARNATION, Tuning.STANDARD, this, new Random(7));
  private final Map<UUID, Channel> accepted = new HashMap<>();
  private final List<Object> tokens = new ArrayList<>();
  private long now = 1_000_000;

  private Forger() {
    mailbox.peers(Set.copyOf(PEERS.subList(0, 2)), true);
  }

  /** Throws an AssertionError where a bound is broken. */
  static void run(byte[] script) {
    Forger forger = new Forger();
    Channel own = forger.mailbox.open(PEERS.getFirst(), forger.now);
    forger.accepted.put(own.id, own);
    ByteBuffer in = ByteBuffer.wrap(script);
    while (in.hasRemaining()) {
      forger.step(in, own);
    }
  }

  private void step(ByteBuffer in, Channel own) {
    int verb = in.get() & 15;
    if (verb < KINDS.size()) {
      mailbox.receive(message(KINDS.get(verb), in, own), now);
    } else {
      Channel channel = pick(in);
      byte[] bytes = new byte[next(in) * 16];
      switch (verb) {
        case 10 -> now += next(in) * 40L;
        case 11 -> channel.write(bytes, 0, bytes.length);
        case 12 -> channel.read(bytes, 0, bytes.length);
        case 13 -> channel.close(now);
        case 14 -> prove(channel);
        default -> report(next(in));
      }
    }
    for (Channel channel : mailbox.channels()) {
      pump(channel);
    }
    check(mailbox.channels().size() <= Constants.HALF_OPEN + 1 + mailbox.provenChannels());
  }

  private void prove(Channel channel) {
    if (channel.peerIncarnation() != 0
        && channel.state() == Channel.State.OPEN
        && mailbox.proven(channel)) {
      channel.proven();
    }
  }

  private void report(int which) {
    if (!tokens.isEmpty()) {
      Object token = tokens.remove(which % tokens.size());
      accepted.values().forEach(channel -> channel.reported(token, which % 2 == 0, now));
    }
  }

  private void pump(Channel channel) {
    Channel.Outgoing outgoing;
    for (int i = 0; (outgoing = channel.poll(now)) != null; i++) {
      check(i < 100);
      check(outgoing.message().wellFormed());
      if (tokens.size() < 1_000) {
        tokens.add(outgoing.token());
      }
    }
    check(channel.in.buffered() <= Constants.WINDOW);
    if (channel.finished()) {
      mailbox.forget(channel, now);
    }
  }

  private Message message(Kind kind, ByteBuffer in, Channel own) {
    int which = next(in);
    UUID id = which % 3 == 0 ? own.id : new UUID(0, which);
    byte[] body = new byte[0];
    if (kind == Kind.DATA || kind == Kind.ACK) {
      int wanted = next(in) % 65 * 8;
      body = new byte[Math.min(in.remaining(), wanted)];
      in.get(body);
    }
    return new Message(
        kind,
        id,
        number(in),
        number(in),
        number(in),
        number(in),
        next(in) % 4,
        next(in) % 3,
        PEERS.get(next(in) % PEERS.size()),
        body);
  }

  private Channel pick(ByteBuffer in) {
    List<Channel> all = List.copyOf(accepted.values());
    return all.get(next(in) % all.size());
  }

  private static long number(ByteBuffer in) {
    int at = next(in);
    return at < NUMBERS.length ? NUMBERS[at] : at - NUMBERS.length;
  }

  private static int next(ByteBuffer in) {
    return in.hasRemaining() ? in.get() & 0xFF : 0;
  }

  private static void check(boolean holds) {
    if (!holds) {
      throw new AssertionError("a bound is broken");
    }
  }

  @Override
  public void send(String to, Message message) {
    check(message.wellFormed() && PEERS.contains(to));
  }

  @Override
  public void accepted(Channel channel) {
    accepted.put(channel.id, channel);
  }

  @Override
  public void deliver(Channel channel, Message message) {
    channel.receive(message, now);
  }

  @Override
  public void end(Channel channel, Channel.End why) {
    channel.abort(why);
  }

  @Override
  public void hello(String from) {}

  @Override
  public void tell(String to, Message superseded) {}

  @Override
  public void standAside() {}

  @Override
  public void superseded(String by) {}
}
