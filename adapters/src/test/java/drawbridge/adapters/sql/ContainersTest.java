package drawbridge.adapters.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;

import drawbridge.adapters.TestSite;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** The server as sites run it; skipped where no Docker engine runs. */
final class ContainersTest {
  @TempDir Path folder;

  static boolean docker() {
    return DockerClientFactory.instance().isDockerAvailable();
  }

  @Test
  @EnabledIf(value = "docker", disabledReason = "no Docker engine runs here")
  void aServerInAContainerAnswers() throws Exception {
    try (PostgreSQLContainer server = new PostgreSQLContainer("postgres:18-alpine")) {
      server.withPassword("s3cr3t-4711").start();
      String url =
          "jdbc:postgresql://"
              + server.getHost()
              + ":"
              + server.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT)
              + "/"
              + server.getDatabaseName();
      String operations =
          "- name: One\n  get: /one\n  single: true\n  sql: select current_user::text as one\n";
      try (TestSite site =
          TestSite.open(folder, server.getUsername(), "url: \"" + url + "\"", operations)) {
        assertEquals("{\"one\":\"test\"}", site.call("One").text());
      }
      Files.delete(folder.resolve("password"));
    }
  }
}
