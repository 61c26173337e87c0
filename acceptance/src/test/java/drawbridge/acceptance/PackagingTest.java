package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import drawbridge.acceptance.InstalledRoot.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be said of the packages without building them; {@link PackagesTest} builds them. */
@EnabledOnOs(
    value = OS.LINUX,
    architectures = "amd64",
    disabledReason = "the packages are for Linux x86-64")
final class PackagingTest {
  private static final Path INSTALLER = Repository.root().resolve("installer");

  @TempDir private Path folder;

  /** The check that the build makes, with something wrong put before it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "drawbridge-gateway.jar drawbridge/gateway/",
        "drawbridge-local-ibmi.jar drawbridge/ibmi/",
        "drawbridge-certs-sample.jar drawbridge/certs/",
        "other.jar drawbridge/gateway/",
        "other.jar drawbridge/ibmi/",
        "other.jar drawbridge/certs/",
        "other.jar drawbridge/namespace/",
        "other.jar drawbridge/acceptance/"
      })
  void theBuildRefusesForeignCode(String jarAndContent) throws Exception {
    String[] words = jarAndContent.split(" ", -1);
    Files.writeString(folder.resolve("drawbridge-agent.jar"), "PK drawbridge/agent/Main.class");
    String check =
        "fail() { echo \"refused: $*\"; exit 9; }; . '%s/stage.sh'; only_its_own agent '%s'"
            .formatted(INSTALLER, folder);
    Ran alone = Ran.of("bash", "-c", check);
    assertEquals(0, alone.code(), alone.text());
    Files.writeString(folder.resolve(words[0]), "PK " + words[1] + "Main.class");
    Ran ran = Ran.of("bash", "-c", check);
    assertEquals(9, ran.code(), ran.text());
    assertTrue(ran.text().contains("must not be in drawbridge-agent"), ran.text());
  }

  /** The allowed modules are those that the program's class path has: no more, no fewer. */
  @ParameterizedTest
  @ValueSource(strings = {"agent", "gateway"})
  void everyModuleOfTheProgramIsNamed(String name) throws Exception {
    List<String> own = new ArrayList<>(List.of(name));
    String classpath =
        Files.readString(Repository.root().resolve(name).resolve("target/dependencies.classpath"));
    String root = Repository.root() + "/";
    for (String entry : classpath.strip().split(":", -1)) {
      if (entry.startsWith(root)) {
        own.add(entry.substring(root.length(), entry.indexOf('/', root.length())));
      }
    }
    Ran ran = Ran.of("bash", "-c", ". '%s/stage.sh'; modules %s".formatted(INSTALLER, name));
    List<String> named = List.of(ran.text().strip().split(" ", -1));
    assertEquals(own.stream().sorted().toList(), named.stream().sorted().toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"agent", "gateway"})
  void theUnitIsHardened(String name) throws Exception {
    Ran there = Ran.of("systemd-analyze", "security", "--help");
    assumeTrue(there.text().contains("--offline"), "systemd-analyze is not installed, or too old");
    Path unit = folder.resolve("drawbridge-" + name + ".service");
    Files.writeString(unit, filled(name, "unit"));
    Ran ran =
        Ran.of(
            "systemd-analyze",
            "security",
            "--offline=true",
            "--threshold=15",
            "--no-pager",
            unit.toString());
    assertEquals(0, ran.code(), ran.text());
    String rating = ran.text().lines().toList().getLast();
    System.out.println("packages: " + rating.substring(rating.indexOf("Overall")));
  }

  /** Started with the flags of the launcher, so that a package behaves as what was tested. */
  @Test
  void thePackagedProgramHasTheLaunchersFlags() throws Exception {
    String start = filled("agent", "start").replace(' ', '=');
    List<String> command = Repository.java("agent", "drawbridge.agent.Main", List.of());
    List<String> flags = command.subList(1, command.indexOf("-cp"));
    for (String flag : flags) {
      // Tests spend no time on optimizing; a package runs for long. Each has a cache of its own.
      if (!flag.startsWith("-Xmx") && !flag.equals("-XX:TieredStopAtLevel=1")) {
        String option = flag.replaceFirst("(-XX:AOTCache=).*", "$1");
        assertTrue(start.contains(option), flag + " is missing in\n" + start);
      }
    }
    assertTrue(start.contains("-Ddrawbridge.packaged=true"), start);
  }

  /** Words in a template that nobody replaces would end up at an admin's. */
  @ParameterizedTest
  @ValueSource(
      strings = {"unit", "start", "manual", "rpm.spec", "deb/control", "deb/postinst", "copyright"})
  void everyTemplateIsFilled(String template) throws Exception {
    String text = filled("gateway", template);
    assertFalse(text.replace("@service", "").matches("(?s).*@[A-Z]+@.*"), text);
    assertFalse(text.contains("drawbridge-agent"), text);
  }

  private static String filled(String name, String template) throws Exception {
    String shell =
        "root='%1$s/..' version=1.2 epoch=0; . '%1$s/stage.sh'; fill %2$s '%1$s/linux/%3$s'"
            .formatted(INSTALLER, name, template);
    Ran ran = Ran.of("bash", "-c", shell);
    if (ran.code() != 0) {
      throw new IOException(ran.text());
    }
    return ran.text();
  }
}
