package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whoever waits at a channel is woken, whatever the order in which threads come. */
@Tag("instrumented")
final class LiveChannelWakesTest {
  private static final long LONG = 60_000;
  private static final PeerName PEER = PeerName.agent("site", "agent");

  private static StillChannel open() {
    return StillChannel.open(StillChannel.ONE_BY_ONE);
  }

  @Test
  void twoReadersByOneMessage() {
    Schedules.check(
        () -> {
          StillChannel one = open();
          Schedules.together(
              () -> assertEquals(7, one.read()),
              () -> assertEquals(7, one.read()),
              () -> one.deliver(Kind.DATA, 0, (byte) 7, (byte) 7));
        });
  }

  @Test
  void aReaderByTheEndOfTheStream() {
    Schedules.check(
        () -> {
          StillChannel one = open();
          Schedules.together(
              () -> {
                assertEquals(7, one.read());
                assertEquals(-1, one.read());
              },
              () -> one.deliver(Kind.CLOSE, 1),
              () -> one.deliver(Kind.DATA, 0, (byte) 7));
        });
  }

  @Test
  void readerAndWriterByTheirOwnClose() {
    Schedules.check(
        () -> {
          StillChannel one = open();
          one.write(StillChannel.BODY);
          Schedules.together(
              () -> assertThrows(SocketException.class, one::read),
              () -> assertThrows(SocketException.class, () -> one.write(1)),
              one.live::close);
        });
  }

  @Test
  void readerAndWriterByAReset() {
    Schedules.check(
        () -> {
          StillChannel one = open();
          one.write(StillChannel.BODY);
          Schedules.together(
              () -> assertThrows(IOException.class, one::read),
              () -> assertThrows(IOException.class, () -> one.write(1)),
              () -> one.deliver(Kind.RESET, 0));
        });
  }

  @Test
  void aWriterByThePumpAndThePumpByAcknowledgements() {
    Schedules.check(
        () -> {
          StillChannel one = open();
          Schedules.together(
              one.live::pump,
              () -> {
                one.write(2 * StillChannel.BODY);
                one.write(1);
                one.live.close();
              },
              () -> {
                one.awaitCarried(Kind.CLOSE);
                one.deliver(Kind.CLOSED, 0);
              });
          assertEquals(1, one.timesFinished());
          assertEquals(Channel.End.CLOSED_CLEANLY, one.live.end());
          assertEquals(2 * StillChannel.BODY + 1, one.bytesCarried());
        });
  }

  /** Who writes need not wait for the peer where there is room again. */
  @Test
  void aWriterByWhatIsHandedOver() {
    Schedules.check(
        () -> {
          StillChannel one = open();
          one.silent = true;
          one.write(StillChannel.BODY);
          Schedules.together(
              one.live::pump,
              () -> {
                one.write(1);
                one.live.abort(Channel.End.ABORTED);
              });
          assertEquals(1, one.timesFinished());
        });
  }

  @Test
  void thePumpByWhatAsksForAMessage() {
    Schedules.check(
        () -> {
          StillChannel one =
              StillChannel.open(
                  new Tuning(
                      1 << 10, 1 << 20, StillChannel.BODY, 64, 1, 0, LONG, Constants.PROBE_IDLE));
          Schedules.together(
              one.live::pump,
              () -> {
                one.live.prove(PEER);
                one.awaitCarried(Kind.ACK);
                one.live.nudge();
                one.awaitCarried(Kind.PROBE);
                one.live.abort(Channel.End.ABORTED);
              });
          assertEquals(1, one.timesFinished());
          assertEquals(Kind.RESET, one.carried.getLast().kind());
        });
  }

  @Test
  void whoAwaitsTheOpeningByTheAnswer() {
    Schedules.check(
        () -> {
          StillChannel one = StillChannel.opening(StillChannel.ONE_BY_ONE);
          Schedules.together(
              () -> assertTrue(one.live.awaitOpen(LONG)), () -> one.deliver(Kind.ACCEPT, 0));
        });
  }

  @Test
  void whoAwaitsTheOpeningOrTheEndByAnAbort() {
    Schedules.check(
        () -> {
          StillChannel one = StillChannel.opening(StillChannel.ONE_BY_ONE);
          Schedules.together(
              () -> assertFalse(one.live.awaitOpen(LONG)),
              () -> assertTrue(one.live.awaitEnd(LONG)),
              () -> one.live.abort(Channel.End.ABORTED));
        });
  }

  /** Both ends with their pumps: only what they tell each other moves them. */
  @Test
  void twoEndsByEachOther() {
    Schedules.check(
        () -> {
          StillChannel opener = StillChannel.pair(StillChannel.ONE_BY_ONE);
          StillChannel acceptor = opener.other();
          Schedules.together(
              opener.live::pump,
              acceptor.live::pump,
              () -> {
                assertTrue(opener.live.awaitOpen(LONG));
                opener.live.write(new byte[] {1}, 0, 1);
                opener.write(StillChannel.BODY);
                assertEquals(2, opener.read());
                opener.live.close();
              },
              () -> {
                assertEquals(1, acceptor.read());
                acceptor.live.write(new byte[] {2}, 0, 1);
                while (acceptor.live.read(new byte[StillChannel.BODY], 0, StillChannel.BODY, 0)
                    > 0) {}
              });
          assertEquals(Channel.End.CLOSED_CLEANLY, opener.live.end());
          assertEquals(1, opener.timesFinished());
          assertEquals(1, acceptor.timesFinished());
        });
  }
}
