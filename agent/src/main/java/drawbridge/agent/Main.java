package drawbridge.agent;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import drawbridge.relay.PromptSockets;
import drawbridge.settings.Program;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
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
    subcommands = {
      PauseCommand.On.class,
      PauseCommand.Off.class,
      SignCommand.class,
      StatusCommand.class
    },
    description = "Serves the calls of gateways from inside the private network.")
public final class Main implements Callable<Integer> {
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

  @Override
  public Integer call() throws Exception {
    AgentSettings settings = AgentSettings.read(config());
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
      Thread hook = new Thread(() -> stop(agent, stopped), "stop");
      Runtime.getRuntime().addShutdownHook(hook);
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
      Files.move(half, readyFile, StandardCopyOption.REPLACE_EXISTING);
    }
    out().println("ready");
    out().flush();
  }

  /** {@code agent check}: reads every file and, unless told otherwise, tries every connection. */
  @Command(
      name = "check",
      mixinStandardHelpOptions = true,
      description = "Reads every file and tries every connection; serves nothing.")
  int check(
      @Option(names = "--config", paramLabel = "FILE", required = true, description = "agent.yaml")
          Path config,
      @Option(names = "--offline", description = "only read the files") boolean offline) {
    AgentSettings settings = AgentSettings.read(config);
    say("ok", settings.file().toString(), "");
    boolean good = true;
    try (Surroundings.OpenSite site = surroundings.open(settings, offline)) {
      Served served = site.served();
      say(
          "ok",
          settings.serves().toString(),
          "%d operations in %d APIs, digest %s"
              .formatted(served.operations().size(), served.apis().size(), served.digest()));
      served
          .unmatched()
          .forEach(name -> say("warning", "policy.yaml", name + " is nothing that the site has"));
      for (Surroundings.Checked checked : site.contracts()) {
        good &= say(checked);
      }
      if (!offline) {
        for (Surroundings.Checked checked : site.check()) {
          good &= say(checked);
        }
      }
    }
    if (settings.pageKey().isPresent()) {
      PageKey.read(settings.pageKey().get());
      say("ok", "pages " + settings.pageKey().get(), "");
    } else {
      say(
          "warning",
          "pages",
          "no key: a nextLink works only on the agent that made it, and until it ends");
    }
    good &= say(auditFolder(settings));
    for (Surroundings.Checked checked : surroundings.check(settings, offline)) {
      good &= say(checked);
    }
    return good ? Program.DONE : Program.FAILED;
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
    return new Papers(settings.serves(), out()).documents(into, publicUrl);
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
    return new Papers(settings.serves(), out()).publish(chosen == null ? List.of() : chosen);
  }

  /** {@code agent describe}: each API, operation, parameter and column as the bridge sees them. */
  @Command(
      name = "describe",
      mixinStandardHelpOptions = true,
      description = "Shows APIs, operations and columns as the bridge sees them.")
  int describe(
      @Option(names = "--config", paramLabel = "FILE", required = true, description = "agent.yaml")
          Path config,
      @Option(names = "--offline", description = "ask no source") boolean offline) {
    AgentSettings settings = AgentSettings.read(config);
    try (Surroundings.OpenSite site = surroundings.open(settings, offline)) {
      Description.of(site.served()).forEach(out()::println);
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

  /** Looks without taking the folder, which a running agent holds. */
  private static Surroundings.Checked auditFolder(AgentSettings settings) {
    Path nearest = settings.audit().folder().toAbsolutePath();
    while (!Files.exists(nearest) && nearest.getParent() != null) {
      nearest = nearest.getParent();
    }
    boolean writable = Files.isDirectory(nearest) && Files.isWritable(nearest);
    return new Surroundings.Checked(
        "audit " + settings.audit().folder(),
        writable,
        writable ? "" : "this program's user may not write in " + nearest);
  }

  private boolean say(Surroundings.Checked checked) {
    say(checked.good() ? "ok" : "failed", checked.what(), checked.detail());
    return checked.good();
  }

  private void say(String verdict, String what, String detail) {
    out().println("%-8s %s%s".formatted(verdict, what, detail.isEmpty() ? "" : ": " + detail));
    out().flush();
  }

  private PrintWriter out() {
    return line().getOut();
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

  private static String version() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
