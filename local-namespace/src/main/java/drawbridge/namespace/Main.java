package drawbridge.namespace;

import drawbridge.settings.Program;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drawbridge namespace --config F}: the local namespace as a program. */
@Command(
    name = "namespace",
    mixinStandardHelpOptions = true,
    description =
        "Runs a Service Bus namespace on this machine: a test double for laptops, tests and"
            + " benchmarks. Nothing in it is durable.")
public final class Main implements Callable<Integer> {
  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "namespace.yaml, described in docs/local-namespace.md")
  private Path config = Path.of("namespace.yaml");

  @Option(
      names = "--ready-file",
      paramLabel = "FILE",
      description = "Written when clients can connect: JSON with port, tlsPort, controlPort, pid")
  private @Nullable Path readyFile;

  public static void main(String[] arguments) {
    System.exit(Program.run(new Main(), arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    NamespaceSettings settings = SettingsFile.read(config);
    LocalNamespace namespace = LocalNamespace.start(settings);
    CountDownLatch ended = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  namespace.close();
                  ended.countDown();
                },
                "shutdown"));
    System.out.println(
        "local namespace: a test double of Azure Service Bus; nothing is durable, never use it for"
            + " real data");
    for (NamespaceSettings.Key key : settings.keys()) {
      System.out.println(namespace.connectionString(key.name()));
    }
    Map<String, Object> ready = ports(namespace);
    if (ready.containsKey("controlPort")) {
      System.out.println("control http://localhost:" + ready.get("controlPort"));
    }
    if (readyFile != null) {
      writeWhole(readyFile, Json.write(ready));
    }
    System.out.println("ready");
    ended.await();
    return Program.DONE;
  }

  private static Map<String, Object> ports(LocalNamespace namespace) {
    NamespaceSettings settings = namespace.settings();
    Map<String, Object> ports = new LinkedHashMap<>();
    if (settings.port().isPresent()) {
      ports.put("port", namespace.port());
    }
    if (settings.tls().isPresent()) {
      ports.put("tlsPort", namespace.tlsPort());
    }
    if (settings.control().isPresent()) {
      ports.put("controlPort", namespace.controlPort());
    }
    ports.put("pid", ProcessHandle.current().pid());
    return ports;
  }

  /** Whoever waits for the file never sees half of it. */
  private static void writeWhole(Path file, String text) throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + ".draft");
    Files.writeString(draft, text + "\n", StandardCharsets.UTF_8);
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
