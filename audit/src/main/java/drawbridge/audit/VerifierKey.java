package drawbridge.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
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

/**
 * A public Ed25519 key that checkpoints are verified with. Immutable. Written as C2SP signed-note
 * does: {@code NAME+HASH+BASE64}.
 *
 * @param name of the signer; empty: any, for a key that came as PEM, which has no name
 * @param raw the 32 bytes of RFC 8032
 * @param type what it signs, as C2SP signed-note numbers it: notes, or cosignatures of a witness
 */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out, and compared by content
public record VerifierKey(String name, byte[] raw, byte type) {
  private static final byte ED25519 = 1;
  private static final byte WITNESS = 4;

  /** SubjectPublicKeyInfo of an Ed25519 key, up to its 32 bytes. */
  private static final byte[] SPKI = HexFormat.of().parseHex("302a300506032b6570032100");

  public VerifierKey {
    if (raw.length != 32) {
      throw new IllegalArgumentException("not an Ed25519 key");
    }
    raw = raw.clone();
  }

  /** A key that signs notes. */
  VerifierKey(String name, byte[] raw) {
    this(name, raw, ED25519);
  }

  /** The same key as that of a witness, whose signatures never pass for a log's own. */
  VerifierKey witness() {
    return new VerifierKey(name, raw, WITNESS);
  }

  boolean ofWitness() {
    return type == WITNESS;
  }

  @Override
  public byte[] raw() {
    return raw.clone();
  }

  /** Reads every key of a file: a PEM public key, or lines as {@link #text()} writes them. */
  public static List<VerifierKey> read(Path file) throws IOException {
    String text = Files.readString(file);
    List<VerifierKey> keys = new ArrayList<>();
    if (text.contains("-----BEGIN PUBLIC KEY-----")) {
      byte[] der = Pem.body(file, text, "PUBLIC KEY");
      if (der.length != SPKI.length + 32 || !Arrays.equals(der, 0, 12, SPKI, 0, 12)) {
        throw new IOException(file + " holds a key that is not Ed25519");
      }
      keys.add(new VerifierKey("", Arrays.copyOfRange(der, SPKI.length, der.length)));
    } else {
      for (String line : text.lines().filter(l -> !l.isBlank()).toList()) {
        keys.add(parse(line.strip()));
      }
    }
    if (keys.isEmpty()) {
      throw new IOException(file + " holds no public key");
    }
    return keys;
  }

  /**
   * Reads one key.
   *
   * @throws IOException where it is none
   */
  public static VerifierKey parse(String text) throws IOException {
    String[] parts = text.split("\\+", 3);
    try {
      if (parts.length == 3) {
        byte[] key = Base64.getDecoder().decode(parts[2]);
        if (key.length == 33 && (key[0] == ED25519 || key[0] == WITNESS)) {
          VerifierKey read = new VerifierKey(parts[0], Arrays.copyOfRange(key, 1, 33), key[0]);
          if (read.text().equals(text)) {
            return read;
          }
        }
      }
    } catch (IllegalArgumentException e) {
      // said below
    }
    throw new IOException("“" + text + "” is not a public key in the form of a signed note");
  }

  /** {@code NAME+HASH+BASE64}, with the name and hash that the signer's notes carry. */
  public String text() {
    return name
        + "+"
        + HexFormat.of().formatHex(hash(name))
        + "+"
        + Base64.getEncoder().encodeToString(typed());
  }

  /** The four bytes that begin a signature under this name. */
  byte[] hash(String name) {
    MessageDigest sha = Hasher.sha256();
    sha.update((name + "\n").getBytes(UTF_8));
    return Arrays.copyOf(sha.digest(typed()), 4);
  }

  private byte[] typed() {
    byte[] typed = new byte[33];
    typed[0] = type;
    System.arraycopy(raw, 0, typed, 1, 32);
    return typed;
  }

  boolean sameKey(VerifierKey other) {
    return Arrays.equals(raw, other.raw);
  }

  boolean verifies(byte[] message, byte[] signature) {
    try {
      Signature ed25519 = Signature.getInstance("Ed25519");
      ed25519.initVerify(publicKey());
      ed25519.update(message);
      return ed25519.verify(signature);
    } catch (GeneralSecurityException e) {
      return false; // a signature of the wrong length or form
    }
  }

  private PublicKey publicKey() throws GeneralSecurityException {
    byte[] der = Arrays.copyOf(SPKI, SPKI.length + 32);
    System.arraycopy(raw, 0, der, SPKI.length, 32);
    return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof VerifierKey(String otherName, byte[] otherRaw, byte otherType)
        && type == otherType
        && name.equals(otherName)
        && Arrays.equals(raw, otherRaw);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(raw);
  }

  @Override
  public String toString() {
    return text();
  }
}
