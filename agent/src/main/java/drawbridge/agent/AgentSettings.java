package drawbridge.agent;

import drawbridge.agent.console.ConsoleSettings;
import drawbridge.audit.AuditSettings;
import drawbridge.settings.Program;
import drawbridge.settings.Section;
import drawbridge.tokens.TokenSettings;
import drawbridge.traces.TraceSettings;
import drawbridge.traces.Traces;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code agent.yaml}, read once; docs/agent.md names every key.
 *
 * @param serves the site folder
 * @param gateways that this agent connects to, in the order of the file
 * @param namespace as written, for the settings of the relay, which read it to the end
 * @param network as written, likewise
 * @param identity as written, likewise
 * @param audit of this agent alone
 * @param tokens whose tokens the agent itself verifies; empty: nobody's
 * @param signed public key of whoever approves the site folder; empty: it need not be signed
 * @param state folder of what survives a restart; may not exist yet
 * @param pageKey the same on every agent of the site, so that they read each other's page tokens
 * @param drivers folder of JDBC drivers that don't ship
 * @param console where it listens; empty: nowhere
 * @param traces where spans of calls are sent; empty: none are made
 * @param log how its lines are written
 */
public record AgentSettings(
    Path file,
    String site,
    String name,
    Path serves,
    List<String> gateways,
    Section namespace,
    Optional<Section> network,
    Section identity,
    AuditSettings audit,
    Optional<TokenSettings> tokens,
    Optional<Path> signed,
    Path state,
    Optional<Path> pageKey,
    Optional<Path> drivers,
    Optional<ConsoleSettings> console,
    Optional<TraceSettings> traces,
    Program.Log log) {

  /**
   * Reads the file.
   *
   * @throws drawbridge.settings.SettingsException naming line, key and fix
   */
  public static AgentSettings read(Path file) {
    return read(Section.read(file));
  }

  static AgentSettings read(Section file) {
    String site = file.name("site");
    String name = file.name("name");
    Path serves = file.existing("serves");
    if (!Files.isDirectory(serves)) {
      throw file.wrong(
          "serves", "not a folder: " + serves, "name the folder that holds policy.yaml");
    }
    List<String> gateways = file.names("gateways");
    if (gateways.isEmpty()) {
      throw file.wrong(
          "gateways", "no gateway is named", "name those to connect to: gateways: [gateway-1]");
    }
    if (new HashSet<>(gateways).size() < gateways.size()) {
      throw file.wrong("gateways", "one is named twice", "name each gateway once");
    }
    Section namespace = file.section("namespace");
    Optional<Section> network = file.optionalSection("network");
    Section identity = file.section("identity");
    AuditSettings audit = AuditSettings.read(file.section("audit"), log(site, name));
    Optional<TokenSettings> tokens = file.optionalSection("tokens").map(TokenSettings::read);
    Optional<Path> signed =
        file.optionalSection("signed")
            .map(
                section -> {
                  Path approver = section.existing("key");
                  section.done();
                  return approver;
                });
    Path folder = audit.folder();
    Path state =
        file.optionalPath("state")
            .orElseGet(() -> folder.resolveSibling(folder.getFileName() + "-state"));
    Optional<Path> pageKey =
        file.optionalSection("pages")
            .map(
                pages -> {
                  Path path = pages.existing("key");
                  pages.done();
                  return path;
                });
    Optional<Path> drivers = file.optionalPath("drivers").map(path -> file.existing("drivers"));
    Optional<ConsoleSettings> console = file.optionalSection("console").map(ConsoleSettings::read);
    Optional<TraceSettings> traces = file.optionalSection("traces").map(TraceSettings::read);
    Program.Log log = file.choice("log", Program.Log.class, Program.Log.TEXT);
    file.done();
    return new AgentSettings(
        file.file(),
        site,
        name,
        serves,
        gateways,
        namespace,
        network,
        identity,
        audit,
        tokens,
        signed,
        state,
        pageKey,
        drivers,
        console,
        traces,
        log);
  }

  /** Sends spans as these settings say; whoever opens it closes it. */
  Traces openTraces(String version) {
    return Traces.open(
        traces,
        Map.of(
            "service.namespace",
            "drawbridge",
            "service.name",
            "drawbridge-agent",
            "service.instance.id",
            site + "/" + name,
            "service.version",
            version));
  }

  /** The name of an agent's audit log, which its checkpoints begin with. */
  static String log(String site, String name) {
    return "drawbridge/" + site + "/agent/" + name;
  }
}
