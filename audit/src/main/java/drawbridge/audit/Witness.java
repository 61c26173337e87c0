package drawbridge.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A second pair of eyes on a log: adds its signature to a checkpoint only where that follows all
 * that it signed before. Cosignatures are those of C2SP tlog-cosignature v1, requests those of
 * tlog-witness. Thread-safe.
 */
final class Witness {
  private static final int TIME = Long.BYTES;

  private final AuditKey key;
  private final AnchorStore seen;
  private final InstantSource clock;

  /**
   * Makes a witness.
   *
   * @param seen what it signed before, kept where the log's owner cannot reach
   */
  Witness(AuditKey key, AnchorStore seen, InstantSource clock) {
    this.key = key;
    this.seen = seen;
    this.clock = clock;
  }

  /**
   * The checkpoint of a request with one more signature.
   *
   * @param log its public key
   * @param request a consistency proof as {@link AuditFolder#consistency(long, Checkpoint)} writes
   *     it; for the first one a checkpoint alone will do
   * @throws IOException saying why it is not signed
   */
  Checkpoint cosign(VerifierKey log, String request) throws IOException {
    boolean bare = !request.startsWith("old ");
    int end = bare ? -2 : request.indexOf("\n\n");
    if (!bare && end < 0) {
      throw new IOException("this is neither a checkpoint nor a consistency proof");
    }
    Checkpoint checkpoint = Checkpoint.parse(request.substring(end + 2));
    List<String> lines = bare ? List.of("old 0") : request.substring(0, end).lines().toList();
    String name = checkpoint.origin().replace('/', '.');
    if (!name.matches("[a-z0-9.-]{1,90}")) {
      throw new IOException("“" + checkpoint.origin() + "” is no log of this bridge");
    }
    long known = seen.size(name);
    List<byte[]> proof = ProofText.hashes(lines.subList(1, lines.size()));
    AnchorStore.Outcome outcome =
        seen.accept(
            name, new VerifierKey(checkpoint.origin(), log.raw()).text(), checkpoint.note(), proof);
    switch (outcome) {
      case KEPT, KNOWN -> {}
      case NOT_SIGNED -> throw new IOException("the checkpoint is not signed by the key given");
      case OTHER_KEY -> throw new IOException("this log signed with another key before");
      case INCONSISTENT -> {
        if (!lines.getFirst().equals("old " + known)) {
          throw new IOException(
              "this witness last saw %d records. Fix: drawbridge audit consistency FOLDER %d"
                  .formatted(known, known));
        }
        throw new IOException(
            "the log no longer begins with the %d records that this witness saw: it was altered or cut"
                .formatted(known));
      }
    }
    byte[] time = ByteBuffer.allocate(TIME).putLong(clock.instant().getEpochSecond()).array();
    VerifierKey own = key.verifier().witness();
    byte[] signature = key.sign(message(checkpoint, time));
    byte[] timed = Arrays.copyOf(time, TIME + signature.length);
    System.arraycopy(signature, 0, timed, TIME, signature.length);
    return checkpoint.with(new Checkpoint.NoteSignature(own.name(), own.hash(own.name()), timed));
  }

  /** When this witness signed the checkpoint; empty: it did not. */
  static Optional<Instant> signed(Checkpoint checkpoint, VerifierKey witness) {
    byte[] hash = witness.hash(witness.name());
    for (Checkpoint.NoteSignature signature : checkpoint.signatures()) {
      byte[] timed = signature.bytes();
      if (signature.name().equals(witness.name())
          && Arrays.equals(signature.hash(), hash)
          && timed.length > TIME
          && witness.verifies(
              message(checkpoint, Arrays.copyOf(timed, TIME)),
              Arrays.copyOfRange(timed, TIME, timed.length))) {
        return Optional.of(Instant.ofEpochSecond(ByteBuffer.wrap(timed).getLong()));
      }
    }
    return Optional.empty();
  }

  private static byte[] message(Checkpoint checkpoint, byte[] time) {
    String seconds = Long.toUnsignedString(ByteBuffer.wrap(time).getLong());
    return ("cosignature/v1\ntime " + seconds + "\n" + checkpoint.text()).getBytes(UTF_8);
  }
}
