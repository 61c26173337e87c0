package drawbridge.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A service reads the commands beside it where one may be meant, and not when it just starts. */
final class ServiceTest {
  @Command(name = "service", mixinStandardHelpOptions = true, addMethodSubcommands = false)
  static final class Service implements Program.Service, Runnable {
    @Option(names = "--config")
    String config = "";

    @Option(names = "--ready-file")
    String ready = "";

    @Override
    public List<Class<?>> commands() {
      return List.of(Check.class);
    }

    @Command(name = "describe")
    int describe() {
      return 0;
    }

    @Override
    public void run() {}
  }

  @Command(name = "check")
  static final class Check implements Runnable {
    @Override
    public void run() {}
  }

  private static Set<String> commands(String arguments) {
    String[] words = arguments.isEmpty() ? new String[0] : arguments.split(" ", -1);
    return Program.line(new Service(), words).getSubcommands().keySet();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--config f", "--config f --ready-file r"})
  void aStartNeedsNone(String arguments) {
    assertEquals(Set.of(), commands(arguments));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "check",
        "check --config f",
        "--config f check",
        "--config f describe --x",
        "--config f --help",
        "--help",
        "--help --config",
        "--config"
      })
  void whateverElseIsAskedIsAnsweredWithAllOfThem(String arguments) {
    assertEquals(Set.of("check", "describe"), commands(arguments));
  }
}
