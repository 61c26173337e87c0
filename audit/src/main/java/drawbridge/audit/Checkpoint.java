package drawbridge.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What the log was at one moment, signed: a C2SP tlog-checkpoint in a signed note. Immutable.
 *
 * @param origin name of the log
 * @param size records by then
 * @param root of the tree over them
 * @param text what is signed: origin, size, root, and lines that others may have added; ends with a
 *     line feed
 * @param signatures as they stand in the note
 */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out, and compared by the note
public record Checkpoint(
    String origin, long size, byte[] root, String text, List<NoteSignature> signatures) {
  private static final Pattern SIZE = Pattern.compile("0|[1-9][0-9]{0,17}");
  private static final String DASH = "— ";
  private static final int LONGEST = 64 << 10;

  /**
   * One line of signature.
   *
   * @param name of the signer
   * @param hash four bytes that tell its keys apart
   */
  @SuppressWarnings("ArrayRecordComponent") // as the line of text that it is
  public record NoteSignature(String name, byte[] hash, byte[] bytes) {
    String line() {
      byte[] both = Arrays.copyOf(hash, 4 + bytes.length);
      System.arraycopy(bytes, 0, both, 4, bytes.length);
      return DASH + name + " " + Base64.getEncoder().encodeToString(both) + "\n";
    }
  }

  public Checkpoint {
    root = root.clone();
    signatures = List.copyOf(signatures);
  }

  static Checkpoint sign(AuditKey key, long size, byte[] root) {
    String origin = key.verifier().name();
    String text = origin + "\n" + size + "\n" + Base64.getEncoder().encodeToString(root) + "\n";
    NoteSignature signature =
        new NoteSignature(origin, key.verifier().hash(origin), key.sign(text.getBytes(UTF_8)));
    return new Checkpoint(origin, size, root, text, List.of(signature));
  }

  /** With one more signature, such as a witness'. */
  Checkpoint with(NoteSignature another) {
    List<NoteSignature> all = new ArrayList<>(signatures);
    all.add(another);
    return new Checkpoint(origin, size, root, text, all);
  }

  /** The whole signed note. */
  public String note() {
    StringBuilder note = new StringBuilder(text).append('\n');
    signatures.forEach(signature -> note.append(signature.line()));
    return note.toString();
  }

  /**
   * Reads a signed note, and nothing but one.
   *
   * @throws IOException where the text is none, to the byte
   */
  public static Checkpoint parse(String note) throws IOException {
    int end = note.lastIndexOf("\n\n");
    String[] lines = end < 0 ? new String[0] : note.substring(0, end).split("\n", -1);
    if (note.length() > LONGEST || lines.length < 3 || !SIZE.matcher(lines[1]).matches()) {
      throw new IOException("not a checkpoint");
    }
    try {
      byte[] root = Base64.getDecoder().decode(lines[2]);
      List<NoteSignature> signatures = new ArrayList<>();
      for (String line : note.substring(end + 2).lines().toList()) {
        int space = line.indexOf(' ', DASH.length());
        if (!line.startsWith(DASH) || space < 0) {
          throw new IOException("not a signature");
        }
        byte[] both = Base64.getDecoder().decode(line.substring(space + 1));
        if (both.length < 5) {
          throw new IOException("not a signature");
        }
        signatures.add(
            new NoteSignature(
                line.substring(DASH.length(), space),
                Arrays.copyOf(both, 4),
                Arrays.copyOfRange(both, 4, both.length)));
      }
      Checkpoint read =
          new Checkpoint(
              lines[0], Long.parseLong(lines[1]), root, note.substring(0, end + 1), signatures);
      if (root.length != Hasher.BYTES || signatures.isEmpty() || !read.note().equals(note)) {
        throw new IOException("not a checkpoint");
      }
      return read;
    } catch (IllegalArgumentException e) {
      throw new IOException("not a checkpoint", e);
    }
  }

  /** Whether this key signed it, under the name of the log. */
  public boolean signedBy(VerifierKey key) {
    String name = key.name().isEmpty() ? origin : key.name();
    byte[] hash = key.hash(name);
    return !key.ofWitness()
        && name.equals(origin)
        && signatures.stream()
            .anyMatch(
                signature ->
                    signature.name().equals(name)
                        && Arrays.equals(signature.hash(), hash)
                        && key.verifies(text.getBytes(UTF_8), signature.bytes()));
  }

  boolean sameTree(Checkpoint other) {
    return size == other.size && Arrays.equals(root, other.root);
  }

  @Override
  public byte[] root() {
    return root.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Checkpoint checkpoint && checkpoint.note().equals(note());
  }

  @Override
  public int hashCode() {
    return Long.hashCode(size);
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s at %d", origin, size);
  }
}
