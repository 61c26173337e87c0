package drawbridge.acceptance.bench;

import drawbridge.acceptance.faults.BenchFaults;
import drawbridge.settings.Program;
import picocli.CommandLine.Command;

/** {@code drawbridge bench}: measurements, side by side in one run. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    subcommands = {
      BenchCall.class,
      BenchStream.class,
      BenchIdle.class,
      BenchChannels.class,
      BenchAudit.class,
      BenchFaults.class,
      BenchIbmi.class
    },
    description = "Measures the bridge beside what it is compared to.")
public final class Bench {
  private Bench() {}

  public static void main(String... arguments) {
    System.exit(Program.run(new Bench(), arguments));
  }
}
