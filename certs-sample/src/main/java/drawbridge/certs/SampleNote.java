package drawbridge.certs;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/** Public keys as C2SP signed-note writes them: {@code NAME+HASH+BASE64}, a line for each name. */
final class SampleNote {
  private static final byte ED25519 = 1;

  private SampleNote() {}

  static String keys(PublicKey key, List<String> names) {
    byte[] der = key.getEncoded();
    byte[] typed = new byte[33];
    typed[0] = ED25519;
    System.arraycopy(der, der.length - 32, typed, 1, 32);
    StringBuilder lines = new StringBuilder();
    for (String name : names) {
      lines
          .append(name)
          .append('+')
          .append(HexFormat.of().formatHex(hash(name, typed)))
          .append('+')
          .append(Base64.getEncoder().encodeToString(typed))
          .append('\n');
    }
    return lines.toString();
  }

  private static byte[] hash(String name, byte[] typed) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update((name + "\n").getBytes(StandardCharsets.UTF_8));
      return Arrays.copyOf(sha.digest(typed), 4);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }
}
