package drawbridge.gateway;

import drawbridge.relay.FirstRun;
import drawbridge.relay.KeyRequest;
import drawbridge.relay.PeerName;
import drawbridge.settings.Answers;
import drawbridge.settings.Answers.Rule;
import drawbridge.settings.NewFiles;
import drawbridge.settings.Secret;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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

  @Mixin final FirstRun first;

  @Spec @Nullable CommandSpec spec;

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

  InitCommand() {
    this(Answers.atTerminal());
  }

  InitCommand(Answers answers) {
    this.answers = answers;
    this.first = new FirstRun("gateway", answers);
  }

  @Override
  public Integer call() throws IOException {
    Path folder = first.folder();
    String name =
        answers.needed("--name", this.name, "Name of this gateway", "gateway-1", Rule.NAME);
    String url = answers.needed("--public-url", publicUrl, "URL that callers see", "", URL);
    String front = answers.usual("--port", port, "Port of the front door", "8443", PORT);
    String inner =
        answers.usual("--private-port", privatePort, "Port of health and metrics", "9090", PORT);
    String sites = sites();
    FirstRun.Login login = first.login(name);
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    FirstRun.Begun begun = first.begin(line, () -> PeerName.gateway(name), folder, login);
    frontDoor(begun, folder, URI.create(url).getHost());
    begun
        .files()
        .text(
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
            %6$s\
            %7$s\
            %8$s\
            # which agents may come up for a site, and which APIs are the site's own
            sites:
            %9$s\
            """
                .formatted(
                    name,
                    url,
                    front,
                    begun.identity().secret("front.key"),
                    inner,
                    begun.namespace(),
                    begun.identity().section(),
                    begun.audit(),
                    sites));
    return begun.finish(line);
  }

  private void frontDoor(FirstRun.Begun begun, Path folder, String host) throws IOException {
    NewFiles files = begun.files();
    Path key = begun.secrets().resolve("front.key");
    Path samples = first.samples();
    if (samples != null) {
      files.secret(key, new Secret(Files.readString(samples.resolve("front.key"))));
      for (String file : List.of("front.pem", "connectors-ca.pem")) {
        files.text(folder.resolve(file), Files.readString(samples.resolve(file)));
      }
      return;
    }
    KeyRequest made = KeyRequest.frontDoor(host);
    files.secret(key, made.key()).text(folder.resolve("front.csr"), made.request());
    begun
        .steps()
        .add(
            "let a CA that callers trust issue front.pem for front.csr, and put it into " + folder);
    begun
        .steps()
        .add(
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
}
