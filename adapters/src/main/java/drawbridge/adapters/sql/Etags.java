package drawbridge.adapters.sql;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/** Entity tags, as RFC 9110 compares them. */
final class Etags {
  private static final int BYTES = 16;

  private Etags() {}

  /** A strong tag of what decides the state of a row. */
  static String of(byte[] state) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(state);
      return "\""
          + Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, BYTES))
          + "\"";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /**
   * Whether the header names the tag.
   *
   * @param weakly a weak tag counts too
   */
  static boolean same(String header, String tag, boolean weakly) {
    for (String one : header.split(",", 64)) {
      String text = one.strip();
      boolean weak = text.startsWith("W/");
      if (text.equals("*") || (weakly || !weak) && text.substring(weak ? 2 : 0).equals(tag)) {
        return true;
      }
    }
    return false;
  }
}
