package drawbridge.agent;

import drawbridge.agent.console.StatusSocket;
import drawbridge.audit.AuditDisk;
import drawbridge.relay.ManageOption;
import drawbridge.relay.NetworkSettings;
import drawbridge.relay.WayCheck;
import drawbridge.settings.Answers;
import drawbridge.settings.Bundle;
import drawbridge.settings.BundleOptions;
import drawbridge.settings.Finding;
import drawbridge.settings.Findings;
import drawbridge.settings.SecretFiles;
import drawbridge.settings.Section;
import drawbridge.settings.SettingsException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/**
 * {@code agent check}: looks at everything that an agent stands on, in the order in which one thing
 * rests on another, and says of each whether it is right, and if not what to do. Serves nothing.
 */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Reads every file and tries every connection; serves nothing.")
final class CheckCommand implements Callable<Integer> {
  @Spec @Nullable CommandSpec spec;

  @ParentCommand @Nullable Main main;

  @Option(names = "--config", paramLabel = "FILE", description = "agent.yaml")
  @Nullable Path config;

  @Mixin final ManageOption manage = new ManageOption();

  @Mixin final BundleOptions bundle = new BundleOptions();

  @Option(names = "--offline", description = "only read the files")
  boolean offline;

  @Option(names = "--json", description = "for machines, as docs/check.md says")
  boolean json;

  @Option(
      names = "--namespace",
      paramLabel = "HOST[:PORT]",
      description = "without any settings: only the way to this namespace, and what to ask for")
  @Nullable String namespace;

  @Option(names = "--proxy", paramLabel = "URL", description = "with --namespace: http://HOST:PORT")
  @Nullable String proxy;

  @Option(
      names = "--trust",
      paramLabel = "FILE",
      description = "with --namespace: PEM file of a CA to trust beside the system's")
  @Nullable Path trust;

  @Override
  public Integer call() throws IOException {
    Findings findings = new Findings(out(), json);
    if (namespace != null) {
      if (manage.given()) {
        throw wrong("--manage looks at the queues that settings name: give --config FILE");
      }
      return way(findings, namespace);
    }
    if (config == null) {
      throw wrong(
          "say what to check: --config FILE, or --namespace HOST where there are no settings yet");
    }
    List<Path> secrets = new ArrayList<>(SecretFiles.of(config));
    secrets.addAll(manage.secrets());
    Optional<AgentSettings> settings = look(findings, config, secrets);
    bundle.write(
        "agent",
        Main.version(),
        findings,
        secrets,
        config,
        zip -> settings.ifPresent(read -> add(read, zip)),
        json ? new PrintWriter(Writer.nullWriter()) : out());
    return findings.end("agent", Main.version());
  }

  /** What rests on something broken is not looked at: it would only hide the cause. */
  private Optional<AgentSettings> look(Findings findings, Path file, List<Path> secrets) {
    AgentSettings settings;
    try {
      settings = AgentSettings.read(file);
    } catch (SettingsException e) {
      findings.add(Finding.failed(e));
      return Optional.empty();
    }
    secrets.addAll(SecretFiles.of(settings.serves().resolve("sources.yaml")));
    findings.add(Finding.ok(settings.file().toString(), ""));
    findings.addAll(SecretFiles.rights(secrets));
    findings.step(() -> site(settings));
    findings.step(() -> pages(settings));
    findings.add(AuditDisk.look(settings.audit().folder()));
    boolean way = findings.step(() -> surroundings().check(settings, offline));
    if (!offline && way && manage.given()) {
      findings.step(() -> surroundings().queues(settings, manage));
    } else if (!offline && !json) {
      out().println(ManageOption.HINT);
    }
    if (!offline && way && findings.good()) {
      findings.step(() -> surroundings().channels(settings));
    }
    return Optional.of(settings);
  }

