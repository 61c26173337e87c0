package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import drawbridge.acceptance.InstalledRoot.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Libraries of the packages, by their bills of materials, against advisories that somebody carried
 * in: {@code -Dadvisories=FOLDER}.
 */
final class AdvisoriesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path temp;

  @BeforeEach
  void bash() throws Exception {
    Packages.needs("bash");
  }

  /** Made by the very script that makes the package's, of the libraries that the build uses. */
  private Path bill(String name) throws Exception {
    String command =
        """
        set -eu
        export JAVA_HOME='%s'
        name=%s root='%s' work='%s' out='%s' version=test epoch=0
        home=$work/$name/usr/lib/drawbridge-$name
        mkdir -p "$home/lib" "$home/runtime"
        cp "$JAVA_HOME/release" "$home/runtime/"
        . "$root/installer/sbom.sh"
        { tr ':' '\\n' <"$root/$name/target/dependencies.classpath" && echo; } |
          sed '/^$/d' | grep -vF "$root/" >"$work/$name.libraries"
        while IFS= read -r jar; do ln -s "$jar" "$home/lib/"; done <"$work/$name.libraries"
        bill "$name"
        rm -r "$work/$name"
        """
            .formatted(System.getProperty("java.home"), name, Repository.root(), temp, temp);
    Ran made = Ran.of("bash", "-c", command);
    assertEquals(0, made.code(), made::text);
    return temp.resolve("drawbridge-" + name + "-test.cdx.json");
  }

  private List<String> found(Path bill, String... events) throws IOException {
    Path folder = temp.resolve("advisories");
    Path one = Files.createDirectories(folder.resolve("2026/01/GHSA-0000-0000-0000"));
    Files.writeString(one.resolve("GHSA-0000-0000-0000.json"), advisory(String.join(", ", events)));
    return Advisories.in(folder).of(bill);
  }

  private static String advisory(String rest) {
    return """
    { "id": "GHSA-0000-0000-0000", "summary": "Made up",
      "affected": [{ "package": { "ecosystem": "Maven", "name": "io.grpc:grpc-api" }, %s }] }
    """
        .formatted(rest);
  }

  private static String range(String... events) {
    return "\"ranges\": [{ \"type\": \"ECOSYSTEM\", \"events\": [{ %s }] }]"
        .formatted(String.join(" }, { ", events));
  }

  private static String event(String what, String version) {
    return "\"%s\": \"%s\"".formatted(what, version);
  }

  @ParameterizedTest
  @ValueSource(strings = {"agent", "gateway"})
  void noLibraryIsKnownToBeVulnerable(String name) throws Exception {
    String folder = System.getProperty("advisories");
    assumeTrue(
        folder != null,
        "no advisories: name a folder of them in the form of OSV by -Dadvisories=FOLDER");
    Advisories advisories = Advisories.in(Path.of(folder));
    assertTrue(!advisories.all().isEmpty(), "there is none in " + folder);
    assertEquals(List.of(), advisories.of(bill(name)));
  }

  /** With the libraries and versions that are really there. */
  @Test
  void aLibraryOfThePackageThatIsKnownToBeVulnerableIsFound() throws Exception {
    Path bill = bill("agent");
    List<String> versions = new ArrayList<>();
    for (JsonNode component : JSON.readTree(bill.toFile()).path("components")) {
      if (component.path("name").asText().equals("grpc-api")) {
        versions.add(component.path("version").asText());
      }
    }
    assertEquals(1, versions.size());
    String version = versions.getFirst();
    List<String> known = List.of("io.grpc:grpc-api:" + version + " GHSA-0000-0000-0000, Made up");
    assertEquals(
        known, found(bill, range(event("introduced", "0"), event("last_affected", version))));
    assertEquals(known, found(bill, "\"versions\": [\"%s\"]".formatted(version)));
    assertEquals(
        known,
        found(
            bill,
            range(event("introduced", "0")),
            "\"database_specific\": { %s }"
                .formatted(event("last_known_affected_version_range", "<= " + version))));
    assertEquals(List.of(), found(bill, range(event("introduced", "0"), event("fixed", version))));
    assertEquals(List.of(), found(bill, "\"versions\": [\"%s.1\"]".formatted(version)));
    assertEquals(
        List.of(),
        found(
            bill,
            range(event("introduced", "0")),
            "\"database_specific\": { %s }"
                .formatted(event("last_known_affected_version_range", "< " + version))));
  }

  @ParameterizedTest
  @CsvSource({
    "1.0,      false",
    "1.9,      true",
    "1.10,     true",
    "1.10.0,   true",
    "1.11-rc1, true",
    "1.11,     false",
    "2.0-rc1,  false",
    "2.0,      true",
    "2.0.1,    true",
    "2.0.2,    false"
  })
  void versionsAreInTheOrderOfMaven(String version, boolean vulnerable) throws IOException {
    Path bill = temp.resolve("bill.json");
    Files.writeString(
        bill,
        """
        { "components": [{ "group": "io.grpc", "name": "grpc-api", "version": "%s",
            "purl": "pkg:maven/io.grpc/grpc-api@%s" }] }
        """
            .formatted(version, version));
    List<String> found =
        found(
            bill,
            // In any order.
            range(
                event("introduced", "2.0"),
                event("last_affected", "2.0.1"),
                event("introduced", "1.9"),
                event("fixed", "1.11")));
    assertEquals(vulnerable ? 1 : 0, found.size(), found::toString);
  }

  @Test
  void whatWasWithdrawnOrConcernsOthersIsNotFound() throws Exception {
    Path bill = bill("gateway");
    String all = range(event("introduced", "0"));
    assertEquals(1, found(bill, all).size());
    for (String other :
        List.of(
            advisory(all).replace("\"id\"", "\"withdrawn\": \"2026-01-01T00:00:00Z\", \"id\""),
            advisory(all).replace("Maven", "npm"),
            advisory(all).replace("grpc-api", "grpc-apis"))) {
      Path folder = Files.createTempDirectory(temp, "other");
      Files.writeString(folder.resolve("one.json"), other);
      assertEquals(List.of(), Advisories.in(folder).of(bill));
    }
  }
}
