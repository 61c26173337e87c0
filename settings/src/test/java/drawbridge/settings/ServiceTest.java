package drawbridge.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A service that just starts does so without picocli; whatever else is asked goes through it. */
final class ServiceTest {
  private static final int STARTED = 40;
  private static final int CHECKED = 41;

  @Command(name = "service", mixinStandardHelpOptions = true, addMethodSubcommands = false)
  static final class Service implements Program.Service {
    @Option(names = "--config")
    @Nullable Path config;

    @Option(names = "--ready-file")
    @Nullable Path ready;

    private boolean parsed;

    @Override
    public List<Class<?>> commands() {
      parsed = true;
      return List.of(Check.class);
    }

    @Override
    public void files(Path given, @Nullable Path file) {
      config = given;
      ready = file;
    }

    @Command(name = "describe")
    int describe() {
      return CHECKED;
    }

    @Override
    public Integer call() {
      if (config != null && config.toString().equals("broken")) {
        throw new IllegalStateException("broken");
      }
      return STARTED;
    }
  }

  @Command(name = "check")
  static final class Check implements java.util.concurrent.Callable<Integer> {
    @Option(names = "--config")
    String config = "";

    @Override
    public Integer call() {
      return CHECKED;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--config f, f, ",
    "--config f --ready-file r, f, r",
    "--ready-file r --config f, f, r",
    "--config=f --ready-file=r, f, r"
  })
  void bothWaysReadTheSame(String arguments, String config, @Nullable String ready) {
    Service service = new Service();
    assertEquals(STARTED, Program.run(service, arguments.split(" ", -1)));
    assertEquals(Path.of(config), service.config);
    assertEquals(ready == null ? null : Path.of(ready), service.ready);
    assertEquals(!arguments.startsWith("--config f"), service.parsed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--config broken", "--config=broken"})
  void bothWaysFailTheSame(String arguments) {
    assertEquals(Program.FAILED, Program.run(new Service(), arguments.split(" ", -1)));
  }

  @ParameterizedTest
  @CsvSource({
    "check, 41",
    "check --config f, 41",
    "--config f check, 41",
    "--config f describe, 41",
    "--config f --x y, 2",
    "--config --ready-file, 2",
    "--config f --ready-file, 2",
    "--config f --ready-file r x, 2",
    "--config, 2",
    "--config f --help, 0"
  })
  void whateverElseIsAskedIsReadByPicocli(String arguments, int code) {
    Service service = new Service();
    assertEquals(code, Program.run(service, arguments.split(" ", -1)));
    assertTrue(service.parsed);
  }
}
