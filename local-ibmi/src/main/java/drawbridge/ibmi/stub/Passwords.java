package drawbridge.ibmi.stub;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Locale;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a client sends in place of a password, computed again from the password and both seeds, at
 * each password level: 0 and 1 by DES, 2 and 3 by SHA-1, 4 by PBKDF2 and SHA-512.
 */
final class Passwords {
  private static final byte[] SEQUENCE = {0, 0, 0, 0, 0, 0, 0, 1};
  private static final int ROUNDS = 10_022;

  private Passwords() {}

  /** Length of a substitute; any other is another level's. */
  static int length(int level) {
    return level < 2 ? 8 : level < 4 ? 20 : 64;
  }

  static byte[] substitute(
      int level, String user, String password, byte[] clientSeed, byte[] serverSeed)
      throws GeneralSecurityException {
    String name = String.format(Locale.ROOT, "%-10s", user);
    byte[] wide = name.getBytes(StandardCharsets.UTF_16BE);
    if (level >= 4) {
      return digest("SHA-512", stretched(name, password), serverSeed, clientSeed, wide, SEQUENCE);
    }
    if (level >= 2) {
      byte[] secret =
          digest("SHA-1", wide, password.stripTrailing().getBytes(StandardCharsets.UTF_16BE));
      return digest("SHA-1", secret, serverSeed, clientSeed, wide, SEQUENCE);
    }
    return chained(name, password, clientSeed, serverSeed);
  }

  /** Level 4: the salt is the user and the end of the password. */
  private static byte[] stretched(String name, String password) throws GeneralSecurityException {
    String end = password.length() > 4 ? password.substring(password.length() - 4) : password;
    byte[] salt =
        digest(
            "SHA-256",
            (name + String.format(Locale.ROOT, "%-4s", end)).getBytes(StandardCharsets.UTF_16BE));
    PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt, ROUNDS, 512);
    return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512").generateSecret(spec).getEncoded();
  }

  /** Levels 0 and 1: a chain of DES blocks under a key made of user and password. */
  private static byte[] chained(String name, String password, byte[] client, byte[] server)
      throws GeneralSecurityException {
    byte[] id = name.getBytes(Ebcdic.CCSID_37);
    // A password of digits is entered as Q and the digits.
    String entered = Character.isDigit(password.charAt(0)) ? "Q" + password : password;
    byte[] key = key(id, entered.toUpperCase(Locale.ROOT).getBytes(Ebcdic.CCSID_37));
    byte[] random = sum(server, SEQUENCE);
    byte[] rest = {id[8], id[9], 0x40, 0x40, 0x40, 0x40, 0x40, 0x40};
    byte[] block = des(key, random);
    block = des(key, xor(block, client));
    block = des(key, xor(block, xor(Arrays.copyOf(id, 8), random)));
    block = des(key, xor(block, xor(rest, random)));
    return des(key, xor(block, SEQUENCE));
  }

  private static byte[] key(byte[] id, byte[] password) throws GeneralSecurityException {
    byte[] folded = Arrays.copyOf(id, 8);
    if (id[8] != 0x40) {
      // Characters 9 and 10 are spread, two bits at a time, over the first eight.
      for (int i = 0; i < 8; i++) {
        int source = id[8 + i / 4] & 0xFF;
        int pair = 2 * (i % 4);
        folded[i] ^= (byte) ((source & 0xC0 >> pair) << pair);
      }
    }
    byte[] first = new byte[8];
    Arrays.fill(first, (byte) 0x40);
    System.arraycopy(password, 0, first, 0, Math.min(8, password.length));
    byte[] key = des(desKey(first), folded);
    if (password.length > 8) {
      byte[] second = new byte[8];
      Arrays.fill(second, (byte) 0x40);
      System.arraycopy(password, 8, second, 0, password.length - 8);
      key = xor(key, des(desKey(second), folded));
    }
    return key;
  }

  /** Scrambled and moved one bit to the left, since DES ignores the lowest of each byte. */
  private static byte[] desKey(byte[] bytes) {
    byte[] key = new byte[8];
    for (int i = 0; i < 8; i++) {
      key[i] = (byte) (bytes[i] ^ 0x55);
    }
    for (int i = 0; i < 8; i++) {
      key[i] = (byte) (key[i] << 1 | (i < 7 ? (key[i + 1] & 0x80) >>> 7 : 0));
    }
    return key;
  }

  private static byte[] des(byte[] key, byte[] block) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("DES/ECB/NoPadding");
    cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "DES"));
    return cipher.doFinal(block);
  }

  private static byte[] xor(byte[] a, byte[] b) {
    byte[] out = new byte[8];
    for (int i = 0; i < 8; i++) {
      out[i] = (byte) (a[i] ^ b[i]);
    }
    return out;
  }

  private static byte[] sum(byte[] a, byte[] b) {
    byte[] out = new byte[8];
    int carry = 0;
    for (int i = 7; i >= 0; i--) {
      carry += (a[i] & 0xFF) + (b[i] & 0xFF);
      out[i] = (byte) carry;
      carry >>>= 8;
    }
    return out;
  }

  private static byte[] digest(String algorithm, byte[]... parts) throws GeneralSecurityException {
    MessageDigest digest = MessageDigest.getInstance(algorithm);
    for (byte[] part : parts) {
      digest.update(part);
    }
    return digest.digest();
  }
}
