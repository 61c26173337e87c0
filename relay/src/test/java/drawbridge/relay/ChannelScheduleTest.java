package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;

/**
 * Two ends and a schedule of single steps: who writes, reads, hands over, which message arrives,
 * again or never, what the carrier reports. Beside the simulation, which is about whole programs
 * and long times, this reaches orders that chance does not, and a failure shrinks to a few steps.
 */
final class ChannelScheduleTest {
  private static final int WINDOW = 2_000;
  private static final Tuning TUNING =
      new Tuning(800, WINDOW, 400, 1_500, 3, 40, Constants.PATIENCE, Constants.PROBE_IDLE);

  /** Less waiting than this ends no channel. */
  private static final long SHORT = 4_000;

  enum Verb {
    WRITE,
    READ,
    HAND_OVER,
    ARRIVE,
    REPEAT,
    LOSE,
    TAKEN,
    NOT_TAKEN,
    WAIT,
    PROVE,
    CLOSE
  }

  record Step(Verb verb, boolean opener, int amount) {}

  @Provide
  static Arbitrary<List<Step>> schedules() {
    return Combinators.combine(
            Arbitraries.frequency(
                Tuple.of(8, Verb.WRITE),
                Tuple.of(8, Verb.READ),
                Tuple.of(14, Verb.HAND_OVER),
                Tuple.of(14, Verb.ARRIVE),
                Tuple.of(3, Verb.REPEAT),
                Tuple.of(3, Verb.LOSE),
                Tuple.of(8, Verb.TAKEN),
                Tuple.of(2, Verb.NOT_TAKEN),
                Tuple.of(5, Verb.WAIT),
                Tuple.of(1, Verb.PROVE),
                Tuple.of(2, Verb.CLOSE)),
            Arbitraries.of(true, false),
            Arbitraries.integers().between(0, 700))
        .as(Step::new)
        .list()
        .ofMaxSize(150)
        .withSizeDistribution(RandomDistribution.uniform());
  }

  @Property
  void bytesStayWholeAndWithinTheWindow(@ForAll("schedules") List<Step> schedule) {
    Pair pair = new Pair();
    schedule.forEach(pair::step);
    boolean patient = pair.now < SHORT;
    boolean closed = pair.opener.closed || pair.acceptor.closed;
    pair.heal();
    pair.opener.judge(patient, closed);
    pair.acceptor.judge(patient, closed);
    Statistics.label("patient, closed")
        .collect(patient, closed)
        .coverage(
            coverage -> {
              coverage.check(true, true).count(n -> n > 20);
              coverage.check(true, false).count(n -> n > 20);
            });
  }

  private static final class Pair {
    final End opener;
    final End acceptor;
    long now;

    Pair() {
      UUID id = new UUID(5, 5);
      Channel one = Channel.open(id, "agent", "gateway", 1, 1, TUNING, 0);
      Channel.Outgoing open = one.poll(0);
      if (open == null) {
        throw new AssertionError("an opener says nothing");
      }
      opener = new End(one);
      opener.pending.add(open.token());
      acceptor = new End(Channel.accept(open.message(), "gateway", 2, TUNING, 0));
      acceptor.channel.receive(open.message(), 0);
      opener.promised = open.message().limit();
      // As TLS has it, the opener speaks first; what it says is repeated until it has arrived.
      opener.write(1);
    }

    void step(Step step) {
      End end = step.opener ? opener : acceptor;
      End other = step.opener ? acceptor : opener;
      switch (step.verb) {
        case WRITE -> end.write(step.amount);
        case READ -> end.read(step.amount);
        case HAND_OVER -> end.handOver(other, now);
        case ARRIVE -> end.arrive(step.amount, true, now);
        case REPEAT -> end.arrive(step.amount, false, now);
        case LOSE -> end.lose(step.amount);
        case TAKEN -> end.report(step.amount, true, now);
        case NOT_TAKEN -> end.report(step.amount, false, now);
        case WAIT -> now += step.amount;
        case PROVE -> end.channel.proven();
        case CLOSE -> {
          if (end.channel.state() == Channel.State.OPEN && end.channel.confirmed()) {
            end.closed = true;
            end.channel.close(now);
          }
        }
      }
      assertEquals(0, end.channel.in.refused, "data beyond the window of who honours it");
      assertEquals(0, end.channel.out.impossible, "what was never sent is acknowledged");
    }

