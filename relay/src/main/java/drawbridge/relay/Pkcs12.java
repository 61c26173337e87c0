package drawbridge.relay;

import drawbridge.relay.IdentityException.Field;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.Collections;

/**
 * A key and its certificate from a PKCS #12 file, in the form of the two PEM files that it stands
 * for.
 */
record Pkcs12(ByteBuffer certificate, ByteBuffer key) {
  /**
   * Reads the one key that is in it.
   *
   * @param password file with the password of store and key
   */
  static Pkcs12 read(ByteBuffer file, Path password) throws IdentityException {
    char[] secret = secret(password);
    byte[] content = new byte[file.remaining()];
    file.duplicate().get(content);
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(new ByteArrayInputStream(content), secret);
      for (String alias : Collections.list(store.aliases())) {
        Key key = store.getKey(alias, secret);
        Certificate certificate = store.getCertificate(alias);
        if (key instanceof PrivateKey && certificate != null) {
          return new Pkcs12(chain(store, alias), pem("PRIVATE KEY", key.getEncoded()));
        }
      }
    } catch (GeneralSecurityException | IOException e) {
      throw new IdentityException(
          Field.CERTIFICATE,
          "it is no PKCS #12 file of that password",
          "check both; make it with: openssl pkcs12 -export",
          e);
    }
    throw new IdentityException(
        Field.CERTIFICATE,
        "there is no key with a certificate in it",
        "make it with: openssl pkcs12 -export -inkey KEY -in CERTIFICATE");
  }

  private static char[] secret(Path password) throws IdentityException {
    try {
      return Files.readString(password, StandardCharsets.UTF_8).stripTrailing().toCharArray();
    } catch (IOException e) {
      throw new IdentityException(
          Field.CERTIFICATE,
          password + " cannot be read",
          "give this program's user the right to read it",
          e);
    }
  }

  /** The certificate of a key, then those of the CAs above it that stand with it. */
  static ByteBuffer chain(KeyStore store, String alias) throws GeneralSecurityException {
    StringBuilder all = new StringBuilder();
    for (Certificate certificate : store.getCertificateChain(alias)) {
      all.append(StandardCharsets.US_ASCII.decode(pem("CERTIFICATE", certificate.getEncoded())));
    }
    return StandardCharsets.US_ASCII.encode(all.toString());
  }

  private static ByteBuffer pem(String type, byte[] content) {
    String text =
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(type, Base64.getMimeEncoder().encodeToString(content), type);
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** Hides the key. */
  @Override
  public String toString() {
    return "Pkcs12[***]";
  }
}
