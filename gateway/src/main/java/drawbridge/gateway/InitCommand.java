package drawbridge.gateway;

import drawbridge.relay.FirstIdentity;
import drawbridge.relay.KeyRequest;
import drawbridge.relay.PeerName;
import drawbridge.settings.Answers;
import drawbridge.settings.Answers.Rule;
import drawbridge.settings.Children;
import drawbridge.settings.NewFiles;
import drawbridge.settings.Program;
import drawbridge.settings.Secret;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code gateway init}: the first files of a gateway. Asks at a terminal for what no flag says,
 * writes over nothing, and ends with the check.
 */
@Command(
    name = "init",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Writes the first settings, keys and certificate requests of a gateway; then checks them.",
      "Asks for what is not given, where there is a terminal; writes over nothing."
    })
final class InitCommand implements Callable<Integer> {
  /** Where the packages' unit looks. */
  private static final Path INSTALLED = Path.of("/etc/drawbridge/gateway");

  private static final Path PROGRAM = Path.of("/usr/bin/drawbridge-gateway");

  private static final Rule URL =
      new Rule(
          text -> text.matches("https://[A-Za-z0-9.-]+(:\\d{1,5})?(/[A-Za-z0-9._~/-]*)?"),
          "a URL such as https://api.contoso.com/legacy");
  private static final Rule NAMES =
      new Rule(
          text -> text.matches("[a-z0-9-]{1,40}(,[a-z0-9-]{1,40})*"),
          "names with commas between, each of 1 to 40 of a-z, 0-9 and -");
  private static final Rule PORT =
      new Rule(text -> text.matches("\\d{1,5}"), "a port, such as 8443");

  private final Answers answers;

  @Spec @Nullable CommandSpec spec;

  @Option(names = "--into", paramLabel = "DIR", description = "folder of gateway.yaml")
  @Nullable Path into;

  @Option(names = "--name", description = "of the gateway")
  @Nullable String name;

  @Option(names = "--public-url", paramLabel = "URL", description = "what callers see")
  @Nullable String publicUrl;

  @Option(names = "--port", description = "of the front door; default 8443")
  @Nullable String port;

  @Option(names = "--private-port", description = "of health and metrics; default 9090")
  @Nullable String privatePort;

  @Option(
      names = "--site",
      paramLabel = "SITE=AGENT[,AGENT]",
      description = "a site with its agents; may be given again")
  @Nullable Map<String, String> sites;

  @Option(
      names = "--api",
      paramLabel = "SITE=API[,API]",
      description = "names of the APIs that a site owns; default: first")
  @Nullable Map<String, String> apis;

  @Option(
      names = "--namespace",
      paramLabel = "HOST",
      description = "of Service Bus, such as contoso.servicebus.windows.net")
  @Nullable String namespace;

