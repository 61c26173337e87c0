package drawbridge.certs;

import drawbridge.settings.Program;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code drawbridge certs}: certificates for trying things out. */
@Command(
    name = "certs",
    description = "Certificates and keys for trying Drawbridge out.",
    subcommands = {SampleCommand.class, RequestCommand.class, SignCommand.class},
    mixinStandardHelpOptions = true)
final class Main implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before run
  private CommandSpec spec;

  public static void main(String... arguments) {
    System.exit(Program.run(new Main(), arguments));
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "say what to make: certs sample DIR, certs request FILE, certs sign DIR FILE");
  }
}
