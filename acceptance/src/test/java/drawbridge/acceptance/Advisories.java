package drawbridge.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.maven.artifact.versioning.ComparableVersion;

/**
 * Known vulnerabilities of Java libraries: a folder of advisories in the form of OSV, as GitHub's
 * advisory database has them. Immutable.
 *
 * @param all that were not withdrawn
 */
record Advisories(List<JsonNode> all) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Of every file below the folder whose name ends in {@code .json}. */
  static Advisories in(Path folder) throws IOException {
    List<JsonNode> all = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(one -> one.toString().endsWith(".json")).toList()) {
        JsonNode advisory = JSON.readTree(file.toFile());
        if (!advisory.hasNonNull("withdrawn") && advisory.has("affected")) {
          all.add(advisory);
        }
      }
    }
    return new Advisories(List.copyOf(all));
  }

  /** Of the libraries in a bill of materials (CycloneDX), each as its address and the advisory. */
  List<String> of(Path bill) throws IOException {
    List<String> found = new ArrayList<>();
    for (JsonNode component : JSON.readTree(bill.toFile()).path("components")) {
      if (component.path("purl").asText().startsWith("pkg:maven/")) {
        String library = component.path("group").asText() + ":" + component.path("name").asText();
        String version = component.path("version").asText();
        for (JsonNode advisory : all) {
          if (elements(advisory.path("affected")).anyMatch(one -> affects(one, library, version))) {
            found.add(
                "%s:%s %s, %s"
                    .formatted(
                        library,
                        version,
                        advisory.path("id").asText(),
                        advisory.path("summary").asText()));
          }
        }
      }
    }
    return found;
  }

  private static boolean affects(JsonNode affected, String library, String version) {
    JsonNode named = affected.path("package");
    if (!named.path("ecosystem").asText().equals("Maven")
        || !named.path("name").asText().equals(library)) {
      return false;
    }
    String known =
        affected.path("database_specific").path("last_known_affected_version_range").asText();
    return elements(affected.path("versions")).anyMatch(one -> one.asText().equals(version))
        || elements(affected.path("ranges"))
            .filter(range -> range.path("type").asText().equals("ECOSYSTEM"))
            .anyMatch(range -> within(range, known, new ComparableVersion(version)));
  }

  /**
   * Whether the last thing that happened to a version was that it became vulnerable.
   *
   * @param known where nothing ends the range: up to which version it is known, such as {@code <=
   *     1.2}
   */
  private static boolean within(JsonNode range, String known, ComparableVersion version) {
    boolean vulnerable = false;
    boolean ends = false;
    for (JsonNode event : elements(range.path("events")).sorted(Advisories::inOrder).toList()) {
      if (event.has("introduced") && of(event).compareTo(version) <= 0) {
        vulnerable = true;
      }
      ends |= event.has("fixed") || event.has("last_affected");
      if ((event.has("fixed") && of(event).compareTo(version) <= 0)
          || (event.has("last_affected") && of(event).compareTo(version) < 0)) {
        vulnerable = false;
      }
    }
    if (ends || !known.startsWith("<")) {
      return vulnerable;
    }
    int over = version.compareTo(new ComparableVersion(known.replaceFirst("<=?", "").strip()));
    return vulnerable && (known.startsWith("<=") ? over <= 0 : over < 0);
  }

  private static int inOrder(JsonNode one, JsonNode other) {
    return of(one).compareTo(of(other));
  }

  /** The version that an event names; 0 is before all others. */
  private static ComparableVersion of(JsonNode event) {
    String version = event.elements().next().asText();
    return new ComparableVersion(version.equals("0") ? "0-alpha-0" : version);
  }

  private static Stream<JsonNode> elements(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }
}
