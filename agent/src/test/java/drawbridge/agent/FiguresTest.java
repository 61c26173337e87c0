package drawbridge.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import drawbridge.relay.wire.MeasureRequest;
import drawbridge.relay.wire.Measured;
import drawbridge.relay.wire.Pool;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What gateways are told of the agent's connections to its sources. */
@Timeout(60)
final class FiguresTest {
  @TempDir Path folder;

  /** Keeps what comes. */
  private record Heard(BlockingQueue<Measured> told) implements StreamObserver<Measured> {
    @Override
    public void onNext(Measured one) {
      told.add(one);
    }

    @Override
    public void onError(Throwable broken) {}

    @Override
    public void onCompleted() {}

    List<Pool> next() throws InterruptedException {
      Measured one = told.poll(20, TimeUnit.SECONDS);
      return one == null ? List.of() : one.getPoolsList();
    }
  }

  @Test
  void theyComeAtOnceAndAgainWhereTheyAreOthers() throws Exception {
    try (Bridge bridge = new Bridge(folder, "  []\n")) {
      Measured busy =
          Agent.measured(
              Map.of(
                  "erp",
                  Map.of("connections", 5L, "active", 3L, "idle", 2L, "waiting", 1L),
                  "files",
                  Map.of()));
      assertEquals(1, busy.getPoolsCount(), "a source without figures is not told of");
      bridge.service.measured(busy);
      Heard heard = new Heard(new LinkedBlockingQueue<>());
      bridge.stub().measure(MeasureRequest.getDefaultInstance(), heard);
      Pool erp = heard.next().getFirst();
      assertEquals("erp", erp.getSource());
      assertEquals(3, erp.getActive());
      assertEquals(2, erp.getIdle());
      assertEquals(1, erp.getWaiting());
      assertEquals(0, erp.getTimeouts());
      bridge.service.measured(busy.toBuilder().build());
      bridge.service.measured(Agent.measured(Map.of("erp", Map.of("active", 4L, "timeouts", 9L))));
      Pool later = heard.next().getFirst();
      assertEquals(4, later.getActive(), "the same again was not told");
      assertEquals(9, later.getTimeouts());
      assertNull(heard.told().poll());
    }
  }
}
