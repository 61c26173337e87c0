package drawbridge.audit;

import static drawbridge.audit.AuditFiles.about;
import static drawbridge.audit.AuditFiles.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnchorStoreTest {
  private static final String NAME = "plant-1.agent-a";

  @TempDir Path temp;

  private AuditFolder grow(String name, int calls) throws Exception {
    Path folder = temp.resolve(name);
    try (AuditLog log = AuditFiles.open(folder)) {
      for (int i = 0; i < calls; i++) {
        log.record(AuditRecord.call(about(name + i), ok()));
      }
    }
    return AuditFolder.of(folder);
  }

  private AnchorStore store() throws IOException {
    return AnchorStore.open(temp.resolve("anchors"), InstantSource.system());
  }

  private static AnchorStore.Outcome tell(AnchorStore store, AuditFolder log, AuditKey key)
      throws IOException {
    long old = store.size(NAME);
    Checkpoint newest = log.checkpoint();
    List<byte[]> proof =
        old > 0 && old < newest.size() ? log.consistency(old, newest.size()) : List.of();
    return store.accept(NAME, key.verifier().text(), newest.note(), proof);
  }

  @Test
  void whatGrowsIsKeptOverRestartsAndAnchorsTheLog() throws Exception {
    for (int round = 0; round < 4; round++) {
      AuditFolder log = grow("a", 5 + round);
      AnchorStore store = store();
      assertEquals(AnchorStore.Outcome.KEPT, tell(store, log, AuditFiles.KEY));
      assertEquals(AnchorStore.Outcome.KNOWN, tell(store, log, AuditFiles.KEY));
      assertEquals(log.checkpoint().size(), store.size(NAME));
      // As a process leaves it that ends in the middle of the next one.
      Files.writeString(file(), "drawbridge/plant-1/ag", StandardOpenOption.APPEND);
    }
    List<Verdict.Anchor> anchors =
        Anchors.read(file()).stream().map(one -> new Verdict.Anchor("here", one)).toList();
    assertEquals(4, anchors.size());
    Verdict verdict = AuditFolder.of(temp.resolve("a")).verify(List.of(), anchors);
    assertInstanceOf(Verdict.Anchored.class, verdict, verdict.toString());
  }

  private Path file() throws IOException {
    try (Stream<Path> files = Files.list(temp.resolve("anchors"))) {
      return files.filter(one -> one.toString().endsWith(".checkpoints")).findFirst().orElseThrow();
    }
  }

  @Test
  void whatWasAlteredCutOrBegunAnewIsRefused() throws Exception {
    AnchorStore store = store();
    AuditFolder log = grow("a", 10);
    assertEquals(AnchorStore.Outcome.KEPT, tell(store, log, AuditFiles.KEY));
    AuditFolder shorter = grow("shorter", 3);
    assertEquals(AnchorStore.Outcome.INCONSISTENT, tell(store, shorter, AuditFiles.KEY));
    AuditFolder other = grow("other", 30);
    assertEquals(AnchorStore.Outcome.INCONSISTENT, tell(store, other, AuditFiles.KEY));
    assertEquals(
        AnchorStore.Outcome.INCONSISTENT,
        store.accept(
            NAME, AuditFiles.KEY.verifier().text(), grow("a", 5).checkpoint().note(), List.of()),
        "and a true one without a proof");
    assertEquals(
        AnchorStore.Outcome.KEPT, tell(store, AuditFolder.of(temp.resolve("a")), AuditFiles.KEY));
  }

  /** As docs/operations.md has it after a machine was lost; nothing is started again. */
  @Test
  void aLogBeginsAnewOnceWhatWasKeptOfTheOldOneIsMovedAway() throws Exception {
    AnchorStore store = store();
    assertEquals(AnchorStore.Outcome.KEPT, tell(store, grow("a", 10), AuditFiles.KEY));
    AuditFolder anew = grow("anew", 3);
    assertEquals(AnchorStore.Outcome.INCONSISTENT, tell(store, anew, AuditFiles.KEY));
    Path away = Files.createDirectory(temp.resolve("away"));
    for (Path kept : List.of(file(), temp.resolve("anchors").resolve(NAME + ".vkey"))) {
      Files.move(kept, away.resolve(kept.getFileName()));
    }
    assertEquals(AnchorStore.Outcome.KEPT, tell(store, anew, AuditFiles.KEY));
    assertEquals(anew.checkpoint().size(), store.size(NAME));
    assertEquals(anew.checkpoint().size(), store().size(NAME), "after a restart too");
  }

  @Test
  void anotherKeyAndNoKeyAreNotBelieved() throws Exception {
    AnchorStore store = store();
    AuditFolder log = grow("a", 5);
    assertEquals(AnchorStore.Outcome.KEPT, tell(store, log, AuditFiles.KEY));
    AuditKey thief = AuditKey.generate(AuditFiles.KEY.verifier().name());
    Checkpoint stolen = Checkpoint.sign(thief, log.checkpoint().size() + 1, new byte[32]);
    assertEquals(
        AnchorStore.Outcome.OTHER_KEY,
        store.accept(NAME, thief.verifier().text(), stolen.note(), List.of()));
    assertEquals(
        AnchorStore.Outcome.NOT_SIGNED,
        store.accept(NAME, AuditFiles.KEY.verifier().text(), stolen.note(), List.of()));
    assertEquals(AnchorStore.Outcome.NOT_SIGNED, store.accept(NAME, "x", "y", List.of()));
  }
}
