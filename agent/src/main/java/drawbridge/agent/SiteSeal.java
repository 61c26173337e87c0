package drawbridge.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import drawbridge.settings.Disk;
import drawbridge.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.List;

/**
 * The signature over a whole site folder, in its file {@code .signature}:
 *
 * <pre>
 * drawbridge site 1
 * serial 7
 * digest 3f…                     of the folder, as in the catalogue
 * signature BASE64               Ed25519, over the three lines above
 * </pre>
 *
 * @param serial grows with every signature: an older folder is not accepted again
 * @param digest of the folder, lower-case hex
 */
record SiteSeal(long serial, String digest) {
  static final String FILE = ".signature";
  private static final String FORMAT = "drawbridge site 1";
  private static final int MOST_BYTES = 4096;

  /**
   * Reads and verifies the signature of a folder.
   *
   * @throws SettingsException it is missing, wrong, or of another content
   */
  static SiteSeal verify(Path folder, String digest, PublicKey key) {
    Path file = folder.resolve(FILE);
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw wrong(file, "is longer than a signature");
      }
      List<String> lines = Files.readAllLines(file, UTF_8);
      if (lines.size() != 4 || !lines.getFirst().equals(FORMAT)) {
        throw wrong(file, "is not in the form “" + FORMAT + "”");
      }
      SiteSeal seal =
          new SiteSeal(
              Long.parseLong(value(lines.get(1), "serial ")), value(lines.get(2), "digest "));
      Signature signature = Signature.getInstance("Ed25519");
      signature.initVerify(key);
      signature.update(seal.text());
      if (!signature.verify(Base64.getDecoder().decode(value(lines.get(3), "signature ")))) {
        throw wrong(file, "was not made with the key of “signed”");
      }
      if (!seal.digest.equals(digest)) {
        throw wrong(file, "is of other files than those in the folder");
      }
      return seal;
    } catch (IOException e) {
      throw wrong(file, "is missing or cannot be read");
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw wrong(file, "is not a signature");
    }
  }

  /** Signs a folder as it is. */
  static void sign(Path folder, String digest, long serial, PrivateKey key)
      throws IOException, GeneralSecurityException {
    SiteSeal seal = new SiteSeal(serial, digest);
    Signature signature = Signature.getInstance("Ed25519");
    signature.initSign(key);
    signature.update(seal.text());
    String line = "signature " + Base64.getEncoder().encodeToString(signature.sign()) + "\n";
    Path draft = folder.resolve(FILE + ".new");
    Files.writeString(draft, new String(seal.text(), UTF_8) + line, UTF_8);
    Disk.replace(draft, folder.resolve(FILE));
  }

  private byte[] text() {
    return (FORMAT + "\nserial " + serial + "\ndigest " + digest + "\n").getBytes(UTF_8);
  }

  private static String value(String line, String name) {
    if (!line.startsWith(name)) {
      throw new IllegalArgumentException(name);
    }
    return line.substring(name.length());
  }

  // ---- what was served last

  /**
   * Accepts a seal that is not older than the last one, and remembers it.
   *
   * @param state the file that remembers
   */
  void accept(Path folder, Path state) {
    Path file = folder.resolve(FILE);
    try {
      StateFolder.create(java.util.Objects.requireNonNull(state.toAbsolutePath().getParent()));
      if (Files.exists(state)) {
        String[] last = Files.readString(state, UTF_8).strip().split(" ", -1);
        long before = Long.parseLong(last[0]);
        if (serial < before) {
          throw wrong(file, "has serial " + serial + ", and " + before + " was served already");
        }
        if (serial == before && !digest.equals(last[1])) {
          throw wrong(file, "has serial " + serial + ", under which other files were served");
        }
      }
      Path draft = state.resolveSibling(state.getFileName() + ".new");
      Files.writeString(draft, serial + " " + digest + "\n", UTF_8);
      Disk.replace(draft, state);
    } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
      throw new SettingsException(
          state,
          0,
          "",
          "the serial served last cannot be kept there",
          "give this program's user the right to write it; a damaged file must be restored",
          e);
    }
  }

  private static SettingsException wrong(Path file, String problem) {
    return new SettingsException(
        file,
        0,
        "",
        problem,
        "sign the folder with: drawbridge agent sign --key KEY --serial N FOLDER");
  }

  // ---- keys

  static PublicKey publicKey(byte[] pem) throws GeneralSecurityException {
    return KeyFactory.getInstance("Ed25519")
        .generatePublic(new X509EncodedKeySpec(content(pem, "PUBLIC KEY")));
  }

  static PrivateKey privateKey(byte[] pem) throws GeneralSecurityException {
    return KeyFactory.getInstance("Ed25519")
        .generatePrivate(new PKCS8EncodedKeySpec(content(pem, "PRIVATE KEY")));
  }

  private static byte[] content(byte[] pem, String type) throws GeneralSecurityException {
    String text = new String(pem, UTF_8);
    String begin = "-----BEGIN " + type + "-----";
    int from = text.indexOf(begin);
    int to = text.indexOf("-----END " + type + "-----");
    if (from < 0 || to < from) {
      throw new GeneralSecurityException("there is no " + type + " in it");
    }
    try {
      return Base64.getMimeDecoder().decode(text.substring(from + begin.length(), to));
    } catch (IllegalArgumentException e) {
      throw new GeneralSecurityException("it is not PEM", e);
    }
  }
}
