package drawbridge.certs;

import drawbridge.settings.Program;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code drawbridge certs sample DIR}. What it leaves in the folder: certs-sample/README.md. */
@Command(
    name = "sample",
    description = "Make sample CAs, certificates, CRLs and the audit keys. Not for production.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class SampleCommand implements Callable<Integer> {
  private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,40}");
  private static final Pattern AGENT = Pattern.compile("([a-z0-9-]{1,40})/([a-z0-9-]{1,40})");

  /** They are file names too. */
  private static final Pattern CONNECTOR = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,59}");

  private static final Set<String> OURS =
      Set.of("relay-ca", "connectors-ca", "front-ca", "front", "namespace", "audit");

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before call
  private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "DIR", description = "Where to write; made where missing.")
  @SuppressWarnings("NullAway.Init") // required
  private Path folder;

  @Option(names = "--site", paramLabel = "S", description = "A site; gets agent-a.")
  private List<String> sites = new ArrayList<>();

  @Option(
      names = "--agent",
      paramLabel = "SITE/NAME",
      description = "An agent (default plant-1/agent-a and plant-1/agent-b).")
  private List<String> agents = new ArrayList<>();

  @Option(names = "--gateway", paramLabel = "NAME", description = "A gateway (gateway-1).")
  private List<String> gateways = new ArrayList<>();

  @Option(names = "--connector", paramLabel = "CN", description = "A connector (connector).")
  private List<String> connectors = new ArrayList<>();

  @Option(
      names = "--days",
      paramLabel = "N",
      defaultValue = "30",
      description = "Days that everything is good for, 1 to 365 (default ${DEFAULT-VALUE}).")
  private int days;

  @Option(names = "--force", description = "Write into a folder that is not empty.")
  private boolean force;

  private record Agent(String site, String name) {}

  @Override
  public Integer call() throws IOException {
    Set<Agent> all = agents();
    Set<String> gates = checked("--gateway", gateways, NAME, "gateway-1");
    Set<String> callers = checked("--connector", connectors, CONNECTOR, "connector");
    if (days < 1 || days > 365) {
      throw wrong("--days: " + days + " is not a number from 1 to 365");
    }
    Map<String, SampleRequest> relay = relay(all, gates);
    Map<String, SampleRequest> connector = new LinkedHashMap<>();
    for (String name : callers) {
      put(connector, relay.keySet(), name, SampleRequest.connector(name));
    }
    Files.createDirectories(folder);
    if (!force && !isEmpty(folder)) {
      spec.commandLine()
          .getErr()
          .println("drawbridge: " + folder + " is not empty. Fix: name a new one, or add --force");
      return Program.WRONG_USE;
    }

    SamplePki pki = new SamplePki(Instant.now(), Duration.ofDays(days));
    PrintWriter out = spec.commandLine().getOut();
    out.println("Sample certificates, good for " + days + " days, in " + folder + ":");
    write(pki.relay(), "relay", "issues agents and gateways", relay, out);
    write(pki.connectors(), "connectors", "issues connectors", connector, out);
    write(pki.front(), "front", "issues the servers on this machine", Map.of(), out);
    pki.local("front door").write(folder, "front");
    line(out, "front.pem .key", "HTTPS of the gateway on localhost");
    pki.local("local namespace").write(folder, "namespace");
    line(out, "namespace.pem .key", "TLS of the local namespace");
    SampleFiles.key(folder.resolve("audit.key"), pki.audit().getPrivate());
    SampleFiles.publicKey(folder.resolve("audit.pub"), pki.audit().getPublic());
    List<String> logs = new ArrayList<>();
    all.forEach(agent -> logs.add("drawbridge/" + agent.site() + "/agent/" + agent.name()));
    gates.forEach(gate -> logs.add("drawbridge/gateway/" + gate));
    SampleFiles.text(folder.resolve("audit.vkey"), SampleNote.keys(pki.audit().getPublic(), logs));
    line(out, "audit.key .pub .vkey", "sign and verify the audit logs");
    SampleFiles.secret(folder.resolve("pages.key"), 32);
    line(out, "pages.key", "seals the page tokens of a site's agents");
    SampleFiles.text(folder.resolve("README.txt"), README);
    out.println(
        "Next: name them in agent.yaml and gateway.yaml; certs-sample/README.md shows how.");
    out.flush();
    return Program.DONE;
  }

  private Set<Agent> agents() {
    Set<Agent> all = new LinkedHashSet<>();
    for (String agent : agents) {
      var parts = AGENT.matcher(agent);
      if (!parts.matches()) {
        throw wrong(
            "--agent: “" + agent + "” is not SITE/NAME with 1 to 40 of a-z, 0-9 and - each");
      }
      all.add(new Agent(parts.group(1), parts.group(2)));
    }
    if (sites.isEmpty() && agents.isEmpty()) {
      return new LinkedHashSet<>(
          List.of(new Agent("plant-1", "agent-a"), new Agent("plant-1", "agent-b")));
    }
    for (String site : sites) {
      if (!NAME.matcher(site).matches()) {
        throw wrong("--site: “" + site + "” is not a name of 1 to 40 of a-z, 0-9 and -");
      }
      if (all.stream().noneMatch(agent -> agent.site().equals(site))) {
        all.add(new Agent(site, "agent-a"));
      }
    }
    return all;
  }

  private Set<String> checked(String option, List<String> names, Pattern rule, String otherwise) {
    for (String name : names) {
      if (!rule.matcher(name).matches()) {
        throw wrong(option + ": “" + name + "” does not match " + rule);
      }
    }
    return new LinkedHashSet<>(names.isEmpty() ? List.of(otherwise) : names);
  }

  private Map<String, SampleRequest> relay(Set<Agent> all, Set<String> gates) {
    Map<String, SampleRequest> files = new LinkedHashMap<>();
    for (Agent agent : all) {
      boolean twice = all.stream().filter(a -> a.name().equals(agent.name())).count() > 1;
      String file = twice ? agent.site() + "." + agent.name() : agent.name();
      put(files, Set.of(), file, SampleRequest.agent(agent.site(), agent.name()));
    }
    for (String gateway : gates) {
      put(files, Set.of(), gateway, SampleRequest.gateway(gateway));
    }
    return files;
  }

  /** Every name is taken once: a file never holds another certificate than its reader expects. */
  private void put(
      Map<String, SampleRequest> files, Set<String> taken, String file, SampleRequest request) {
    if (OURS.contains(file) || taken.contains(file) || files.putIfAbsent(file, request) != null) {
      throw wrong("two certificates would be called " + file + ".pem. Fix: choose another name");
    }
  }

  private void write(
      SampleAuthority ca,
      String name,
      String what,
      Map<String, SampleRequest> leaves,
      PrintWriter out)
      throws IOException {
    ca.writeCertificate(folder.resolve(name + "-ca.pem"));
    ca.writeKey(folder.resolve(name + "-ca.key"));
    ca.writeCrl(folder.resolve(name + ".crl"));
    line(out, name + "-ca.pem .key, " + name + ".crl", what);
    for (var leaf : leaves.entrySet()) {
      ca.issue(leaf.getValue()).write(folder, leaf.getKey());
      line(out, leaf.getKey() + ".pem .key", leaf.getValue().commonName());
    }
  }

  private static void line(PrintWriter out, String files, String what) {
    out.printf("  %-40s %s%n", files, what);
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.findAny().isEmpty();
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private static final String README =
      """
      SAMPLES - NOT FOR PRODUCTION
      Everything in this folder was made by "drawbridge certs sample" for trying Drawbridge out on one
      machine. The private keys of the CAs lie beside the certificates that they signed: whoever can
      read this folder can be anybody. Do not use these files, or anything issued by these CAs, where
      real data is. docs/certificates.md says what real ones need.
      """;
}
