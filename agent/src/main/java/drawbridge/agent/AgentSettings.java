package drawbridge.agent;

import drawbridge.settings.Section;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * {@code agent.yaml}, read once; docs/agent.md names every key.
 *
 * @param serves the site folder
 * @param gateways that this agent connects to, in the order of the file
 * @param namespace as written, for the settings of the relay, which read it to the end
 * @param network as written, likewise
 * @param identity as written, likewise
 * @param auditFolder may not exist yet
 * @param pageKey the same on every agent of the site, so that they read each other's page tokens
 * @param drivers folder of JDBC drivers that don't ship
 * @param auditKey signs the log's checkpoints, where there is one
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
    Path auditFolder,
    Optional<Path> auditKey,
    Optional<Path> pageKey,
    Optional<Path> drivers) {

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
    Section audit = file.section("audit");
    Path folder = audit.path("folder");
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw audit.wrong("folder", "not a folder: " + folder, "name a folder of its own");
    }
    Optional<Path> key = audit.optionalPath("key").map(path -> audit.existing("key"));
    audit.done();
    Optional<Path> pageKey =
        file.optionalSection("pages")
            .map(
                pages -> {
                  Path path = pages.existing("key");
                  pages.done();
                  return path;
                });
    Optional<Path> drivers = file.optionalPath("drivers").map(path -> file.existing("drivers"));
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
        folder,
        key,
        pageKey,
        drivers);
  }
}
