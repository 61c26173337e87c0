package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Bytes intact or a clean error, never a hang, nothing left behind: over thousands of seeds. */
final class SimulationTest {
  /** {@code drawbridge test --long} sets more. */
  private static final int SEEDS = Integer.getInteger("drawbridge.test.seeds", 2_100);

  private static final int SLICES = 7;

  @TestFactory
  List<DynamicTest> everySeedEndsWellOrWithACleanError() {
    return LongStream.range(0, SLICES)
        .mapToObj(
            scenario ->
                DynamicTest.dynamicTest(
                    Simulation.Scenario.values()[(int) scenario].name(), () -> run(scenario)))
        .toList();
  }

  private static void run(long scenario) {
    long transfers = 0;
    long messages = 0;
    for (long seed = scenario; seed < SEEDS; seed += SLICES) {
      Simulation simulation = new Simulation(seed).run();
      assertEquals(List.of(), simulation.problems, "seed " + seed + " " + simulation.scenario);
      transfers += simulation.transfers;
      messages += simulation.messages;
    }
    assertTrue(transfers > 0 && messages > 0, "the simulation did something");
  }
}
