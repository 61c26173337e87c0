package drawbridge.audit;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The one block of a PEM file. */
final class Pem {
  private Pem() {}

  static byte[] body(Path file, String text, String type) throws IOException {
    Matcher block =
        Pattern.compile("-----BEGIN " + type + "-----\\s+([A-Za-z0-9+/=\\s]+)-----END " + type)
            .matcher(text);
    if (!block.find()) {
      throw new IOException(file + " holds no " + type + " in PEM");
    }
    try {
      return Base64.getMimeDecoder().decode(block.group(1));
    } catch (IllegalArgumentException e) {
      throw new IOException(file + " holds a damaged " + type, e);
    }
  }

  static String block(String type, byte[] der) {
    return "-----BEGIN "
        + type
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + type
        + "-----\n";
  }
}
