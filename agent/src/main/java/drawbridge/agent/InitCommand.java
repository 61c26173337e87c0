package drawbridge.agent;

import drawbridge.relay.FirstIdentity;
import drawbridge.relay.FirstRun;
import drawbridge.relay.PeerName;
import drawbridge.settings.Answers;
import drawbridge.settings.Answers.Rule;
import drawbridge.settings.NewFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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
  private final Answers answers;

  @Mixin final FirstRun first;

  @Spec @Nullable CommandSpec spec;

  @Option(names = "--site", description = "site of the agent, such as plant-1")
  @Nullable String site;

  @Option(names = "--name", description = "of the agent, its own in the site")
  @Nullable String name;

  @Option(names = "--gateway", description = "to connect to; may be given again")
  @Nullable List<String> gateways;

  @Option(names = "--proxy", paramLabel = "URL", description = "HTTP proxy on the way there")
  @Nullable String proxy;

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

  InitCommand() {
    this(Answers.atTerminal());
  }

  InitCommand(Answers answers) {
    this.answers = answers;
    this.first = new FirstRun("agent", answers);
  }

  @Override
  public Integer call() throws IOException {
    Path folder = first.folder();
    String site = answers.needed("--site", this.site, "Site of this agent", "plant-1", Rule.NAME);
    String name = answers.needed("--name", this.name, "Name of this agent", "agent-a", Rule.NAME);
    List<String> all = gateways();
    FirstRun.Login login = first.login(name);
    String way =
        answers.optional(
            "--proxy", proxy, "HTTP proxy on the way there, as http://HOST:PORT", Rule.PLAIN);
    FirstSite served = new FirstSite(sources());
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    FirstRun.Begun begun = first.begin(line, () -> PeerName.agent(site, name), folder, login);
    NewFiles files = begun.files();
    files.secret(begun.secrets().resolve("pages.key"), FirstIdentity.pageKey());
    served.addTo(files, folder, begun.identity()::secretFromBelow);
    files.text(
        folder.resolve("agent.yaml"),
        """
        # This machine's agent. docs/agent.md explains every key; a misspelt one is refused.
        site: %1$s
        name: %2$s
        # policy.yaml, sources.yaml and apis/: the same on every agent of the site
        serves: site/
        gateways: [%3$s]
        %4$s\
        # AMQP on port 5671, or WebSockets on 443 where that is barred or a proxy is set.
        # transport: websocket takes 443 without a proxy; trust: [system, proxy-ca.pem] is for a proxy that inspects TLS.
        %5$s
        %6$s\
        %7$s\
        # the same file on every agent of the site, so that one goes on with another's pages
        pages: { key: %8$s }
        """
            .formatted(
                site,
                name,
                String.join(", ", all),
                begun.namespace(),
                way.isEmpty()
                    ? "# network: { proxy: { url: \"http://proxy.example:8080\" } }"
                    : "network: { proxy: { url: \"" + way + "\" } }",
                begun.identity().section(),
                begun.audit(),
                begun.identity().secret("pages.key")));
    begun.steps().addAll(served.steps(folder));
    return begun.finish(line);
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
}
