package drawbridge.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.acceptance.InstalledRoot.Ran;
import drawbridge.settings.Disk;
import drawbridge.settings.Disk.Reader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Files that an admin of an earlier version wrote are read as they were: settings of both programs,
 * the site folder, pauses. Each release leaves a folder here that nobody changes again.
 */
final class OlderFilesTest {
  private static final Path VERSIONS =
      Repository.root().resolve("acceptance/src/test/resources/older");

  static List<Path> versions() throws IOException {
    try (Stream<Path> all = Files.list(VERSIONS)) {
      return all.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("versions")
  void theyAreReadAsTheyWere(Path version, @TempDir Path folder) throws Exception {
    try (Stream<Path> all = Files.walk(version)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        Path copy = folder.resolve(version.relativize(file));
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
      }
    }
    Path secrets = Files.createDirectory(folder.resolve("secrets"));
    for (String secret : List.of("sas", "proxy", "erp", "console")) {
      Disk.create(secrets.resolve(secret), "0123456789".repeat(5).getBytes(UTF_8), Reader.OWNER);
    }
    ran("certs-sample", "drawbridge.certs.Main", "sample", folder.resolve("certs").toString());
    String agent = "--config=" + folder.resolve("agent.yaml");
    ran("agent", "drawbridge.agent.Main", "check", "--offline", agent);
    String gateway = "--config=" + folder.resolve("gateway.yaml");
    ran("gateway", "drawbridge.gateway.Main", "check", "--offline", gateway);
    String described = ran("agent", "drawbridge.agent.Main", "describe", "--offline", agent);
    for (String operation : List.of("FindOrders", "GetOrder", "OnNewOrder", "Memo")) {
      assertTrue(described.contains(operation), operation + " in " + described);
    }
    String paused = ran("agent", "drawbridge.agent.Main", "pause", "--source=erp", agent);
    assertTrue(paused.contains("caller CN=older, source erp"), paused);
  }

  private static String ran(String module, String main, String... words) throws Exception {
    Ran ran = Ran.of(Repository.java(module, main, List.of(words)).toArray(String[]::new));
    assertEquals(0, ran.code(), ran.text());
    return ran.text();
  }
}
