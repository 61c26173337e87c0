package drawbridge.audit;

import static drawbridge.audit.AuditFiles.about;
import static drawbridge.audit.AuditFiles.ok;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WitnessTest {
  private static final AuditKey KEY = AuditKey.generate("witness.example");
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
  private static final VerifierKey LOG = AuditFiles.KEY.verifier();

  @TempDir Path temp;
  private Path folder = Path.of("");
  private AuditFolder audit = AuditFolder.of(Path.of(""));

  @BeforeEach
  void write() throws Exception {
    folder = temp.resolve("agent");
    audit = AuditFolder.of(folder);
    grow("a", 5);
  }

  private void grow(String call, int records) throws Exception {
    try (AuditLog log = AuditFiles.open(folder)) {
      for (int i = 0; i < records; i++) {
        log.record(AuditRecord.call(about(call + i), ok()));
      }
    }
  }

  private Witness witness() throws IOException {
    return new Witness(
        KEY, AnchorStore.open(temp.resolve("seen"), InstantSource.system()), () -> NOW);
  }

  private String refusal(VerifierKey log, String request) {
    return String.valueOf(
        assertThrows(IOException.class, () -> witness().cosign(log, request)).getMessage());
  }

  @Test
  void signsWhatFollowsAndNothingElse() throws Exception {
    Checkpoint first = audit.checkpoint();
    assertEquals(
        Optional.of(NOW),
        Witness.signed(witness().cosign(LOG, first.note()), KEY.verifier().witness()));
    grow("b", 9);
    String bare = audit.checkpoint().note();
    String told = refusal(LOG, bare);
    assertTrue(told.contains("audit consistency FOLDER " + first.size()), told);
    String request = audit.consistency(first.size(), audit.checkpoint());
    Checkpoint signed = witness().cosign(LOG, request);
    assertTrue(signed.signedBy(LOG), signed::note);
    // Once more, by a witness that was started anew and knows only what it kept.
    assertEquals(signed, witness().cosign(LOG, request));

    Path other = temp.resolve("rewritten");
    try (AuditLog log = AuditFiles.open(other)) {
      for (int i = 0; i < 40; i++) {
        log.record(AuditRecord.call(about("c" + i), ok()));
      }
    }
    AuditFolder rewritten = AuditFolder.of(other);
    String lie = rewritten.consistency(signed.size(), rewritten.checkpoint());
    String refused = refusal(LOG, lie);
    assertTrue(refused.contains("altered or cut"), refused);
    VerifierKey foreign = AuditKey.generate(LOG.name()).verifier();
    assertTrue(refusal(foreign, request).contains("not signed by the key given"));
    assertTrue(refusal(LOG, "old 3\nnothing").contains("neither a checkpoint"));
  }

  @Test
  void theSignatureIsTheOneOfTheSpecification() throws Exception {
    Checkpoint signed = witness().cosign(LOG, audit.checkpoint().note());
    Checkpoint.NoteSignature last = signed.signatures().getLast();
    VerifierKey key = KEY.verifier();
    assertEquals("witness.example", last.name());
    byte[] hashed =
        Independent.sha256("witness.example\n".getBytes(UTF_8), new byte[] {4}, key.raw());
    assertArrayEquals(Arrays.copyOf(hashed, 4), last.hash());
    assertEquals(72, last.bytes().length);
    assertEquals(NOW.getEpochSecond(), ByteBuffer.wrap(last.bytes()).getLong());
    String message = "cosignature/v1\ntime " + NOW.getEpochSecond() + "\n" + signed.text();
    assertTrue(key.verifies(message.getBytes(UTF_8), Arrays.copyOfRange(last.bytes(), 8, 72)));
  }

  @Test
  void oneKindOfKeyNeverPassesForTheOther() throws Exception {
    Checkpoint signed = witness().cosign(LOG, audit.checkpoint().note());
    VerifierKey eye = VerifierKey.parse(KEY.verifier().witness().text());
    assertTrue(Witness.signed(signed, eye).isPresent());
    assertFalse(Witness.signed(signed, KEY.verifier()).isPresent());
    assertFalse(Witness.signed(signed, LOG.witness()).isPresent());
    assertFalse(signed.signedBy(LOG.witness()));
    assertFalse(Witness.signed(audit.checkpoint(), eye).isPresent());
  }
}
