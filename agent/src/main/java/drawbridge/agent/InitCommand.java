package drawbridge.agent;

import drawbridge.relay.FirstIdentity;
import drawbridge.relay.PeerName;
import drawbridge.settings.Answers;
import drawbridge.settings.Answers.Rule;
import drawbridge.settings.Children;
import drawbridge.settings.NewFiles;
import drawbridge.settings.Program;
import drawbridge.settings.Secret;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code agent init}: the first files of an agent, with a policy that allows nothing. Asks at a
 * terminal for what no flag says, writes over nothing, and ends with the check.
 */
@Command(
    name = "init",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Writes the first settings, key and certificate request of an agent; then checks them.",
      "Asks for what is not given, where there is a terminal; writes over nothing."
    })
final class InitCommand implements Callable<Integer> {
  /** Where the packages' unit looks. */
  private static final Path INSTALLED = Path.of("/etc/drawbridge/agent");

  private static final Path PROGRAM = Path.of("/usr/bin/drawbridge-agent");

  private final Answers answers;

  @Spec @Nullable CommandSpec spec;

  @Option(names = "--into", paramLabel = "DIR", description = "folder of agent.yaml")
  @Nullable Path into;

  @Option(names = "--site", description = "site of the agent, such as plant-1")
  @Nullable String site;

  @Option(names = "--name", description = "of the agent, its own in the site")
  @Nullable String name;

  @Option(names = "--gateway", description = "to connect to; may be given again")
  @Nullable List<String> gateways;

  @Option(
      names = "--namespace",
      paramLabel = "HOST",
      description = "of Service Bus, such as contoso.servicebus.windows.net")
  @Nullable String namespace;

