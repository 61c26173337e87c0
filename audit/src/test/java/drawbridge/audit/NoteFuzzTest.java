package drawbridge.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.util.List;

/**
 * What others hand in to be kept or checked: agents' checkpoints at a gateway, requests at a
 * witness, proofs and keys at an auditor's. Runs its seeds as a test; with {@code JAZZER_FUZZ=1} in
 * the environment it searches.
 */
final class NoteFuzzTest {
  private static final List<VerifierKey> KEYS = List.of(AuditFiles.KEY.verifier());

  private static void need(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }

  /** By a key that nobody has, so that none of them can be signed. */
  @FuzzTest(maxDuration = "60s")
  void aCheckpointIsUnderstoodOrRefused(byte[] bytes) {
    try {
      Checkpoint checkpoint = Checkpoint.parse(new String(bytes, UTF_8));
      need(!checkpoint.signedBy(KEYS.getFirst()), "signed by us: " + checkpoint);
      need(checkpoint.size() >= 0, "a negative size");
      need(checkpoint.root().length == Hasher.BYTES, "no root");
      need(Checkpoint.parse(checkpoint.note()).equals(checkpoint), "not read as it was written");
    } catch (IOException e) {
      need(e.getMessage() != null, "no reason");
    }
  }

  @FuzzTest(maxDuration = "60s")
  void aProofShowsNothingThatOurKeyDidNotSign(byte[] bytes) {
    try {
      ProofText.Shown shown = ProofText.check(new String(bytes, UTF_8), KEYS, List.of());
      throw new AssertionError("believed: " + shown);
    } catch (IOException e) {
      need(e.getMessage() != null, "no reason");
    }
  }

  @FuzzTest(maxDuration = "60s")
  void aKeyIsUnderstoodOrRefused(byte[] bytes) {
    try {
      VerifierKey key = VerifierKey.parse(new String(bytes, UTF_8));
      need(VerifierKey.parse(key.text()).equals(key), "not read as it was written");
    } catch (IOException e) {
      need(e.getMessage() != null, "no reason");
    }
  }

  @FuzzTest(maxDuration = "60s")
  void aFileOfNotesIsReadToWhereItIsDamaged(byte[] bytes) {
    for (NoteFile.At at : NoteFile.of(bytes).notes()) {
      need(!at.checkpoint().signedBy(KEYS.getFirst()), "signed by us");
    }
  }
}
