package drawbridge.certs;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;

/** A certificate that a sample authority issued, with its private key and its issuer. */
public record SampleLeaf(PrivateKey key, X509Certificate certificate, X509Certificate issuer) {

  /**
   * Writes {@code NAME.pem} (the certificate) and {@code NAME.key} (PKCS #8, readable for its owner
   * alone) into the folder, over older ones.
   */
  public void write(Path folder, String name) throws IOException {
    SampleFiles.certificate(folder.resolve(name + ".pem"), certificate);
    SampleFiles.key(folder.resolve(name + ".key"), key);
  }

  /** For TLS of the JDK: an entry {@code sample} with the password given. */
  public KeyStore keyStore(String password) {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry(
          "sample", key, password.toCharArray(), new Certificate[] {certificate, issuer});
      return store;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("a key store in memory failed", e);
    }
  }

  /** Hides the key. */
  @Override
  public String toString() {
    return "SampleLeaf[" + certificate.getSubjectX500Principal() + "]";
  }
}
