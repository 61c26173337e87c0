package drawbridge.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * Checks a log as docs/audit.md says that anybody can: with RFC 6962, the signed note's form and
 * the JDK, and not one class of the writer.
 */
final class Independent {
  private Independent() {}

  static byte[] leaf(byte[] data) {
    return sha256(new byte[] {0}, data);
  }

  /** MTH of RFC 6962, 2.1, word for word. */
  static byte[] root(List<byte[]> data) {
    if (data.isEmpty()) {
      return sha256();
    }
    if (data.size() == 1) {
      return leaf(data.getFirst());
    }
    int k = 1;
    while (2 * k < data.size()) {
      k *= 2;
    }
    return sha256(new byte[] {1}, root(data.subList(0, k)), root(data.subList(k, data.size())));
  }

  static byte[] sha256(byte[]... parts) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      for (byte[] part : parts) {
        sha.update(part);
      }
      return sha.digest();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** The lines of all segments, as bytes without their line feeds. */
  static List<byte[]> lines(Path folder) throws IOException {
    List<byte[]> lines = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file :
          files.filter(f -> f.toString().matches(".*\\.jsonl(\\.gz)?")).sorted().toList()) {
        InputStream in = Files.newInputStream(file);
        try (InputStream plain = file.toString().endsWith(".gz") ? new GZIPInputStream(in) : in) {
          ByteArrayOutputStream line = new ByteArrayOutputStream();
          for (byte b : plain.readAllBytes()) {
            if (b == '\n') {
              lines.add(line.toByteArray());
              line.reset();
            } else {
              line.write(b);
            }
          }
        }
      }
    }
    return lines;
  }

  /** The notes of all segments as text. */
  static List<String> notes(Path folder) throws IOException {
    List<String> notes = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".checkpoints")).sorted().toList()) {
        String[] parts = Files.readString(file).split("\n\n", -1);
        for (int i = 0; i + 1 < parts.length; i += 2) {
          notes.add(parts[i] + "\n\n" + parts[i + 1] + "\n");
        }
      }
    }
    return notes;
  }

  /** Whether a note is signed by this key and its root is that of so many of the lines. */
  static boolean holds(String note, String verifierKey, List<byte[]> lines)
      throws GeneralSecurityException {
    String[] key = verifierKey.split("\\+", 3);
    byte[] raw = Base64.getDecoder().decode(key[2]);
    String text = note.substring(0, note.indexOf("\n\n") + 1);
    String signature = note.substring(note.indexOf("\n\n") + 2).strip();
    String prefix = "— " + key[0] + " ";
    if (!signature.startsWith(prefix) || !text.startsWith(key[0] + "\n")) {
      return false;
    }
    byte[] bytes = Base64.getDecoder().decode(signature.substring(prefix.length()));
    if (!HexFormat.of().formatHex(bytes, 0, 4).equals(key[1])) {
      return false;
    }
    byte[] spki = HexFormat.of().parseHex("302a300506032b6570032100" + hex(raw));
    PublicKey publicKey =
        KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(spki));
    Signature ed25519 = Signature.getInstance("Ed25519");
    ed25519.initVerify(publicKey);
    ed25519.update(text.getBytes(UTF_8));
    String[] body = text.split("\n", -1);
    int size = Integer.parseInt(body[1]);
    return ed25519.verify(Arrays.copyOfRange(bytes, 4, bytes.length))
        && size <= lines.size()
        && Arrays.equals(root(lines.subList(0, size)), Base64.getDecoder().decode(body[2]));
  }

  private static String hex(byte[] typed) {
    return HexFormat.of().formatHex(typed, 1, typed.length);
  }
}
