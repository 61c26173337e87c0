package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bytes intact or a clean error, never a hang, nothing left behind: over thousands of seeds. */
final class SimulationTest {
  /** Of each scenario; {@code drawbridge test --long} goes on from there. */
  private static final int SEEDS = Boolean.getBoolean("drawbridge.long") ? 3_000 : 300;

  @ParameterizedTest
  @EnumSource
  void everySeedEndsWellOrWithACleanError(Simulation.Scenario scenario) {
    long transfers = 0;
    long messages = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      Simulation simulation = new Simulation(scenario, seed).run();
      assertEquals(List.of(), simulation.problems, "seed " + seed + " of " + scenario);
      transfers += simulation.transfers;
      messages += simulation.messages;
    }
    assertTrue(transfers > 0 && messages > 0, "the simulation did something");
  }
}