  @Option(names = "--key-name", description = "of the shared access key; default: the agent's name")
  @Nullable String keyName;

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      description = "holds the shared access key; it is copied")
  @Nullable Path keyFile;

  @Option(names = "--proxy", paramLabel = "URL", description = "HTTP proxy on the way there")
  @Nullable String proxy;

  @Option(
      names = "--emulator",
      description = "the namespace is a local one on this machine, without TLS")
  boolean emulator;

  @Option(
      names = "--source",
      paramLabel = "NAME=URL",
      description = "a JDBC URL, or the host name of an IBM i; may be given again")
  @Nullable Map<String, String> sources;

  @Option(names = "--source-user", paramLabel = "NAME=USER", description = "of a source")
  @Nullable Map<String, String> users;

  @Option(
      names = "--source-password-file",
      paramLabel = "NAME=FILE",
      description = "of a source; it is copied")
  @Nullable Map<String, Path> passwords;

  @Option(
      names = "--samples",
      paramLabel = "DIR",
      description = "take certificates that “certs sample DIR” made, to try things out")
  @Nullable Path samples;

  @Option(names = "--no-check", description = "don't end with the check")
  boolean unchecked;

  InitCommand() {
    this(Answers.atTerminal());
  }

  InitCommand(Answers answers) {
    this.answers = answers;
  }

  @Override
  public Integer call() throws IOException {
    boolean installed = Files.isDirectory(INSTALLED);
    Path folder =
        Path.of(
            answers.usual(
                "--into",
                into == null ? null : into.toString(),
                "Folder of agent.yaml",
                installed ? INSTALLED.toString() : "drawbridge-agent",
                Rule.PLAIN));
    String site = answers.needed("--site", this.site, "Site of this agent", "plant-1", Rule.NAME);
    String name = answers.needed("--name", this.name, "Name of this agent", "agent-a", Rule.NAME);
    List<String> all = gateways();
    String host =
        answers.needed(
            "--namespace",
            namespace,
            "Service Bus namespace, such as contoso.servicebus.windows.net",
            "",
            Rule.HOST);
    String key =
        answers.usual("--key-name", keyName, "Name of its shared access key", name, Rule.PLAIN);
    Secret sas =
        keyFile == null
            ? answers.secret("Value of that key")
            : answers.secret("--key-file", keyFile);
    String way =
        answers.optional(
            "--proxy", proxy, "HTTP proxy on the way there, as http://HOST:PORT", Rule.PLAIN);
    FirstSite first = new FirstSite(sources());
    refuse();

    boolean service = folder.toAbsolutePath().normalize().equals(INSTALLED);
    FirstIdentity identity =
        FirstIdentity.of(PeerName.agent(site, name), folder, samples, service ? "agent" : "");
    NewFiles files = new NewFiles();
    identity.addTo(files);
    Path secrets = folder.resolve("secrets");
    if (!sas.isEmpty()) {
      files.secret(secrets.resolve("sas"), sas);
    }
    files.secret(secrets.resolve("audit.key"), FirstIdentity.signer());
    files.secret(secrets.resolve("pages.key"), FirstIdentity.pageKey());
    first.addTo(files, folder, identity::secretFromBelow);
    files.text(
        folder.resolve("agent.yaml"),
        """
        # This machine's agent. docs/agent.md explains every key; a misspelt one is refused.
        site: %1$s
        name: %2$s
        # policy.yaml, sources.yaml and apis/: the same on every agent of the site
        serves: site/
        gateways: [%3$s]
        namespace:
          endpoint: "%4$s"
        %5$s\
          login: { sas: { name: "%6$s", key-file: %7$s } }
        # AMQP on port 5671, or WebSockets on 443 where that is barred or a proxy is set.
        # transport: websocket takes 443 without a proxy; trust: [system, proxy-ca.pem] is for a proxy that inspects TLS.
        %8$s
        %9$s\
        audit: { folder: %10$s, key: %11$s }
        # the same file on every agent of the site, so that one goes on with another's pages
        pages: { key: %12$s }
        """
            .formatted(
                site,
                name,
                String.join(", ", all),
                host,
                emulator ? "  emulator: true\n" : "",
                key,
                identity.secret("sas"),
                way.isEmpty()
                    ? "# network: { proxy: { url: \"http://proxy.example:8080\" } }"
                    : "network: { proxy: { url: \"" + way + "\" } }",
                identity.section(),
                service ? "/var/lib/drawbridge/agent/audit" : "audit",
                identity.secret("audit.key"),
                identity.secret("pages.key")));
    List<Path> there = files.inTheWay();
    if (!there.isEmpty()) {
      line()
          .getErr()
          .println(
              "drawbridge: "
                  + there.getFirst()
                  + " is there already, and nothing is written over. Fix: name another folder with --into, or move it away");
      return Program.FAILED;
    }
    files.write();
    report(files, identity, first, !sas.isEmpty(), folder);
    if (!unchecked) {
      out().println();
      check(folder);
    }
    return Program.DONE;
  }

  private void report(
      NewFiles files, FirstIdentity identity, FirstSite first, boolean sas, Path folder) {
    PrintWriter out = out();
    out.println("Written:");
    files.all().forEach(file -> out.println("  " + file));
    List<String> steps = new ArrayList<>(identity.steps());
    if (!sas) {
      steps.add(
          "write the shared access key into "
              + folder.resolve("secrets/sas")
              + ", for its owner alone to read");
    }
    steps.addAll(first.steps(folder));
    out.println("Still to do:");
    int i = 0;
    for (String step : steps) {
      out.println("  " + ++i + ". " + step);
    }
    out.flush();
  }

  /** What it says of what is still to do is no failure of this command. */
  private void check(Path folder) throws IOException {
    CommandLine parent = line().getParent();
    String file = folder.resolve("agent.yaml").toString();
    out().println("drawbridge agent check --config " + file);
    out().flush();
    if (folder.toAbsolutePath().normalize().equals(INSTALLED) && Files.isExecutable(PROGRAM)) {
      // As the service's user, with the secrets that systemd would hand over.
      Children.run(PROGRAM.toString(), "check", "--config", file);
    } else if (parent != null) {
      var _ = parent.execute("check", "--config", file);
    }
  }

  private List<String> gateways() {
    if (gateways == null) {
      return List.of(
          answers.needed("--gateway", null, "Gateway to connect to", "gateway-1", Rule.NAME));
    }
    gateways.forEach(
        gateway -> {
          var _ = answers.needed("--gateway", gateway, "", "", Rule.NAME);
        });
    return gateways;
  }

  private Map<String, FirstSite.Source> sources() {
    Map<String, String> given = new LinkedHashMap<>(sources == null ? Map.of() : sources);
    Map<String, FirstSite.Source> all = new LinkedHashMap<>();
    if (given.isEmpty() && answers.terminal()) {
      String source = answers.optional("--source", null, "Name of a first source", Rule.NAME);
      if (!source.isEmpty()) {
        given.put(
            source,
            answers.needed(
                "--source", null, "Its JDBC URL, or the host name of an IBM i", "", Rule.PLAIN));
      }
    }
    for (Map.Entry<String, String> source : given.entrySet()) {
      String of = source.getKey();
      var _ = answers.needed("--source", of, "", "", Rule.NAME);
      var _ = answers.needed("--source", source.getValue(), "", "", Rule.PLAIN);
      String user =
          answers.needed(
              "--source-user",
              users == null ? null : users.get(of),
              "User at " + of + ", with no more rights than needed",
              "",
              Rule.PLAIN);
      Path file = passwords == null ? null : passwords.get(of);
      all.put(
          of,
          new FirstSite.Source(
              source.getValue(),
              user,
              file == null
                  ? answers.secret("Password of " + user)
                  : answers.secret("--source-password-file", file)));
    }
    return all;
  }

  private void refuse() {
    if (!answers.mistakes().isEmpty()) {
      throw new ParameterException(line(), String.join(System.lineSeparator(), answers.mistakes()));
    }
  }

  private PrintWriter out() {
    return line().getOut();
  }

  private CommandLine line() {
    return java.util.Objects.requireNonNull(spec).commandLine();
  }
}
