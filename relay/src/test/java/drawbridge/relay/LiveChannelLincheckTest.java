package drawbridge.relay;

import java.io.IOException;
import java.util.Arrays;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What threads do to one channel at a time looks as if one had done it after the other, also while
 * it ends: bytes, acknowledgements, messages and reasons. Lincheck runs this class in threads and
 * looks for an order that gives the same results.
 */
@Tag("instrumented")
@Param(name = "seq", gen = IntGen.class, conf = "0:2")
public final class LiveChannelLincheckTest {
  private static final boolean LONG = Boolean.getBoolean("drawbridge.long");
  private static final Tuning ROOMY =
      new Tuning(1 << 10, 1 << 10, 100, 1 << 10, 4, 0, Constants.PATIENCE, Constants.PROBE_IDLE);

  private final StillChannel channel = StillChannel.open(ROOMY);

  @Operation
  public void data(@Param(name = "seq") int seq) {
    channel.deliver(Kind.DATA, seq, (byte) (2 * seq), (byte) (2 * seq + 1));
  }

  @Operation
  public void closeOfThePeer() {
    channel.deliver(Kind.CLOSE, 2);
  }

  @Operation
  public void reset() {
    channel.deliver(Kind.RESET, 0);
  }

  /** A socket has one reader. */
  @Operation(nonParallelGroup = "reader")
  public String read() {
    if (channel.live.available() == 0) {
      return "none";
    }
    byte[] bytes = new byte[3];
    return tried(() -> Arrays.toString(Arrays.copyOf(bytes, channel.live.read(bytes, 0, 3, 0))));
  }

  @Operation
  public String write(@Param(name = "seq") int what) {
    return tried(
        () -> {
          channel.live.write(new byte[] {(byte) what, (byte) what}, 0, 2);
          return "written";
        });
  }

  /** A channel has one pump. */
  @Operation(nonParallelGroup = "pump")
  public String handOver() {
    Channel.Outgoing outgoing = channel.live.poll();
    if (outgoing == null) {
      return "none";
    }
    channel.live.reported(outgoing.token(), true);
    Message message = outgoing.message();
    return message.kind()
        + " "
        + message.seq()
        + " "
        + message.ack()
        + " "
        + Arrays.toString(message.body());
  }

  @Operation
  public void close() {
    channel.live.close();
  }

  @Operation
  public void abort() {
    channel.live.abort(Channel.End.REPLACED);
  }

  @Operation
  public Channel.@Nullable End end() {
    return channel.live.end();
  }

  private interface Attempt {
    String run() throws IOException;
  }

  private static String tried(Attempt attempt) {
    try {
      return attempt.run();
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  @Test
  void schedulesOfTheModelLookLikeOneThread() {
    new ModelCheckingOptions()
        .iterations(LONG ? 200 : 6)
        .invocationsPerIteration(LONG ? 3_000 : 50)
        .threads(3)
        .actorsPerThread(2)
        .actorsBefore(2)
        .actorsAfter(2)
        .check(LiveChannelLincheckTest.class);
  }

  @Test
  void realThreadsLookLikeOne() {
    new StressOptions()
        .iterations(LONG ? 300 : 10)
        .invocationsPerIteration(LONG ? 20_000 : 1_000)
        .threads(3)
        .actorsPerThread(3)
        .actorsBefore(1)
        .actorsAfter(2)
        .check(LiveChannelLincheckTest.class);
  }
}