    /** The carrier carries all, and both ends read, for a while. */
    void heal() {
      for (int round = 0; round < 300; round++) {
        for (End end : List.of(opener, acceptor)) {
          End other = end == opener ? acceptor : opener;
          while (end.handOver(other, now)) {}
          while (!end.pending.isEmpty()) {
            end.report(0, true, now);
          }
          while (!other.arriving.isEmpty()) {
            other.arrive(0, true, now);
          }
          end.read(WINDOW);
          other.read(WINDOW);
        }
        now += 20;
      }
    }
  }

  /** One end with what is on its way to it and what it wrote and read. */
  private static final class End {
    final Channel channel;
    final List<Message> arriving = new ArrayList<>();
    final List<Object> pending = new ArrayList<>();
    boolean closed;
    boolean sawEnd;
    int written;
    int read;

    /** The largest limit that this end told the other. */
    long promised;

    /** Numbers and bytes that it sent for the first time. */
    long sent;

    long charged;
    End peer = this;

    End(Channel channel) {
      this.channel = channel;
    }

    private byte expected(boolean own, int at) {
      return (byte) (at * 31 + (at >> 8) + (own == channel.opener ? 1 : 2));
    }

    void write(int count) {
      byte[] bytes = new byte[count];
      for (int i = 0; i < count; i++) {
        bytes[i] = expected(true, written + i);
      }
      written += channel.state() == Channel.State.CLOSED ? 0 : channel.write(bytes, 0, count);
    }

    void read(int most) {
      if (closed) {
        return;
      }
      byte[] bytes = new byte[Math.max(1, most)];
      int n = channel.read(bytes, 0, bytes.length);
      for (int i = 0; i < n; i++) {
        assertEquals(expected(false, read + i), bytes[i], "byte " + (read + i));
      }
      read += Math.max(0, n);
      sawEnd |= n < 0;
    }

    boolean handOver(End to, long now) {
      peer = to;
      to.peer = this;
      Channel.Outgoing outgoing = channel.poll(now);
      if (outgoing == null) {
        return false;
      }
      Message message = outgoing.message();
      assertTrue(message.wellFormed(), message.toString());
      if (message.kind() == Kind.DATA && message.seq() == sent) {
        sent++;
        charged += message.body().length + Constants.OVERHEAD;
        assertTrue(charged <= to.promised, "bytes beyond what the reader's end has told");
      }
      assertTrue(message.kind() != Kind.DATA || message.seq() < sent, "a number left out");
      promised = Math.max(promised, message.limit());
      assertTrue(promised <= to.charged + WINDOW, "more promised than was read, and a window");
      pending.add(outgoing.token());
      to.arriving.add(message);
      return true;
    }

    void arrive(int which, boolean once, long now) {
      if (!arriving.isEmpty()) {
        int at = which % arriving.size();
        Message message = once ? arriving.remove(at) : arriving.get(at);
        channel.receive(message, now);
      }
    }

    void lose(int which) {
      if (!arriving.isEmpty()) {
        arriving.remove(which % arriving.size());
      }
    }

    void report(int which, boolean taken, long now) {
      if (!pending.isEmpty()) {
        channel.reported(pending.remove(which % pending.size()), taken, now);
      }
    }

    void judge(boolean patient, boolean anybodyClosed) {
      assertTrue(read <= peer.written, "bytes out of nowhere");
      if (sawEnd) {
        assertEquals(peer.written, read, "the end of the stream came before its bytes");
        assertTrue(peer.closed, "an end of the stream that nobody meant");
      }
      if (patient && !anybodyClosed) {
        assertEquals(peer.written, read, "bytes that never came: " + channel.end());
      }
      if (patient && peer.closed && !closed) {
        assertTrue(sawEnd, "no end of the stream: " + channel.end());
        assertEquals(Channel.End.CLOSED_CLEANLY, peer.channel.end());
      }
    }
  }
}
