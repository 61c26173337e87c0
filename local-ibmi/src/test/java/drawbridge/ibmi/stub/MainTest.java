package drawbridge.ibmi.stub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ibm.as400.access.AS400;
import com.ibm.as400.access.AS400PackedDecimal;
import com.ibm.as400.access.AS400Text;
import com.ibm.as400.access.AS400ZonedDecimal;
import com.ibm.as400.access.ProgramCall;
import com.ibm.as400.access.ProgramParameter;
import drawbridge.settings.SettingsException;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MainTest {
  private static final String WHOLE =
      """
      address: 127.0.0.1
      version: V7R4
      password-level: 4
      users:
        - { name: BRIDGE, password-file: password }
      libraries: [TOOLS]
      programs:
        - { library: SHOP, name: PRICE, sample: pricing }
      data-queues:
        - { library: SHOP, name: ORDERS, order: keyed, max-length: 200, key-length: 4, senders: true }
      message-queues:
        - { library: SHOP, name: ALERTS }
      database: shop.sql
      files: ifs
      """;

  @TempDir private Path folder;

  private Path config(String text) throws IOException {
    Files.writeString(folder.resolve("password"), "s3cret\n");
    Files.writeString(
        folder.resolve("shop.sql"), "create schema SHOP; create table SHOP.A(ID int)");
    Files.createDirectories(folder.resolve("ifs"));
    return Files.writeString(folder.resolve("ibmi.yaml"), text);
  }

  private static int port(String ready, String service) {
    Matcher matcher = Pattern.compile("\"" + service + "\": (\\d+)").matcher(ready);
    assertTrue(matcher.find(), ready);
    return Integer.parseInt(matcher.group(1));
  }

  @Test
  void theProgramServesWhatItsFileSays() throws Exception {
    Path ready = folder.resolve("ready");
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Main.class.getName(),
                    "--config",
                    config(WHOLE).toString(),
                    "--ready-file",
                    ready.toString()))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    try {
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (!Files.exists(ready)) {
        assertTrue(process.isAlive(), () -> log());
        assertTrue(System.nanoTime() - until < 0, () -> log());
        process.waitFor(10, TimeUnit.MILLISECONDS);
      }
      String told = Files.readString(ready);
      AS400 system = new AS400("127.0.0.1", "BRIDGE", "s3cret".toCharArray());
      system.setGuiAvailable(false);
      system.setServicePort(AS400.SIGNON, port(told, "sign-on"));
      system.setServicePort(AS400.COMMAND, port(told, "command"));
      ProgramParameter[] parameters = {
        new ProgramParameter(new AS400Text(10, 37, system).toBytes("ACME")),
        new ProgramParameter(new AS400Text(10, 37, system).toBytes("GEAR")),
        new ProgramParameter(new AS400PackedDecimal(5, 0).toBytes(new BigDecimal("100"))),
        new ProgramParameter(5),
        new ProgramParameter(5),
        new ProgramParameter(11),
        new ProgramParameter(30)
      };
      assertTrue(new ProgramCall(system, "/QSYS.LIB/SHOP.LIB/PRICE.PGM", parameters).run());
      assertEquals(
          new BigDecimal("1125.00"),
          new AS400ZonedDecimal(11, 2).toObject(parameters[5].getOutputData()));
      assertEquals(4, system.getRelease());
      system.disconnectAllServices();
    } finally {
      process.destroy();
      assertTrue(process.waitFor(20, TimeUnit.SECONDS), "ends when asked to");
    }
  }

  private String log() {
    try {
      return Files.readString(folder.resolve("log"));
    } catch (IOException e) {
      return String.valueOf(e);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "password-level: 7|password-level",
        "version: 7.5|version",
        "ccsid: 9|ccsid",
        "database: nothing.sql|database",
        "misspelt: 1|misspelt",
        "users: [{ name: TOOLONGANAME, password-file: password }]|name",
        "programs: [{ library: SHOP, name: X, sample: nothing }]|sample",
        "data-queues: [{ library: SHOP, name: X, order: keyed }]|key-length"
      })
  void aMistakeIsNamed(String text, String key) throws Exception {
    Path file = config(text + "\n");
    SettingsException mistake =
        assertThrows(SettingsException.class, () -> SettingsFile.read(file));
    assertTrue(String.valueOf(mistake.getMessage()).contains(key), mistake.getMessage());
  }
}
