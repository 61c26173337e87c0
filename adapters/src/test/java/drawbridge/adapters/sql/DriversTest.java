package drawbridge.adapters.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.TestSite;
import drawbridge.settings.SettingsException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jars that an admin drops into a folder bring drivers. */
final class DriversTest {
  private static final String DRIVER =
      """
      package plant;

      import java.sql.*;
      import java.util.Properties;

      /** A database of its own kind: in truth H2 in memory. */
      public final class TinyDriver implements Driver {
        @Override public boolean acceptsURL(String url) { return url.startsWith("jdbc:tiny:"); }
        @Override public Connection connect(String url, Properties login) throws SQLException {
          return acceptsURL(url) ? DriverManager.getConnection("jdbc:h2:mem:" + url.substring(10), login) : null;
        }
        @Override public DriverPropertyInfo[] getPropertyInfo(String url, Properties login) {
          return new DriverPropertyInfo[0];
        }
        @Override public int getMajorVersion() { return 1; }
        @Override public int getMinorVersion() { return 0; }
        @Override public boolean jdbcCompliant() { return false; }
        @Override public java.util.logging.Logger getParentLogger() {
          return java.util.logging.Logger.getLogger("plant");
        }
      }
      """;

  private static final String SOURCE =
      """
      url: "jdbc:tiny:shop"
      login: { user: bridge, password-file: password }
      """;

  private static final String OPERATION =
      "- { name: Answer, get: /answer, single: true, sql: 'select 42 as \"answer\"' }\n";

  @TempDir Path folder;
  private Path drivers;
  private Path site;

  @BeforeEach
  void folders() throws IOException {
    drivers = Files.createDirectories(folder.resolve("drivers"));
    site = Files.createDirectories(folder.resolve("site"));
    Files.writeString(site.resolve("password"), "s3cr3t-4711\n");
  }

  /** The class of the driver, compiled. */
  private Path compiled() throws IOException {
    Path source =
        Files.writeString(
            Files.createDirectories(folder.resolve("plant")).resolve("TinyDriver.java"), DRIVER);
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(null, said, said, "-d", folder.resolve("classes").toString(), source.toString());
    assertEquals(0, result, said.toString(StandardCharsets.UTF_8));
    return folder.resolve("classes/plant/TinyDriver.class");
  }

  private void jar(String name, String service, Optional<Path> driver) throws IOException {
    try (OutputStream file = Files.newOutputStream(drivers.resolve(name));
        JarOutputStream jar = new JarOutputStream(file)) {
      jar.putNextEntry(new JarEntry("META-INF/services/java.sql.Driver"));
      jar.write(service.getBytes(StandardCharsets.UTF_8));
      if (driver.isPresent()) {
        jar.putNextEntry(new JarEntry("plant/TinyDriver.class"));
        Files.copy(driver.get(), jar);
      }
    }
  }

  @Test
  void aDriverInTheFolderIsFoundAndUsed() throws Exception {
    Files.writeString(drivers.resolve("README"), "no jar");
    jar("tiny-1.0.jar", "plant.TinyDriver\n", Optional.of(compiled()));
    Drivers found = Drivers.in(drivers);
    assertEquals("plant.TinyDriver", found.of("jdbc:tiny:shop").orElseThrow().getClass().getName());
    assertTrue(found.of("jdbc:postgresql://db1/erp").isPresent(), "those that ship stay");
    try (TestSite open = TestSite.open(site, found, SOURCE, OPERATION)) {
      assertEquals("{\"answer\":42}", open.call("Answer").text());
      assertEquals("answer", open.operation("Answer").columns().getFirst().name());
    }
  }

  @Test
  void withoutItTheStartSaysWhereItGoes() throws Exception {
    Drivers none = Drivers.in(drivers);
    assertEquals(Optional.empty(), none.of("jdbc:tiny:shop"));
    SettingsException e =
        assertThrows(
            SettingsException.class, () -> TestSite.open(site, none, SOURCE, OPERATION).close());
    String said = String.valueOf(e.getMessage());
    assertTrue(said.contains("there is no driver") && said.contains(drivers.toString()), said);
  }

  @Test
  void aJarThatNamesADriverWithoutBringingItIsTold() throws Exception {
    jar("broken.jar", "plant.TinyDriver\n", Optional.empty());
    IOException e = assertThrows(IOException.class, () -> Drivers.in(drivers));
    assertTrue(String.valueOf(e.getMessage()).contains("has no usable driver"), e.getMessage());
  }
}
