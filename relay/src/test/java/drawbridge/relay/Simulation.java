package drawbridge.relay;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An agent and a gateway over the worst carrier, in virtual time: everything follows from the seed.
 * The agent opens, both send what the seed says, the agent closes; after a failure it opens again.
 * Once the faults are over a transfer must succeed, whole and unchanged, and nothing may be left
 * behind.
 */
final class Simulation {
  private static final String AGENT = "drawbridge.site.agent";
  private static final String GATEWAY = "drawbridge.gateway";
  private static final long FAULTS = 90_000;

  /** What may happen beside loss, repetition, reordering and delay. */
  enum Scenario {
    NOISE,
    SHORT_BLACKOUTS,
    LONG_BLACKOUT,
    AGENT_RESTARTS,
    GATEWAY_RESTARTS,
    ONE_WAY_BLACKOUTS,
    EVERYTHING
  }

  private record Event(long at, long order, Runnable run) {}

  private record Blackout(long from, long to, boolean toAgent, boolean toGateway) {}

  private final Random random;
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::order));
  private final Map<String, Node> nodes = new HashMap<>();
  private final List<Blackout> blackouts = new ArrayList<>();
  final Scenario scenario;
  private final Tuning tuning;
  private final double loss;
  private final double repetition;
  private final int delay;
  private final int jitter;
  private final boolean reportsLie;
  private final boolean readersPause;
  private final boolean closeEarly;
  private final int fromAgent;
  private final int fromGateway;
  private long faultsEnd = FAULTS;

  private long now;
  private long order;
  private long backOff;
  private long afterFaults;
  long transfers;
  long failures;
  long messages;
  final List<String> problems = new ArrayList<>();

  Simulation(Scenario scenario, long seed) {
    random = new Random(seed * 7919 + 13);
    this.scenario = scenario;
    int window = new int[] {16 << 10, 64 << 10, 256 << 10, 1 << 20}[random.nextInt(4)];
    int body = Math.min(window / 2, new int[] {2_000, 30_000, 240 << 10}[random.nextInt(3)]);
    long patience = new long[] {10_000, 20_000, 60_000}[random.nextInt(3)];
    int ahead = 1 + random.nextInt(8);
    int little = new int[] {0, Constants.LITTLE, 1_000}[random.nextInt(3)];
    tuning = new Tuning(16 << 10, window, body, 64 << 10, ahead, little, patience, 10_000);
    delay = 1 + random.nextInt(40);
    jitter = random.nextInt(3) == 0 ? 0 : random.nextInt(80);
    loss = random.nextInt(3) == 0 ? 0 : random.nextDouble() * 0.3;
    repetition = random.nextInt(3) == 0 ? 0 : random.nextDouble() * 0.2;
    reportsLie = random.nextBoolean();
    readersPause = random.nextInt(3) == 0;
    closeEarly = random.nextInt(4) == 0;
    fromAgent = random.nextInt(random.nextInt(4) == 0 ? 1_000_000 : 60_000);
    fromGateway = random.nextInt(random.nextInt(4) == 0 ? 1_000_000 : 60_000);
    plan((int) patience);
  }

  private void plan(int patience) {
    switch (scenario) {
      case NOISE -> {}
      case SHORT_BLACKOUTS -> repeat(4, () -> dark(80_000, 200, patience / 2, true, true));
      case LONG_BLACKOUT -> dark(20_000, patience, 20_000, true, true);
      case AGENT_RESTARTS -> repeat(3, () -> restart(AGENT, random.nextInt(60_000)));
      case GATEWAY_RESTARTS -> repeat(3, () -> restart(GATEWAY, random.nextInt(60_000)));
      case ONE_WAY_BLACKOUTS ->
          repeat(
              3,
              () -> {
                boolean agent = random.nextBoolean();
                dark(80_000, 200, patience * 2, agent, !agent);
              });
      case EVERYTHING -> {
        repeat(
            3, () -> dark(80_000, 200, patience * 2, random.nextBoolean(), random.nextBoolean()));
        repeat(3, () -> restart(random.nextBoolean() ? AGENT : GATEWAY, random.nextInt(90_000)));
        int both = random.nextInt(60_000);
        restart(AGENT, both);
        restart(GATEWAY, both);
      }
    }
  }

  private static void repeat(int times, Runnable what) {
    for (int i = 0; i < times; i++) {
      what.run();
    }
  }

  private void dark(int latest, int least, int more, boolean toAgent, boolean toGateway) {
    long from = random.nextInt(latest);
    long to = from + least + random.nextInt(more);
    blackouts.add(new Blackout(from, to, toAgent, toGateway));
    faultsEnd = Math.max(faultsEnd, to);
  }

  private void restart(String name, long at) {
    at(
        at,
        () -> {
          start(name);
          if (name.equals(AGENT)) {
            backOff = 0;
            reopen();
          } else {
            node(GATEWAY).mailbox.hello(AGENT);
          }
        });
  }

  private void at(long time, Runnable run) {
    events.add(new Event(time, order++, run));
  }

  private Node node(String name) {
    Node node = nodes.get(name);
    if (node == null) {
      throw new IllegalStateException(name);
    }
    return node;
  }

  private void start(String name) {
    nodes.put(name, new Node(name, name.equals(AGENT) ? GATEWAY : AGENT));
  }

  /** Runs to the end. Problems are in {@link #problems}. */
  Simulation run() {
    start(AGENT);
    start(GATEWAY);
    reopen();
    long limit = faultsEnd + 4 * tuning.patience() + 120_000 + (fromAgent + fromGateway) / 20;
    long steps = 0;
    while (problems.isEmpty() && !events.isEmpty()) {
      Event event = events.poll();
      now = event.at;
      if (now > limit || ++steps > 20_000_000) {
        break;
      }
      event.run.run();
    }
    if (problems.isEmpty() && afterFaults == 0) {
      problems.add("hang at " + now + " ms: no transfer succeeded after the faults ended");
    }
    if (problems.isEmpty()) {
      for (Node node : nodes.values()) {
        if (!node.mailbox.channels().isEmpty()) {
          problems.add("left behind in " + node.name + ": " + node.mailbox.channels());
        }
      }
    }
    return this;
  }

  // ---- the carrier

  private boolean darkTowards(String name) {
    for (Blackout blackout : blackouts) {
      boolean meant = name.equals(AGENT) ? blackout.toAgent : blackout.toGateway;
      if (meant && now >= blackout.from && now < blackout.to) {
        return true;
      }
    }
    return false;
  }

  private int latency() {
    int latency = delay + (jitter > 0 ? random.nextInt(jitter) : 0);
    return now < faultsEnd && loss > 0 && random.nextInt(200) == 0
        ? latency + random.nextInt(3_000)
        : latency;
  }

  private void carry(String to, Message message, Carrier.Report report) {
    messages++;
    boolean dark = darkTowards(to);
    boolean lost = now < faultsEnd && random.nextDouble() < loss;
    report(dark, lost, report);
    if (dark || lost) {
      return;
    }
    at(now + latency(), () -> node(to).mailbox.receive(message, now));
    if (now < faultsEnd && random.nextDouble() < repetition) {
      int later = random.nextInt(8) == 0 ? random.nextInt(40_000) : random.nextInt(300);
      at(now + latency() + later, () -> node(to).mailbox.receive(message, now));
    }
  }

  /** As the SDK does: late, wrong or never. */
  private void report(boolean dark, boolean lost, Carrier.Report report) {
    if (dark) {
      int how = random.nextInt(10);
      if (how < 6) {
        at(now + 3_000 + random.nextInt(9_000), () -> report.taken(false));
      } else if (how < 8) {
        at(now + latency(), () -> report.taken(true));
      }
      return;
    }
    boolean taken = !(lost && reportsLie && random.nextBoolean());
    at(now + 1 + random.nextInt(delay + 2), () -> report.taken(taken));
  }

  // ---- the programs

  private void reopen() {
    Node agent = node(AGENT);
    long wait = backOff == 0 ? random.nextInt(4_000) : backOff / 2 + random.nextInt((int) backOff);
    backOff = backOff == 0 ? 500 : Math.min(5_000, backOff * 2);
    at(
        now + wait,
        () -> {
          if (nodes.get(AGENT) == agent) {
            agent.use(agent.mailbox.open(GATEWAY, now), fromAgent);
          }
        });
  }

  /** What stands in the stream from an offset on, eight bytes at a time. */
  private static void expect(
      byte[] bytes, int count, Channel channel, boolean byOpener, long offset) {
    long stream =
        channel.id.getMostSignificantBits() ^ (byOpener ? 0x9E3779B97F4A7C15L : 0x1234567);
    int i = 0;
    while (i < count) {
      long at = offset + i;
      long word = stream ^ (at >>> 3) * 0xD6E8FEB86659FD93L;
      word = (word ^ (word >>> 29)) * 0xBF58476D1CE4E5B9L;
      word >>>= (at & 7) * 8;
      for (long left = 8 - (at & 7); left > 0 && i < count; left--) {
        bytes[i++] = (byte) word;
        word >>>= 8;
      }
    }
  }

  private final class Node implements Mailbox.Host {
    final String name;
    final Mailbox mailbox;
    final Map<Channel, User> users = new HashMap<>();

    Node(String name, String peer) {
      this.name = name;
      mailbox =
          new Mailbox(name, random.nextLong() >>> 1, tuning, this, new Random(random.nextLong()));
      mailbox.peers(Set.of(peer), name.equals(GATEWAY));
    }

    boolean dead() {
      return nodes.get(name) != this;
    }

    User use(Channel channel, int bytes) {
      User user = new User(this, channel, bytes);
      users.put(channel, user);
      user.step();
      return user;
    }

    @Override
    public void send(String to, Message message) {
      carry(to, message, taken -> {});
    }

    @Override
    public void accepted(Channel channel) {
      use(channel, fromGateway);
    }

    @Override
    public void deliver(Channel channel, Message message) {
      User user = users.get(channel);
      if (user != null && !dead()) {
        boolean before = known(channel);
        channel.receive(message, now);
        if (!before && known(channel) && mailbox.proven(channel)) {
          channel.proven();
        }
        user.pump();
      }
    }

    @Override
    public void end(Channel channel, Channel.End why) {
      channel.abort(why);
      User user = users.get(channel);
      if (user != null) {
        user.pump();
      }
    }

    /** As after TLS, which a process that has ended cannot finish by messages that are late. */
    private boolean known(Channel channel) {
      return (channel.opener ? channel.state() == Channel.State.OPEN : channel.confirmed())
          && node(channel.peer).mailbox.incarnation == channel.peerIncarnation();
    }

    @Override
    public void tell(String to, Message superseded) {
      send(to, superseded);
    }

    @Override
    public void standAside() {
      problems.add("stood aside, though there is no second process");
    }

    @Override
    public void superseded(String by) {
      problems.add("was told that it is superseded, though nobody is newer");
    }

    @Override
    public void hello(String from) {
      for (Channel channel : mailbox.channels()) {
        channel.nudge(now);
        User user = users.get(channel);
        if (user != null) {
          user.pump();
        }
      }
    }
  }

  /** Writes, reads and checks at one end of one channel. */
  private final class User {
    final Node node;
    final Channel channel;
    final int target;
    final long born = now;
    private final byte[] buffer = new byte[16_384];
    private final byte[] right = new byte[buffer.length];
    private int written;
    private int read;
    private boolean sawEnd;
    private boolean over;
    private long pauseUntil;
    private long wakeAt = Long.MAX_VALUE;
    private long generation;

    User(Node node, Channel channel, int target) {
      this.node = node;
      this.channel = channel;
      this.target = target;
    }

    void pump() {
      if (node.dead()) {
        return;
      }
      int sends = 0;
      Channel.@Nullable Outgoing outgoing;
      while ((outgoing = channel.poll(now)) != null) {
        if (++sends > 5_000) {
          problems.add("poll never ends: " + channel);
          return;
        }
        Object token = outgoing.token();
        carry(
            channel.peer,
            outgoing.message(),
            taken -> {
              if (!node.dead()) {
                channel.reported(token, taken, now);
                pump();
              }
            });
      }
      if (channel.finished()) {
        if (!over) {
          over = true;
          ended();
        }
        return;
      }
      long wake = Math.max(channel.wake(now), now + 1);
      if (wake < wakeAt || wakeAt <= now) {
        wakeAt = wake;
        long mine = ++generation;
        at(
            wake,
            () -> {
              if (mine == generation) {
                wakeAt = Long.MAX_VALUE;
                pump();
              }
            });
      }
    }

    void step() {
      if (node.dead() || !problems.isEmpty()) {
        return;
      }
      write();
      if (now >= pauseUntil && !channel.closing()) {
        readSome();
      }
      boolean enough = closeEarly || read == fromGateway;
      if (channel.opener
          && channel.state() == Channel.State.OPEN
          && written == target
          && enough
          && !channel.closing()) {
        channel.close(now);
      }
      pump();
      boolean unread = !channel.closing() && (channel.in.available() > 0 || clean() && !sawEnd);
      if (!over || unread) {
        at(now + 1 + random.nextInt(20), this::step);
      } else {
        judge();
      }
    }

    private boolean clean() {
      Channel.End end = channel.end();
      return end != null && end.clean();
    }

    private void write() {
      for (int tries = random.nextInt(6);
          tries > 0 && written < target && !channel.closing();
          tries--) {
        int most = 1 + random.nextInt(random.nextBoolean() ? 300 : buffer.length);
        int count = Math.min(most, target - written);
        int fits = Math.min(count, channel.out.room());
        expect(buffer, fits, channel, channel.opener, written);
        int taken = channel.state() == Channel.State.CLOSED ? 0 : channel.write(buffer, 0, count);
        written += taken;
        if (taken < count) {
          return;
        }
      }
    }

    private void readSome() {
      for (int i = 0; i < 8; i++) {
        int n = channel.read(buffer, 0, 1 + random.nextInt(buffer.length));
        if (n <= 0) {
          sawEnd |= n < 0;
          break;
        }
        expect(right, n, channel, !channel.opener, read);
        int changed = Arrays.mismatch(buffer, 0, n, right, 0, n);
        if (changed >= 0) {
          problems.add("changed byte at " + (read + changed) + " of " + channel);
          return;
        }
        read += n;
      }
      if (readersPause && random.nextInt(300) == 0) {
        pauseUntil = now + random.nextInt(8_000);
      }
    }

    private void ended() {
      node.mailbox.forget(channel, now);
      if (!channel.opener) {
        return;
      }
      boolean whole = clean() && written == target && (closeEarly || read == fromGateway);
      if (whole) {
        transfers++;
        backOff = 0;
        afterFaults += born >= faultsEnd ? 1 : 0;
      } else {
        failures++;
        if (clean() && !sawEnd) {
          problems.add("clean end without all bytes: " + channel);
        }
      }
      if (afterFaults == 0) {
        reopen();
      }
    }

    private void judge() {
      if (!channel.opener && clean() && sawEnd && read != fromAgent) {
        problems.add("end of stream after " + read + " of " + fromAgent + " bytes: " + channel);
      }
      if (channel.in.refused > 0 && channel.out.impossible > 0) {
        problems.add("impossible numbers from an honest peer: " + channel);
      }
    }
  }
}
