package drawbridge.agent;

import drawbridge.adapters.Api;
import drawbridge.adapters.sql.Drivers;
import drawbridge.documents.Documents;
import drawbridge.documents.Publication;
import drawbridge.documents.UnfitException;
import drawbridge.relay.wire.Source;
import drawbridge.settings.Program;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code agent documents} and {@code agent publish}: what others get of a site, without a gateway.
 */
final class Papers {
  private final Path site;
  private final Drivers drivers;
  private final PrintWriter out;

  Papers(Path site, Drivers drivers, PrintWriter out) {
    this.site = site;
    this.drivers = drivers;
    this.out = out;
  }

  /** Writes the documents of every API into a folder of its own. */
  int documents(Path into, URI baseUrl) throws IOException {
    int code = Program.DONE;
    Publication publication = new Publication(baseUrl, Optional.empty());
    try (SiteFolder folder = SiteFolder.open(site, false, drivers)) {
      sayAway(folder);
      for (Served.Api api : folder.served().apis()) {
        try {
          Documents documents =
              Documents.of(Catalogues.api(folder.served().policy(), api), publication);
          Path there = Files.createDirectories(into.resolve(api.name() + "-" + api.version()));
          Contracts.write(there.resolve(Documents.OPENAPI), documents.openApi());
          Contracts.write(there.resolve(Documents.SWAGGER), documents.swagger());
          Contracts.write(there.resolve(Documents.PROPERTIES), documents.apiProperties());
          say("ok", api.id() + ": " + there);
          documents.warnings().forEach(warning -> say("warning", warning));
        } catch (UnfitException e) {
          say("failed", String.valueOf(e.getMessage()));
          code = Program.FAILED;
        }
      }
    }
    return code;
  }

  /**
   * Writes the contracts of the files as they are.
   *
   * @param chosen such as {@code orders/v1}; empty: all
   */
  int publish(List<String> chosen) throws IOException {
    int code = Program.DONE;
    try (SiteFolder folder = SiteFolder.unjudged(site, drivers)) {
      if (sayAway(folder)) {
        say("failed", "a source is away, so what its operations answer is not known");
        return Program.FAILED;
      }
      Contracts contracts = Contracts.read(site);
      Map<String, List<String>> broken =
          contracts.differences(folder.files(), folder.served().policy());
      List<String> known = folder.files().stream().map(Papers::id).toList();
      for (String id : chosen) {
        if (!known.contains(id)) {
          say("failed", id + " is no API of this site");
          code = Program.FAILED;
        }
      }
      for (Api api : folder.files()) {
        String id = id(api);
        if (!chosen.isEmpty() && !chosen.contains(id)) {
          continue;
        }
        if (broken.containsKey(id)) {
          broken.get(id).forEach(difference -> say("failed", id + ": " + difference));
          say(
              "failed",
              id
                  + " would break what was published: make it a new version beside the old one, or"
                  + " write “breaking-change: true” in its file");
          code = Program.FAILED;
          continue;
        }
        for (Path file : Contracts.publish(site, api, folder.served().policy())) {
          say("ok", id + ": " + file);
        }
        if (api.origin().breaking()) {
          say("warning", id + ": remove “breaking-change” from its file and publish once more");
        }
      }
    }
    return code;
  }

  private boolean sayAway(SiteFolder folder) {
    boolean away = false;
    for (Source source : folder.sources()) {
      if (!source.getAvailable()) {
        away = true;
        say("warning", "source " + source.getName() + ": " + source.getDetail());
      }
    }
    return away;
  }

  private static String id(Api api) {
    return api.name() + "/" + api.version();
  }

  private void say(String verdict, String what) {
    out.println("%-8s %s".formatted(verdict, what));
    out.flush();
  }
}
