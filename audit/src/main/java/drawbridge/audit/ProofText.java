package drawbridge.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Reads proofs as {@link AuditFolder} writes them, and says whether they hold. */
public final class ProofText {
  static final String INCLUSION = "c2sp.org/tlog-proof@v1";

  private static final int MOST_HASHES = 128;

  private ProofText() {}

  /**
   * What a proof shows.
   *
   * @param line of the record; empty for a consistency proof
   * @param checkpoint that it leads to
   * @param size of the record's number, or of the older tree
   */
  public record Shown(String line, Checkpoint checkpoint, long size) {}

  /**
   * Checks a proof with nothing but public keys.
   *
   * @param old the older checkpoint, for a consistency proof; ignored for an inclusion proof
   * @throws IOException saying why it does not hold
   */
  public static Shown check(String text, List<VerifierKey> keys, List<Checkpoint> old)
      throws IOException {
    int end = text.indexOf("\n\n");
    if (end < 0) {
      throw new IOException("this is no proof");
    }
    List<String> lines = new ArrayList<>(text.substring(0, end).lines().toList());
    Checkpoint checkpoint = Checkpoint.parse(text.substring(end + 2));
    if (keys.stream().noneMatch(checkpoint::signedBy)) {
      throw new IOException("the checkpoint is signed by none of the keys given");
    }
    try {
      String first = lines.removeFirst();
      return first.equals(INCLUSION)
          ? inclusion(lines, checkpoint)
          : consistency(first, lines, checkpoint, keys, old);
    } catch (IllegalArgumentException | java.util.NoSuchElementException e) {
      throw new IOException("this is no proof", e);
    }
  }

  private static Shown inclusion(List<String> lines, Checkpoint checkpoint) throws IOException {
    String extra = lines.removeFirst();
    if (!extra.startsWith("extra ")) {
      throw new IOException("this proof does not carry its record");
    }
    byte[] record = decode(extra.substring(6));
    String index = lines.removeFirst();
    if (!index.matches("index (0|[1-9][0-9]{0,17})")) {
      throw new IOException("this is no proof");
    }
    long leaf = Long.parseLong(index.substring(6));
    byte[] hash = new Hasher().leaf(record, 0, record.length);
    if (!Proof.included(hash, leaf, checkpoint.size(), hashes(lines), checkpoint.root())) {
      throw new IOException("the record is not in the log of this checkpoint");
    }
    return new Shown(new String(record, UTF_8), checkpoint, leaf + 1);
  }

  private static Shown consistency(
      String first,
      List<String> lines,
      Checkpoint checkpoint,
      List<VerifierKey> keys,
      List<Checkpoint> olds)
      throws IOException {
    if (!first.matches("old (0|[1-9][0-9]{0,17})")) {
      throw new IOException("this is no proof");
    }
    long size = Long.parseLong(first.substring(4));
    Checkpoint old =
        olds.stream()
            .filter(one -> one.size() == size && keys.stream().anyMatch(one::signedBy))
            .findFirst()
            .orElseThrow(
                () ->
                    new IOException(
                        "the older checkpoint, of " + size + " records, was not given"));
    if (!old.origin().equals(checkpoint.origin())) {
      throw new IOException("the two checkpoints are of two logs");
    }
    if (!Proof.consistent(size, old.root(), checkpoint.size(), checkpoint.root(), hashes(lines))) {
      throw new IOException("the log of this checkpoint does not begin with the older one");
    }
    return new Shown("", checkpoint, size);
  }

  /** Only in its one true spelling, so that a proof cannot be altered and hold. */
  private static byte[] decode(String base64) throws IOException {
    byte[] bytes = Base64.getDecoder().decode(base64);
    if (!AuditFolder.base64(bytes).equals(base64)) {
      throw new IOException("this is no proof");
    }
    return bytes;
  }

  static List<byte[]> hashes(List<String> lines) throws IOException {
    if (lines.size() > MOST_HASHES) {
      throw new IOException("this is no proof");
    }
    List<byte[]> hashes = new ArrayList<>();
    for (String line : lines) {
      byte[] hash = decode(line);
      if (hash.length != Hasher.BYTES) {
        throw new IOException("this is no proof");
      }
      hashes.add(hash);
    }
    return hashes;
  }
}
