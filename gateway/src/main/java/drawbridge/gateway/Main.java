package drawbridge.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import drawbridge.relay.CertsCommand;
import drawbridge.relay.GatewayRelay;
import drawbridge.relay.PromptSockets;
import drawbridge.settings.Disk;
import drawbridge.settings.Program;
import drawbridge.settings.Section;
import drawbridge.settings.Stopping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drawbridge gateway}. */
@Command(
    name = "gateway",
    mixinStandardHelpOptions = true,
    description = "The VNET side: takes calls by HTTPS and leads them to the agents of their site.")
public final class Main implements Program.Service {
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

  /** As a service of Windows: returns when the gateway was told to end. */
  public static void serve(String[] arguments) {
    var _ = PromptSockets.install();
    var _ = Program.run(new Main(), arguments);
  }

  /** Ends what {@link #serve} runs, and returns when that is done. */
  public static void stop(String[] nothing) {
    Stopping.now();
  }

  @Override
  public List<Class<?>> commands() {
    return List.of(
        InitCommand.class,
        CertsCommand.class,
        CheckCommand.class,
        // A package has one program, and its admin needs this too.
        drawbridge.audit.Main.class);
  }

  @Override
  public void files(Path given, @Nullable Path ready) {
    config = given;
    readyFile = ready;
  }

  @Override
  public Integer call() throws IOException, InterruptedException, ExecutionException {
    if (config == null) {
      System.err.println("drawbridge: --config is missing. Fix: name the gateway.yaml to run with");
      return Program.WRONG_USE;
    }
    GatewaySettings settings = GatewaySettings.read(Section.read(config));
    Program.log(settings.log());
    Channels.Connections connections = Channels.Connections.read(settings);
    CompletableFuture<Integer> end = new CompletableFuture<>();
    Gateway gateway = Gateway.start(settings);
    GatewayRelay relay =
        Channels.open(settings, connections, gateway, () -> end.complete(Program.SUPERSEDED));
    gateway.problems(relay::problems);
    gateway.way(relay::way);
    Stopping.by(
        "gateway-stop",
        () -> {
          end.complete(Program.DONE);
          gateway.close();
          relay.close();
        });
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
    Disk.replace(draft, whole);
  }

  static String version() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
