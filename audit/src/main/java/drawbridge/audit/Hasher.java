package drawbridge.audit;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The two hashes of an RFC 6962 tree. For one thread; making one costs about as much as a hash. */
final class Hasher {
  static final int BYTES = 32;

  private static final byte LEAF = 0;
  private static final byte NODE = 1;

  private final MessageDigest sha = sha256();

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /** Of one record: the bytes of its line without the line feed. */
  byte[] leaf(byte[] bytes, int from, int length) {
    sha.update(LEAF);
    sha.update(bytes, from, length);
    return digest();
  }

  byte[] node(byte[] left, byte[] right) {
    sha.update(NODE);
    sha.update(left);
    sha.update(right);
    return digest();
  }

  private byte[] digest() {
    byte[] hash = new byte[BYTES];
    try {
      sha.digest(hash, 0, BYTES);
    } catch (DigestException e) {
      throw new AssertionError("32 bytes hold a SHA-256", e);
    }
    return hash;
  }
}
