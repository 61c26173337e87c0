package drawbridge.agent;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import drawbridge.relay.CertsCommand;
import drawbridge.relay.PromptSockets;
import drawbridge.settings.Disk;
import drawbridge.settings.Program;
import drawbridge.settings.Stopping;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The agent's program. Connects outwards to its gateways and serves their calls until it is told to
 * end.
 */
@Command(
    name = "agent",
    mixinStandardHelpOptions = true,
    addMethodSubcommands = false,
    description = "Serves the calls of gateways from inside the private network.")
public final class Main implements Program.Service {
  private static final System.Logger LOG = System.getLogger("drawbridge.agent");

  /** Longer than draining takes, so that a stop in order is never cut short. */
  private static final long STOP_SECONDS = 20;

  private final Surroundings surroundings;

  @Spec @Nullable CommandSpec spec;

  @Option(names = "--config", paramLabel = "FILE", description = "agent.yaml")
  @Nullable Path config;

  @Option(
      names = "--ready-file",
      paramLabel = "FILE",
      description = "write {\"pid\": …} here when the agent is up")
  @Nullable Path readyFile;

  Main(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  public static void main(String[] arguments) {
    var _ = PromptSockets.install();
    System.exit(Program.run(new Main(new Premises()), arguments));
  }

  /** As a service of Windows: returns when the agent has ended. */
  public static void serve(String[] arguments) {
    var _ = PromptSockets.install();
    var _ = Program.run(new Main(new Premises()), arguments);
  }

  /** Ends what {@link #serve} runs, and returns when that is done. */
  public static void stop(String[] nothing) {
    Stopping.now();
  }

  @Override
  public List<Class<?>> commands() {
    return List.of(
        InitCommand.class,
        CheckCommand.class,
        CertsCommand.class,
        PauseCommand.On.class,
        PauseCommand.Off.class,
        SignCommand.class,
        StatusCommand.class,
        // A package has one program, and its admin needs these too.
        drawbridge.agent.policy.Main.class,
        drawbridge.audit.Main.class);
  }

  @Override
  public void files(Path given, @Nullable Path ready) {
    config = given;
    readyFile = ready;
  }

  @Override
  public Integer call() throws Exception {
    AgentSettings settings = AgentSettings.read(config());
    Program.log(settings.log());
    try (LiveSite site = LiveSite.open(settings, surroundings);
        Agent agent = Agent.open(settings, version(), site.served(), site.arguments())) {
      site.served()
          .unmatched()
          .forEach(
              name ->
                  LOG.log(
                      System.Logger.Level.WARNING,
                      "policy.yaml names what the site does not have: {0}",
                      name));
      CountDownLatch stopped = new CountDownLatch(1);
      Stopping.by("stop", () -> stop(agent, stopped));
      try (AutoCloseable _ = Housekeeping.start(agent, site);
          AutoCloseable _ = Lookout.open(agent, site);
          AutoCloseable _ = surroundings.connect(settings, agent, site)) {
        ready();
        int code = agent.awaitEnd();
        agent.drain();
        return code;
      } finally {
        agent.close();
        stopped.countDown();
      }
    }
  }

  /** A signal ends the program through its own main thread, and waits until that is done. */
  private static void stop(Agent agent, CountDownLatch stopped) {
    agent.end(Program.DONE);
    try {
      stopped.await(STOP_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void ready() throws IOException {
    if (readyFile != null) {
      StringWriter text = new StringWriter();
      try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
        json.writeStartObject();
        json.writeNumberField("pid", ProcessHandle.current().pid());
        json.writeEndObject();
      }
      // Whoever waits for the file shall never read half of it.
      Path half = readyFile.resolveSibling(readyFile.getFileName() + ".new");
      Files.writeString(half, text.append('\n').toString());
      Disk.replace(half, readyFile);
    }
    out().println("ready");
    out().flush();
  }

  /** {@code agent documents}: what platforms import, without a gateway. */
  @Command(
      name = "documents",
      mixinStandardHelpOptions = true,
      description =
          "Writes OpenAPI, Swagger and apiProperties.json of every API; needs no gateway.")
  int documents(
      @Option(names = "--config", paramLabel = "FILE", required = true, description = "agent.yaml")
          Path config,
      @Option(
              names = "--out",
              paramLabel = "DIR",
              required = true,
              description = "into this folder")
          Path into,
      @Option(
              names = "--public-url",
              paramLabel = "URL",
              description = "as in gateway.yaml, with the site's prefix; default ${DEFAULT-VALUE}",
              defaultValue = "https://api.example.com")
          URI publicUrl)
      throws IOException {
    AgentSettings settings = AgentSettings.read(config);
    return new Papers(settings.serves(), Premises.drivers(settings), out())
        .documents(into, publicUrl);
  }

  /** {@code agent publish}: the contract that connectors may rely on from now on. */
  @Command(
      name = "publish",
      mixinStandardHelpOptions = true,
      description = "Writes the contract of each API into published/ of the site folder.")
  int publish(
      @Option(names = "--config", paramLabel = "FILE", required = true, description = "agent.yaml")
          Path config,
      @Parameters(paramLabel = "API/VERSION", arity = "0..*", description = "default: all")
          @Nullable List<String> chosen)
      throws IOException {
    AgentSettings settings = AgentSettings.read(config);
    return new Papers(settings.serves(), Premises.drivers(settings), out())
        .publish(chosen == null ? List.of() : chosen);
  }

  /** {@code agent describe}: each API, operation, parameter and column as the bridge sees them. */
  @Command(
      name = "describe",
      mixinStandardHelpOptions = true,
      description = "Shows APIs, operations and columns as the bridge sees them.")
  int describe(
      @Option(names = "--config", paramLabel = "FILE", required = true, description = "agent.yaml")
          Path config,
      @Option(names = "--offline", description = "ask no source") boolean offline,
      @Option(
              names = "--agents",
              paramLabel = "N",
              defaultValue = "1",
              description =
                  "budgets of so many agents of the site together; default ${DEFAULT-VALUE}")
          int agents) {
    if (agents < 1 || agents > 1_000) {
      throw new ParameterException(line(), "--agents: write a number from 1 to 1000");
    }
    AgentSettings settings = AgentSettings.read(config);
    try (Surroundings.OpenSite site = surroundings.open(settings, offline)) {
      Description.of(site.served(), agents).forEach(out()::println);
      out().flush();
    }
    return Program.DONE;
  }

  /** {@code agent draft}: a first API file from the database's own metadata. */
  @Command(
      name = "draft",
      mixinStandardHelpOptions = true,
      description = "Prints a first API file for a table of a source.")
  int draft(
      @Option(names = "--config", paramLabel = "FILE", required = true, description = "agent.yaml")
          Path config,
      @Option(names = "--source", required = true, description = "of sources.yaml") String source,
      @Option(names = "--table", required = true, description = "such as sales.orders")
          String table) {
    AgentSettings settings = AgentSettings.read(config);
    try (Surroundings.OpenSite site = surroundings.open(settings, true)) {
      Optional<String> text = site.draft(source, table);
      if (text.isEmpty()) {
        say("failed", source, "there is no table or view " + table + " that it can tell of");
        return Program.FAILED;
      }
      out().print(text.get());
      out().flush();
    }
    return Program.DONE;
  }

  private void say(String verdict, String what, String detail) {
    out().println("%-8s %s%s".formatted(verdict, what, detail.isEmpty() ? "" : ": " + detail));
    out().flush();
  }

  private PrintWriter out() {
    return spec == null ? new PrintWriter(System.out, true, System.out.charset()) : line().getOut();
  }

  /** Not a required option, or {@code agent check} would ask for it twice. */
  private Path config() {
    if (config == null) {
      throw new ParameterException(line(), "Missing required option: '--config=FILE'");
    }
    return config;
  }

  private CommandLine line() {
    if (spec == null) {
      throw new IllegalStateException("not run by a command line");
    }
    return spec.commandLine();
  }

  Surroundings surroundings() {
    return surroundings;
  }

  static String version() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
