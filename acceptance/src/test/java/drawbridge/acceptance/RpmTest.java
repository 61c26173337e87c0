package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The life of the agent's {@code .rpm}, by rpm itself with the package's own scripts, in a root
 * that holds what they need. It is Debian's: no distribution that uses rpm can be made here.
 */
@Timeout(600)
@NeedsPackages
final class RpmTest {
  @TempDir Path folder;

  @Test
  void installedUpgradedAndErasedItServesACallAndLeavesWhatIsTheAdmins() throws Exception {
    Path packages = Packages.folder();
    for (String tool : new String[] {"rpm", "rpmbuild", "rpm2cpio", "cpio"}) {
      Packages.needs(tool);
    }
    Path debian = Packages.debian();
    Path rpm = Packages.one(packages, "drawbridge-agent", ".rpm");
    Path newer = newer(rpm);
    Path layer = Files.createDirectory(folder.resolve("layer"));
    try (Stack stack = Stack.start(StackPlan.small().withRows(1_000), line -> {});
        InstalledRoot root = InstalledRoot.make(layer, debian, packages, stack.folder())) {
      InstalledService agent = new InstalledService(root, "agent", "agent-a", stack);
      stack.stop("agent-a");
      root.rpm("--install --nodeps '%s'".formatted(rpm));
      root.run(
          """
          set -e
          id drawbridge-agent
          test "$(stat -c %a:%U:%G /etc/drawbridge/agent)" = 750:root:drawbridge-agent
          test "$(stat -c %a:%U /etc/drawbridge/agent/secrets)" = 700:root
          test "$(stat -c %a:%U /var/lib/drawbridge/agent)" = 700:drawbridge-agent
          test ! -e /etc/systemd/system/multi-user.target.wants/drawbridge-agent.service
          """);
      assertEquals(
          "", root.rpm("--verify --nodeps drawbridge-agent"), "what was installed is in order");
      agent.configure();
      agent.start();
      agent.serves();
      assertTrue(agent.maps().contains(".aot"), "it does not use its cache");
      agent.stop();

      String kept = "find /etc/drawbridge /var/lib/drawbridge -type f -exec sha256sum {} + | sort";
      String before = root.run(kept);
      root.rpm("--upgrade --nodeps '%s'".formatted(newer));
      assertEquals(before, root.run(kept));
      assertEquals("9", root.rpm("--query --queryformat '%{VERSION}' drawbridge-agent"));
      assertEquals("", root.rpm("--verify --nodeps drawbridge-agent"));
      agent.start();
      agent.serves();
      agent.stop();

      before = root.run(kept);
      root.rpm("--erase --nodeps drawbridge-agent");
      assertEquals(before, root.run(kept));
      root.run("test ! -e /usr/lib/drawbridge-agent && test ! -e /usr/bin/drawbridge-agent");
      root.run("test -z \"$(find / -xdev -name '*drawbridge*' -path '*systemd*')\"");
    }
  }

  /**
   * The same files as version 9, packed by the build's own script, which changes no time of theirs.
   */
  private Path newer(Path rpm) throws Exception {
    Path out = Files.createDirectories(folder.resolve("newer"));
    Packages.succeeds(
        """
        bash -c '
        set -euo pipefail
        export LC_ALL=C TZ=UTC SOURCE_DATE_EPOCH=4102444800; umask 022
        fail() { echo "refused: $*"; exit 9; }
        root=%1$s linux=$root/installer/linux out=%2$s work=%2$s/work epoch=$SOURCE_DATE_EPOCH version=9
        . "$root/installer/stage.sh"; . "$root/installer/formats.sh"
        mkdir -p "$work/agent" && cd "$work/agent"
        rpm2cpio %3$s | cpio --extract --make-directories --preserve-modification-time --quiet
        pack_rpm agent
        rm -rf "$work"
        '
        """
            .formatted(Repository.root(), out, rpm));
    return Packages.one(out, "drawbridge-agent-9", ".rpm");
  }
}
