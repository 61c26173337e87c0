package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import drawbridge.acceptance.InstalledRoot.Ran;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The zip for Windows, made and looked at here; docs/install.md lists what was not run there. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "packages are built on Linux")
final class WindowsTest {
  private static final Path ROOT = Repository.root();

  @TempDir private Path folder;

  @BeforeEach
  void bash() throws Exception {
    assumeTrue(Ran.of("bash", "-c", "true").code() == 0, "bash is not installed");
  }

  private String shell(String command) throws Exception {
    Ran ran =
        Ran.of(
            "bash",
            "-c",
            """
            set -euo pipefail
            fail() { echo "refused: $*"; exit 9; }; say() { echo "$*"; }
            work='%1$s/work' out='%1$s' epoch=1767225600 version=1.2 root='%2$s' linux='%2$s/installer/linux'
            export JAVA_HOME='%3$s'
            . "$root/installer/stage.sh"; . "$root/installer/sbom.sh"; . "$root/installer/windows.sh"
            %4$s
            """
                .formatted(folder, ROOT, System.getProperty("java.home"), command));
    assertEquals(0, ran.code(), ran.text());
    return ran.text();
  }

  @ParameterizedTest
  @ValueSource(strings = {"agent", "gateway"})
  void everyFileIsFilledAndHasTheLineEndsOfItsShell(String name) throws Exception {
    shell("mkdir -p '%1$s/files' && windows_files %2$s '%1$s/files'".formatted(folder, name));
    String other = name.equals("agent") ? "gateway" : "agent";
    for (String file : List.of("drawbridge.cmd", "java.cmd", "install.cmd", "uninstall.cmd")) {
      String text = Files.readString(folder.resolve("files").resolve(file));
      assertFalse(Pattern.compile("@[A-Z]{4,}@").matcher(text).find(), text);
      assertFalse(text.contains(other), text);
      assertEquals(text.lines().count(), text.split("\r\n", -1).length - 1, file);
      assertTrue(text.startsWith("@echo off\r\n"), file);
    }
  }

  /** Also the service runs with the flags of the start script on Linux. */
  @Test
  void bothWaysToStartHaveTheFlagsOfTheStartScript() throws Exception {
    shell("mkdir -p '%1$s/files' && windows_files agent '%1$s/files'".formatted(folder));
    String start = String.join(" ", Repository.installed("512m")) + " -Ddrawbridge.packaged=true";

    for (String file : List.of("drawbridge.cmd", "install.cmd")) {
      String text = Files.readString(folder.resolve("files").resolve(file));
      var m = Pattern.compile("-(?:XX:[+-]|D|-)[A-Za-z][\\w.-]+").matcher(start);
      int found = 0;
      while (m.find()) {
        found++;
        assertTrue(text.contains(m.group()), m.group() + " is not in " + file);
      }
      assertTrue(found >= 8, "found " + found);
    }
  }

  /** The methods that the service manager's program calls by name. */
  @ParameterizedTest
  @ValueSource(strings = {"agent", "gateway"})
  void theServiceFindsItsMethods(String name) throws Exception {
    shell("mkdir -p '%1$s/files' && windows_files %2$s '%1$s/files'".formatted(folder, name));
    String text = Files.readString(folder.resolve("files/install.cmd"));
    for (String which : List.of("Start", "Stop")) {
      var type = Pattern.compile("--" + which + "Class=([\\w.]+)").matcher(text);
      var method = Pattern.compile("--" + which + "Method=(\\w+)").matcher(text);
      assertTrue(type.find() && method.find(), text);
      Class<?> found = Class.forName(type.group(1));
      int modifiers = found.getMethod(method.group(1), String[].class).getModifiers();
      assertTrue(java.lang.reflect.Modifier.isStatic(modifiers));
    }
  }

  @Test
  void theZipHoldsTheServiceAndNoCodeOfLinux() throws Exception {
    Path home = folder.resolve("work/agent/usr/lib/drawbridge-agent/lib");
    Files.createDirectories(home);
    Files.createDirectories(folder.resolve("work/agent/usr/share/doc/drawbridge-agent"));
    for (String jar : List.of("drawbridge-agent.jar", "netty-epoll-4-linux-x86_64.jar")) {
      Files.writeString(home.resolve(jar), "PK");
    }
    String said = shell("pack_zip agent; ls \"$out\"");
    assumeTrue(!said.contains("skipped"), said);
    String list = shell("\"$JAVA_HOME/bin/jar\" --list --file \"$out\"/*.zip");
    for (String file :
        List.of(
            "prunsrv.exe",
            "LICENSE-commons-daemon.txt",
            "drawbridge.cmd",
            "install.cmd",
            "uninstall.cmd",
            "README.txt",
            "lib/drawbridge-agent.jar")) {
      assertTrue(list.contains("drawbridge-agent-1.2/" + file), file + " is not in\n" + list);
    }
    assertFalse(list.contains("linux"), list);
  }
}
