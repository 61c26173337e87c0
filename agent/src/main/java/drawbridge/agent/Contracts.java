package drawbridge.agent;

import drawbridge.adapters.Api;
import drawbridge.agent.policy.Policy;
import drawbridge.documents.Contract;
import drawbridge.documents.Published;
import drawbridge.settings.Disk;
import drawbridge.settings.SettingsException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The folder {@code published/} of a site: for each published version its contract (JSON) and the
 * API file it was made of. A file in {@code apis/} that breaks its contract does not count; the
 * published one goes on, as long as it fits the contract itself.
 */
final class Contracts {
  private static final System.Logger LOG = System.getLogger("drawbridge.agent");
  private static final String FOLDER = "published";

  private final Path site;
  private final Map<String, drawbridge.relay.wire.Api> published = new TreeMap<>();

  private Contracts(Path site) {
    this.site = site;
  }

  /**
   * Reads what was published; nothing where there is no such folder.
   *
   * @throws SettingsException a contract is no contract
   */
  static Contracts read(Path site) {
    Contracts contracts = new Contracts(site);
    Path folder = site.resolve(FOLDER);
    if (!Files.isDirectory(folder)) {
      return contracts;
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
        drawbridge.relay.wire.Api api = Published.read(Files.readAllBytes(file));
        contracts.published.put(api.getName() + "/" + api.getVersion(), api);
      }
    } catch (IOException e) {
      throw new SettingsException(
          folder,
          0,
          "",
          "a published contract cannot be read: " + e.getMessage(),
          "restore it from the repository, or publish again",
          e);
    }
    return contracts;
  }

  /** The differences of an API that its file does not allow itself; empty: it may be served. */
  private List<String> broken(Api api, Policy policy) {
    drawbridge.relay.wire.Api contract = published.get(id(api));
    return contract == null || api.origin().breaking()
        ? List.of()
        : Contract.broken(contract, Catalogues.api(policy, Served.Api.of(api)));
  }

  /** The published texts that go on in place of files that break them or are gone, by file. */
  Map<Path, String> instead(List<Api> apis, Policy policy) {
    Map<Path, String> instead = new LinkedHashMap<>();
    Set<String> gone = new HashSet<>(published.keySet());
    for (Api api : apis) {
      gone.remove(id(api));
      List<String> broken = broken(api, policy);
      if (!broken.isEmpty()) {
        LOG.log(
            System.Logger.Level.WARNING,
            "{0} breaks the published contract of {1} and does not count: {2}. Publish a new"
                + " version beside it, or write “breaking-change: true” in the file",
            api.origin().file(),
            id(api),
            String.join("; ", broken));
        text(id(api)).ifPresent(text -> instead.put(api.origin().file(), text));
      }
    }
    for (String id : gone) {
      Path file = site.resolve("apis").resolve(id.replace('/', '-') + ".yaml");
      LOG.log(
          System.Logger.Level.WARNING,
          "{0} is published and has no file any more; it goes on. To end it, remove it from {1}/",
          id,
          FOLDER);
      if (!Files.exists(file)) {
        text(id).ifPresent(text -> instead.put(file, text));
      }
    }
    return instead;
  }

  /** Those that break their contracts all the same, and are therefore out of service. */
  Set<String> unfit(List<Api> apis, Policy policy) {
    Set<String> unfit = new HashSet<>();
    for (Api api : apis) {
      List<String> broken = broken(api, policy);
      if (!broken.isEmpty()) {
        unfit.add(id(api));
        LOG.log(
            System.Logger.Level.ERROR,
            "the API {0} is out of service, since it does not fit its published contract: {1}",
            id(api),
            String.join("; ", broken));
      }
    }
    return unfit;
  }

  /** What a look at each file would say, for {@code agent check}: API, then its differences. */
  Map<String, List<String>> differences(List<Api> apis, Policy policy) {
    Map<String, List<String>> all = new TreeMap<>();
    for (Api api : apis) {
      List<String> broken = broken(api, policy);
      if (!broken.isEmpty()) {
        all.put(id(api), broken);
      }
    }
    return all;
  }

  private java.util.Optional<String> text(String id) {
    Path file = site.resolve(FOLDER).resolve(id.replace('/', '-') + ".yaml");
    try {
      return java.util.Optional.of(Files.readString(file));
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "the published file {0} cannot be read", file);
      return java.util.Optional.empty();
    }
  }

  private static String id(Api api) {
    return api.name() + "/" + api.version();
  }

  /**
   * Writes contract and file of an API, each whole or not at all.
   *
   * @return the files, below the site folder
   */
  static List<Path> publish(Path site, Api api, Policy policy) throws IOException {
    Path folder = Files.createDirectories(site.resolve(FOLDER));
    List<Path> written = new ArrayList<>();
    String contract = Published.file(api.name(), api.version());
    byte[] json = Published.write(Catalogues.api(policy, Served.Api.of(api)));
    written.add(write(folder.resolve(contract), json));
    byte[] text = Files.readString(api.origin().file()).getBytes(StandardCharsets.UTF_8);
    written.add(write(folder.resolve(id(api).replace('/', '-') + ".yaml"), text));
    return written;
  }

  static Path write(Path file, byte[] bytes) throws IOException {
    Path half = file.resolveSibling("." + file.getFileName() + ".new");
    Files.write(half, bytes);
    Disk.replace(half, file);
    return file;
  }
}
