package drawbridge.ibmi.stub;

import drawbridge.settings.Program;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ibmi --config F}: the simulated IBM i as a program. */
@Command(
    name = "ibmi",
    mixinStandardHelpOptions = true,
    description =
        "Runs the host servers of an IBM i on this machine: a test double for laptops, tests and"
            + " benchmarks. Nothing in it is durable.")
public final class Main implements Callable<Integer> {
  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "ibmi.yaml, described in docs/local-ibmi.md")
  private Path config = Path.of("ibmi.yaml");

  @Option(
      names = "--ready-file",
      paramLabel = "FILE",
      description = "Written when clients can connect: JSON with address, ports, tlsPorts, pid")
  private @Nullable Path readyFile;

  public static void main(String[] arguments) {
    System.exit(Program.run(new Main(), arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    HostSystem host = SettingsFile.read(config).start();
    CountDownLatch ended = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  host.close();
                  ended.countDown();
                },
                "shutdown"));
    System.out.println(
        "simulated IBM i: a test double of its host servers; nothing is durable, never use it for"
            + " real data");
    String ready = Ready.json(host);
    System.out.println(ready);
    if (readyFile != null) {
      writeWhole(readyFile, ready);
    }
    System.out.println("ready");
    ended.await();
    return Program.DONE;
  }

  /** Whoever waits for the file never sees half of it. */
  private static void writeWhole(Path file, String text) throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + ".draft");
    Files.writeString(draft, text + "\n", StandardCharsets.UTF_8);
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
