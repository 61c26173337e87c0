package drawbridge.acceptance;

import static drawbridge.acceptance.Packages.one;
import static drawbridge.acceptance.Packages.succeeds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Packages built a second time from the same source are the same but for the AOT cache, which holds
 * what a run of the programs happened to do.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@NeedsPackages
final class BuiltTwiceTest {
  @TempDir static Path folder;
  private Path first;
  private Path again;

  @BeforeAll
  void build() throws Exception {
    first = Packages.folder();
    assumeTrue(Packages.built(), "a second build needs the source that the first was made of");
    again = folder.resolve("again");
    Packages.packed(again, "--without-cache --formats tar,deb,rpm");
  }

  @ParameterizedTest
  @ValueSource(strings = {"agent", "gateway"})
  void theArchiveHoldsTheSame(String name) throws Exception {
    compare("tar", name, ".tar.gz", "gzip -dc '%s'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"agent", "gateway"})
  void debiansPackageHoldsTheSame(String name) throws Exception {
    Packages.needs("dpkg-deb");
    compare("deb", name, ".deb", "dpkg-deb --fsys-tarfile '%s'");
    compare("control", name, ".deb", "dpkg-deb --ctrl-tarfile '%s'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"agent", "gateway"})
  void rpmsPackageHoldsTheSame(String name) throws Exception {
    Packages.needs("rpmbuild");
    String said =
        "rpm -qp --dump --scripts --requires --provides --info '%s' | grep -vE '^(Size|Signature)"
            + " |\\.aot '";
    Path file = one(first, "drawbridge-" + name, ".rpm");
    String what = succeeds(said.formatted(file));
    assertTrue(what.contains("/lib/drawbridge-" + name + ".jar "), what);
    assertEquals(what, succeeds(said.formatted(again.resolve(file.getFileName()))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"agent", "gateway"})
  void theBillOfMaterialsIsTheSame(String name) throws Exception {
    Path bill = one(first, "drawbridge-" + name, ".cdx.json");
    assertEquals(-1, Files.mismatch(bill, again.resolve(bill.getFileName())));
  }

  /** What has no cache to differ in does not differ at all. */
  @Test
  @EnabledIfSystemProperty(
      named = "drawbridge.long",
      matches = "true",
      disabledReason = "a third build takes a minute: run with --long")
  void withoutCachesEveryByteIsTheSame() throws Exception {
    Path third = folder.resolve("third");
    Packages.packed(third, "--without-cache --formats tar,deb,rpm");
    int compared = 0;
    try (Stream<Path> files = Files.list(again)) {
      for (Path file : files.sorted().toList()) {
        assertEquals(-1, Files.mismatch(file, third.resolve(file.getFileName())), file.toString());
        compared++;
      }
    }
    assertTrue(compared >= 5, "compared " + compared);
  }

  /** Rights, owners, sizes, times and a checksum of every file but the cache and what counts it. */
  private void compare(String kind, String name, String end, String asTar) throws Exception {
    Path file = one(first, "drawbridge-" + name, end);
    String what = contents(kind + "-1", asTar.formatted(file));
    assertTrue(what.lines().count() > 4, what);
    assertEquals(what, contents(kind + "-2", asTar.formatted(again.resolve(file.getFileName()))));
  }

  private String contents(String into, String asTar) throws Exception {
    Path there = Files.createDirectories(folder.resolve(into));
    String listing =
        succeeds(
            asTar
                + " | tar --numeric-owner --full-time -tv | grep -v"
                + " '\\.aot$\\|/control$\\|/md5sums$'");
    String sums =
        succeeds(
            """
            %s | tar -x -C '%s' && cd '%2$s'
            sed -i '/^Installed-Size: /d' control 2>/dev/null
            sed -i '/\\.aot$/d' md5sums 2>/dev/null
            find . -type f ! -name '*.aot' -exec sha256sum {} + | sort
            """
                .formatted(asTar, there));
    succeeds("rm -rf '%s'".formatted(there));
    return listing + sums;
  }
}
