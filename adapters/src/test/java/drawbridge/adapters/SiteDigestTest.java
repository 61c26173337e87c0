package drawbridge.adapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import drawbridge.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a right there")
class SiteDigestTest {
  @TempDir Path folder;

  private Path site(String name) throws IOException {
    Path site = Files.createDirectories(folder.resolve(name));
    Files.writeString(site.resolve("policy.yaml"), "rules: []\n");
    return site;
  }

  /** Clusters mount {@code apis} as a link to {@code ..data/apis}, and change that link at once. */
  @Test
  void aFolderMountedByALinkCountsAsThatFolder() throws Exception {
    Path plain = site("plain");
    Files.writeString(Files.createDirectory(plain.resolve("apis")).resolve("a.yaml"), "api: a\n");
    Path mounted = site("mounted");
    Path data = Files.createDirectories(mounted.resolve("..data/apis"));
    Files.writeString(data.resolve("a.yaml"), "api: a\n");
    Files.createSymbolicLink(mounted.resolve("apis"), Path.of("..data/apis"));
    String before = SiteDigest.of(mounted);
    assertEquals(SiteDigest.of(plain), before);
    Files.writeString(data.resolve("a.yaml"), "api: b\n");
    assertNotEquals(before, SiteDigest.of(mounted));
  }

  /** Else what was read between could be of a moment that neither digest shows. */
  @Test
  void whatWasReplacedAndPutBackIsAnotherMoment() throws Exception {
    Path site = site("back");
    Path policy = site.resolve("policy.yaml");
    SiteDigest.Moment before = SiteDigest.Moment.of(site);
    assertEquals(before, SiteDigest.Moment.of(site));
    Path other = Files.writeString(folder.resolve("other"), "rules: [{}]\n");
    Path same = Files.copy(policy, folder.resolve("same"), StandardCopyOption.COPY_ATTRIBUTES);
    Files.move(other, policy, StandardCopyOption.ATOMIC_MOVE);
    Files.move(same, policy, StandardCopyOption.ATOMIC_MOVE);
    SiteDigest.Moment after = SiteDigest.Moment.of(site);
    assertEquals(before.digest(), after.digest());
    assertNotEquals(before, after);
  }

  @Test
  void aCircleOfLinksIsRefused() throws Exception {
    Path site = site("circle");
    Files.createSymbolicLink(site.resolve("again"), site);
    assertThrows(SettingsException.class, () -> SiteDigest.of(site));
  }
}
