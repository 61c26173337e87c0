package drawbridge.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.settings.Finding;
import drawbridge.settings.Finding.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditDiskTest {
  @TempDir Path folder;

  @Test
  void aFullDiskIsNamedBeforeItRefusesCalls() {
    assertEquals(Verdict.FAILED, AuditDisk.space("audit", folder, 99).verdict());
    assertEquals(Verdict.WARNING, AuditDisk.space("audit", folder, 1_000).verdict());
    assertEquals(Verdict.OK, AuditDisk.space("audit", folder, 10_000).verdict());
  }

  @Test
  void theFolderNeedNotBeThereButItsPlaceMust() throws Exception {
    assertTrue(AuditDisk.look(folder.resolve("a/b")).detail().contains("MB are left"));
    Path file = Files.writeString(folder.resolve("file"), "");
    Finding found = AuditDisk.look(file.resolve("audit"));
    assertFalse(found.good());
    assertTrue(found.detail().contains("may not write"), found::toString);
  }
}