  @Option(names = "--key-name", description = "of the shared access key; default: the name")
  @Nullable String keyName;

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      description = "holds the shared access key; it is copied")
  @Nullable Path keyFile;

  @Option(
      names = "--emulator",
      description = "the namespace is a local one on this machine, without TLS")
  boolean emulator;

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
    Path folder =
        Path.of(
            answers.usual(
                "--into",
                into == null ? null : into.toString(),
                "Folder of gateway.yaml",
                Files.isDirectory(INSTALLED) ? INSTALLED.toString() : "drawbridge-gateway",
                Rule.PLAIN));
    String name =
        answers.needed("--name", this.name, "Name of this gateway", "gateway-1", Rule.NAME);
    String url = answers.needed("--public-url", publicUrl, "URL that callers see", "", URL);
    String front = answers.usual("--port", port, "Port of the front door", "8443", PORT);
    String inner =
        answers.usual("--private-port", privatePort, "Port of health and metrics", "9090", PORT);
    String sites = sites();
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
    if (!answers.mistakes().isEmpty()) {
      throw new ParameterException(line(), String.join(System.lineSeparator(), answers.mistakes()));
    }

    boolean service = folder.toAbsolutePath().normalize().equals(INSTALLED);
    FirstIdentity identity =
        FirstIdentity.of(PeerName.gateway(name), folder, samples, service ? "gateway" : "");
    NewFiles files = new NewFiles();
    identity.addTo(files);
    Path secrets = folder.resolve("secrets");
    if (!sas.isEmpty()) {
      files.secret(secrets.resolve("sas"), sas);
    }
    files.secret(secrets.resolve("audit.key"), FirstIdentity.signer());
    List<String> steps = new ArrayList<>(identity.steps());
    if (sas.isEmpty()) {
      steps.add(
          "write the shared access key into "
              + secrets.resolve("sas")
              + ", for its owner alone to read");
    }
    frontDoor(files, folder, URI.create(url).getHost(), steps);
    files.text(
        folder.resolve("gateway.yaml"),
        """
        # This machine's gateway. docs/gateway.md explains every key; a misspelt one is refused.
        name: %1$s
        # what callers see; every absolute URL comes from here
        public-url: "%2$s"
        listen: { port: %3$s, certificate: front.pem, key: %4$s }
        # health and metrics, in plain HTTP
        private: { port: %5$s, address: 127.0.0.1 }
        callers:
          certificates: { trust: connectors-ca.pem, required: true }
          # tokens of Entra ID, verified here and again by the agents
          # tokens: { tenant: 11111111-2222-3333-4444-555555555555, audience: "api://drawbridge", keys: { url: "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/discovery/v2.0/keys" } }
        namespace:
          endpoint: "%6$s"
        %7$s\
          login: { sas: { name: "%8$s", key-file: %9$s } }
        %10$s\
        audit: { folder: %11$s, key: %12$s }
        # which agents may come up for a site, and which APIs are the site's own
        sites:
        %13$s\
        """
            .formatted(
                name,
                url,
                front,
                identity.secret("front.key"),
                inner,
                host,
                emulator ? "  emulator: true\n" : "",
                key,
                identity.secret("sas"),
                identity.section(),
                service ? "/var/lib/drawbridge/gateway/audit" : "audit",
                identity.secret("audit.key"),
                sites));
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
    report(files, steps);
    if (!unchecked) {
      check(folder);
    }
    return Program.DONE;
  }

  private void frontDoor(NewFiles files, Path folder, String host, List<String> steps)
      throws IOException {
    Path key = folder.resolve("secrets").resolve("front.key");
    if (samples != null) {
      files.secret(key, new Secret(Files.readString(samples.resolve("front.key"))));
      for (String file : List.of("front.pem", "connectors-ca.pem")) {
        files.text(folder.resolve(file), Files.readString(samples.resolve(file)));
      }
      return;
    }
    KeyRequest made = KeyRequest.frontDoor(host);
    files.secret(key, made.key()).text(folder.resolve("front.csr"), made.request());
    steps.add(
        "let a CA that callers trust issue front.pem for front.csr, and put it into " + folder);
    steps.add(
        "put the CA that issues the connectors' certificates into "
            + folder.resolve("connectors-ca.pem"));
  }

  private String sites() {
    Map<String, String> all = new LinkedHashMap<>();
    if (sites != null) {
      all.putAll(sites);
    } else {
      String site =
          answers.needed("--site", null, "Site behind this gateway", "plant-1", Rule.NAME);
      all.put(site, answers.needed("--site", null, "Its agents", "agent-a", NAMES));
    }
    return all.entrySet().stream()
        .map(
            site -> {
              String named = answers.needed("--site", site.getKey(), "", "", Rule.NAME);
              String agents = answers.needed("--site", site.getValue(), "", "", NAMES);
              String owned =
                  answers.usual(
                      "--api",
                      apis == null ? null : apis.getOrDefault(named, "first"),
                      "APIs of " + named,
                      "first",
                      NAMES);
              return "  %s: { agents: [%s], apis: [%s] }%n"
                  .formatted(named, agents.replace(",", ", "), owned.replace(",", ", "));
            })
        .collect(Collectors.joining());
  }

  private void report(NewFiles files, List<String> steps) {
    PrintWriter out = line().getOut();
    out.println("Written:");
    files.all().forEach(file -> out.println("  " + file));
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
    String file = folder.resolve("gateway.yaml").toString();
    line().getOut().println("\ndrawbridge gateway check --config " + file);
    line().getOut().flush();
    if (folder.toAbsolutePath().normalize().equals(INSTALLED) && Files.isExecutable(PROGRAM)) {
      // As the service's user, with the secrets that systemd would hand over.
      Children.run(PROGRAM.toString(), "check", "--config", file);
    } else if (parent != null) {
      var _ = parent.execute("check", "--config", file);
    }
  }

  private CommandLine line() {
    return Objects.requireNonNull(spec).commandLine();
  }
}