  private List<Finding> site(AgentSettings settings) {
    List<Finding> found = new ArrayList<>();
    try (Surroundings.OpenSite site = surroundings().open(settings, offline)) {
      Served served = site.served();
      found.add(
          Finding.ok(
              settings.serves().toString(),
              "%d operations in %d APIs, digest %s"
                  .formatted(served.operations().size(), served.apis().size(), served.digest())));
      served
          .apis()
          .forEach(
              api ->
                  found.add(
                      Finding.ok(
                          "API " + api.name() + "/" + api.version(),
                          api.operations().size() + " operations")));
      served
          .unmatched()
          .forEach(
              name ->
                  found.add(
                      Finding.warning(
                          "policy.yaml", name + " is nothing that the site has", "mend the name")));
      found.addAll(site.contracts());
      if (!offline) {
        found.addAll(site.check());
      }
    }
    return found;
  }

  private static List<Finding> pages(AgentSettings settings) {
    if (settings.pageKey().isPresent()) {
      PageKey.read(settings.pageKey().get());
      return List.of(Finding.ok("pages " + settings.pageKey().get(), ""));
    }
    return List.of(
        Finding.warning(
            "pages",
            "no key: a nextLink works only on the agent that made it, and until it ends",
            "write 64 hex digits (openssl rand -hex 32) into a file for all agents of the site"));
  }

  /** Before there are any settings: what must be asked for, and whether it was granted. */
  private int way(Findings findings, String name) {
    if (!Answers.Rule.HOST.holds().test(name)) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(),
          "--namespace: “" + name + "” is not " + Answers.Rule.HOST.said());
    }
    int colon = name.indexOf(':');
    String host = colon < 0 ? name : name.substring(0, colon);
    int port = colon < 0 ? 0 : Integer.parseInt(name.substring(colon + 1));
    NetworkSettings network = network();
    WayCheck.Result result = WayCheck.run(host, port, network);
    boolean one = result.amqp() || result.webSockets();
    for (Finding finding : result.findings()) {
      findings.add(
          one && !finding.what().equals("clock")
              ? finding.unneeded("nothing, if the other way shall do")
              : finding);
    }
    if (result.webSockets() && !result.amqp() && network.proxy().isEmpty()) {
      findings.add(
          Finding.warning(
              "way to " + host,
              "WebSockets get through, AMQP does not",
              "nothing: an agent finds that by itself; “network: { transport: websocket }” saves"
                  + " the attempt at each start"));
    }
    if (!json) {
      out().println();
      out().print(WayCheck.firewallRequest(host, port, network.proxy()));
      out().flush();
    }
    return findings.end("agent", Main.version());
  }

  /** The section as it would stand in agent.yaml, so that the same rules hold. */
  private NetworkSettings network() {
    if (proxy == null && trust == null) {
      return NetworkSettings.DIRECT;
    }
    StringBuilder text = new StringBuilder();
    if (proxy != null) {
      text.append("proxy: { url: \"").append(proxy).append("\" }\n");
    }
    if (trust != null) {
      text.append("trust: [system, \"").append(trust.toAbsolutePath()).append("\"]\n");
    }
    return NetworkSettings.read(Section.parse(Path.of("--proxy, --trust"), text.toString()));
  }

  private static void add(AgentSettings settings, Bundle zip) {
    zip.settingsIn("settings/site", settings.serves());
    zip.listing("audit.txt", settings.audit().folder());
    zip.text("status.json", status(settings));
  }

  private static String status(AgentSettings settings) {
    try {
      Path socket = new StateFolder(settings.state()).status();
      return Files.exists(socket) ? StatusSocket.ask(socket) : "(no agent runs)\n";
    } catch (IOException e) {
      return "(no agent answers)\n";
    }
  }

  private Surroundings surroundings() {
    return Objects.requireNonNull(main).surroundings();
  }

  private ParameterException wrong(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }

  private PrintWriter out() {
    return Objects.requireNonNull(spec).commandLine().getOut();
  }
}
