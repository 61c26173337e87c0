package drawbridge.audit;

import static drawbridge.audit.AuditFiles.about;
import static drawbridge.audit.AuditFiles.ok;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs of other versions: an earlier one's is read and gone on with, a later one's is named. */
class FormatTest {
  private static final Path VERSIONS = Path.of("src/test/resources/older");

  @TempDir Path folder;

  /** Each release leaves a log here that nobody changes again. */
  @Test
  void theLogOfAnEarlierVersionIsVerifiedSearchedAndGoneOnWith() throws Exception {
    List<Path> versions;
    try (Stream<Path> all = Files.list(VERSIONS)) {
      versions = all.sorted().toList();
    }
    assertTrue(!versions.isEmpty());
    for (Path version : versions) {
      Path log = Files.createDirectory(folder.resolve(version.getFileName()));
      try (Stream<Path> files = Files.list(version.resolve("audit"))) {
        for (Path file : files.toList()) {
          Files.copy(file, log.resolve(file.getFileName()));
        }
      }
      List<Verdict.Anchor> anchors =
          Anchors.read(version.resolve("gateway.checkpoints")).stream()
              .map(one -> new Verdict.Anchor("gateway-1", one))
              .toList();
      List<VerifierKey> keys = VerifierKey.read(version.resolve("audit.vkey"));
      Verdict verdict = AuditFolder.of(log).verify(keys, anchors);
      assertInstanceOf(Verdict.Anchored.class, verdict, verdict.toString());
      assertTrue(find(log).contains("\"call\":\"older-7\""), "searched by its index");
      AuditFiles.open(log).close();
      Verdict after = AuditFolder.of(log).verify(List.of(), anchors);
      assertInstanceOf(Verdict.Anchored.class, after, after.toString());
    }
  }

  private static String find(Path log) {
    var said = new java.io.StringWriter();
    int code =
        new picocli.CommandLine(Main.command())
            .setOut(new java.io.PrintWriter(said))
            .execute("find", log.toString(), "--call", "older-7");
    assertEquals(0, code, said::toString);
    return said.toString();
  }

  @Test
  void aLogOfALaterVersionIsNeitherJudgedNorGoneOnWith() throws Exception {
    try (AuditLog log = AuditFiles.open(folder)) {
      log.record(AuditRecord.call(about("a"), ok()));
    }
    Path lines = Folder.segments(folder).getLast();
    Files.writeString(
        lines, Files.readString(lines).replaceFirst("\"format\":\\d+", "\"format\":99"));
    byte[] before = Files.readAllBytes(lines);
    for (IOException said :
        List.of(
            assertThrows(
                IOException.class, () -> AuditFolder.of(folder).verify(List.of(), List.of())),
            assertThrows(IOException.class, () -> AuditFiles.open(folder)))) {
      String text = String.valueOf(said.getMessage());
      assertTrue(text.contains("format 99, which a later version wrote"), text);
    }
    assertArrayEquals(before, Files.readAllBytes(lines));
  }
}
