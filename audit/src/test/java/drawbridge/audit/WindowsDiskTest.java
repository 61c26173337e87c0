package drawbridge.audit;

import static drawbridge.audit.AuditFiles.about;
import static drawbridge.audit.AuditFiles.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A log on a file system as Windows has it: rights are a list, no folder can be opened to make it
 * durable, and names have drive letters.
 */
class WindowsDiskTest {
  @Test
  void aLogIsWrittenGoneOnWithAndVerified() throws Exception {
    Configuration windows =
        Configuration.windows().toBuilder()
            .setAttributeViews("basic", "owner", "dos", "acl")
            .build();
    try (FileSystem files = Jimfs.newFileSystem(windows)) {
      Path folder = files.getPath("C:\\ProgramData\\Drawbridge\\agent\\state\\audit");
      for (int process = 0; process < 3; process++) {
        try (AuditLog log = AuditFiles.open(folder, 2_000)) {
          for (int i = 0; i < 20; i++) {
            log.record(AuditRecord.begin(about("c" + process + "-" + i)));
            log.record(AuditRecord.end(about("c" + process + "-" + i), ok()));
          }
        }
      }
      Verdict verdict =
          AuditFolder.of(folder).verify(List.of(AuditFiles.KEY.verifier()), List.of());
      assertInstanceOf(Verdict.Consistent.class, verdict, verdict.toString());
      assertTrue(Folder.segments(folder).size() > 3);

      Path values = folder.resolveSibling("audit-values");
      ValueKeys.open(values, Duration.ofDays(30), InstantSource.system());
      try (var keys = Files.list(values)) {
        assertEquals(1, keys.count());
      }
      AnchorStore anchors =
          AnchorStore.open(folder.resolveSibling("anchors"), InstantSource.system());
      Checkpoint newest = AuditFolder.of(folder).checkpoint();
      assertEquals(
          AnchorStore.Outcome.KEPT,
          anchors.accept(
              "plant-1.agent-a", AuditFiles.KEY.verifier().text(), newest.note(), List.of()));
    }
  }
}
