package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import drawbridge.acceptance.InstalledRoot.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
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

  // ---- what a package manager runs, with tools that only write down how they were called

  @Test
  void theFirstInstallationStartsNothingAndAnUpgradeRestartsWhatRuns() throws Exception {
    String unit = "drawbridge-agent.service";
    List<String> always =
        List.of(
            "systemd-sysusers drawbridge-agent.conf",
            "systemd-tmpfiles --create drawbridge-agent.conf");
    assertEquals(always, maintained("postinst", "configure", ""), "systemd does not run");
    Files.createDirectories(folder.resolve("run/systemd/system"));
    List<String> told = new ArrayList<>(always);
    told.add("systemctl --system daemon-reload");
    assertEquals(told, maintained("postinst", "configure", ""));
    told.add("deb-systemd-invoke try-restart " + unit);
    assertEquals(told, maintained("postinst", "configure", "0.9"));
    assertEquals(List.of(), maintained("prerm", "upgrade", "1.3"), "it runs on until then");
    assertEquals(List.of("deb-systemd-invoke stop " + unit), maintained("prerm", "remove", ""));
  }

  @Test
  void removalLeavesSettingsAndStateAndPurgeTakesThem() throws Exception {
    Path settings = Files.createDirectories(folder.resolve("etc/drawbridge/agent"));
    Path state = Files.createDirectories(folder.resolve("var/lib/drawbridge/agent/audit"));
    Path others = Files.createDirectories(folder.resolve("etc/drawbridge/gateway"));
    Path wanted =
        Files.createFile(
            Files.createDirectories(folder.resolve("etc/systemd/system/multi-user.target.wants"))
                .resolve("drawbridge-agent.service"));
    assertEquals(List.of(), maintained("postrm", "remove", ""));
    assertTrue(Files.notExists(wanted) && Files.exists(settings) && Files.exists(state));
    assertEquals(List.of(), maintained("postrm", "purge", ""));
    assertTrue(Files.notExists(settings) && Files.exists(others));
    assertTrue(Files.notExists(folder.resolve("var/lib/drawbridge")));
  }

  @Test
  void theRpmDoesTheSame() throws Exception {
    Files.createDirectories(folder.resolve("run/systemd/system"));
    List<String> installed = maintained("%post", "1", "");
    assertEquals("systemctl daemon-reload", installed.getLast());
    assertEquals(3, installed.size(), installed::toString);
    assertEquals(List.of(), maintained("%preun", "1", ""), "an upgrade");
    assertEquals(
        List.of("systemctl daemon-reload", "systemctl try-restart drawbridge-agent.service"),
        maintained("%postun", "1", ""));
    assertEquals(
        List.of("systemctl --no-reload disable --now drawbridge-agent.service"),
        maintained("%preun", "0", ""));
    assertEquals(List.of("systemctl daemon-reload"), maintained("%postun", "0", ""));
  }

  /**
   * Runs a script of the package with everything that it names outside put below our folder.
   *
   * @param script of the deb, or a section of the rpm's
   * @return the calls of systemd's tools, in their order
   */
  private List<String> maintained(String script, String... arguments) throws Exception {
    String text =
        script.startsWith("%")
            ? section(filled("agent", "rpm.spec"), script)
            : filled("agent", "deb/" + script);
    Path tools = Files.createDirectories(folder.resolve("tools"));
    Path calls = Files.writeString(folder.resolve("calls"), "");
    for (String tool :
        List.of("systemctl", "systemd-sysusers", "systemd-tmpfiles", "deb-systemd-invoke")) {
      Path file =
          Files.writeString(
              tools.resolve(tool), "#!/bin/sh\necho \"%s $*\" >>'%s'\n".formatted(tool, calls));
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    String moved = text.replaceAll("(?<![\\w.])/(run|etc|var)/", folder + "/$1/");
    assertTrue(!moved.contains(" /etc") && !moved.contains(" /var"), moved);
    List<String> command =
        new ArrayList<>(List.of("env", "PATH=" + tools + ":/usr/bin:/bin", "sh", "-c", moved, "x"));
    command.addAll(List.of(arguments));
    Ran ran = Ran.of(command.toArray(String[]::new));
    assertEquals(0, ran.code(), ran.text());
    return Files.readAllLines(calls);
  }

  private static String section(String spec, String name) {
    return spec.lines()
        .dropWhile(line -> !line.equals(name))
        .skip(1)
        .takeWhile(line -> !line.startsWith("%"))
        .collect(Collectors.joining("\n"));
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
