package drawbridge.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import drawbridge.relay.GatewayRelay;
import drawbridge.relay.NamespaceCheck;
import drawbridge.relay.PromptSockets;
import drawbridge.settings.Program;
import drawbridge.settings.Section;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drawbridge gateway}. */
@Command(
    name = "gateway",
    mixinStandardHelpOptions = true,
    description = "The VNET side: takes calls by HTTPS and leads them to the agents of their site.",
    subcommands = Main.Check.class)
public final class Main implements Callable<Integer> {
  @Option(names = "--config", paramLabel = "F", description = "gateway.yaml")
  private @Nullable Path config;

  @Option(
      names = "--ready-file",
      paramLabel = "F",
      description = "written once it listens: {\"port\": …, \"privatePort\": …, \"pid\": …}")
  private @Nullable Path readyFile;

  private Main() {}

  public static void main(String[] arguments) {
    var _ = PromptSockets.install();
    System.exit(Program.run(new Main(), arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException, ExecutionException {
    if (config == null) {
      System.err.println("drawbridge: --config is missing. Fix: name the gateway.yaml to run with");
      return Program.WRONG_USE;
    }
    GatewaySettings settings = GatewaySettings.read(Section.read(config));
    Channels.Connections connections = Channels.Connections.read(settings);
    CompletableFuture<Integer> end = new CompletableFuture<>();
    Gateway gateway = Gateway.start(settings);
    GatewayRelay relay =
        Channels.open(
            settings,
            connections,
            gateway.agents(),
            gateway.records(),
            () -> end.complete(Program.SUPERSEDED));
    gateway.problems(relay::problems);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("gateway-stop")
                .unstarted(
                    () -> {
                      end.complete(Program.DONE);
                      gateway.close();
                      relay.close();
                    }));
    System.out.println(
        "gateway "
            + settings.name()
            + " listens on "
            + settings.listen().address()
            + ":"
            + gateway.port());
    if (readyFile != null) {
      writeReady(readyFile, gateway);
    }
    // What was begun is ended by the hook, which every way of exiting waits for.
    return end.get();
  }

  /** Whole or not there, since somebody waits for it to appear. */
  private static void writeReady(Path file, Gateway gateway) throws IOException {
    Path whole = file.toAbsolutePath();
    Path draft = whole.resolveSibling(whole.getFileName() + ".new");
    try (JsonGenerator json = new JsonFactory().createGenerator(Files.newBufferedWriter(draft))) {
      json.writeStartObject();
      json.writeNumberField("port", gateway.port());
      json.writeNumberField("privatePort", gateway.privatePort());
      json.writeNumberField("pid", ProcessHandle.current().pid());
      json.writeEndObject();
    }
    try {
      Files.move(draft, whole, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(draft, whole, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** {@code drawbridge gateway check}. */
  @Command(
      name = "check",
      mixinStandardHelpOptions = true,
      description = "Reads every file and tries every connection; serves nothing.")
  static final class Check implements Callable<Integer> {
    @Option(names = "--config", paramLabel = "F", required = true, description = "gateway.yaml")
    private Path config = Path.of("gateway.yaml");

    @Option(names = "--offline", description = "only read the files")
    private boolean offline;

    @Override
    public Integer call() {
      GatewaySettings settings = GatewaySettings.read(Section.read(config));
      new FrontDoorTls(settings.listen(), settings.certificates()).close();
      Channels.Connections connections = Channels.Connections.read(settings);
      System.out.println("ok       " + config + ": " + settings.sites().size() + " sites");
      boolean good = true;
      if (!offline) {
        for (NamespaceCheck.Finding found : Channels.check(settings, connections)) {
          good &= found.good();
          String verdict = found.good() ? "ok" : "failed";
          System.out.println("%-8s %s: %s".formatted(verdict, found.what(), found.detail()));
        }
      }
      return good ? Program.DONE : Program.FAILED;
    }
  }
}
