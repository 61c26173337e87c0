package drawbridge.relay;

import drawbridge.settings.Section;
import drawbridge.settings.SettingsException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;

/**
 * The certificate and key with which an application signs in at Entra ID. Read again for each
 * token, so that a renewed pair counts without a restart.
 *
 * @param certificate PEM; registered with the application
 * @param key PKCS #8 in PEM; RSA, since Entra ID's libraries sign with no other
 */
record EntraKey(Path certificate, Path key) {
  private static final int MOST = 1 << 20;

  /**
   * @throws SettingsException where the files are not what they should be
   */
  static EntraKey read(Section entra) {
    EntraKey pair = new EntraKey(entra.existing("certificate"), entra.existing("key"));
    RSAPublicKey publicKey = pair.certified(entra);
    try (PemReader pem = new PemReader(new StringReader(text(pair.key)))) {
      PemObject object = pem.readPemObject();
      if (object == null || !object.getType().equals("PRIVATE KEY")) {
        throw entra.wrong(
            "key",
            "there is no PEM of PKCS #8 in it",
            "convert it with: openssl pkey -in OLD -out NEW");
      }
      if (!(KeyFactory.getInstance("RSA")
                  .generatePrivate(new PKCS8EncodedKeySpec(object.getContent()))
              instanceof RSAPrivateCrtKey own
          && own.getModulus().equals(publicKey.getModulus()))) {
        throw entra.wrong(
            "key",
            "this key does not belong to the certificate in “certificate”",
            "name the key for which that certificate was made");
      }
      return pair;
    } catch (IOException | GeneralSecurityException e) {
      throw entra.wrong(
          "key", "there is no RSA key in it", "make key and certificate anew: Entra ID takes RSA");
    }
  }

  private RSAPublicKey certified(Section entra) {
    try {
      X509Certificate read =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(certificate)));
      if (Instant.now().isAfter(read.getNotAfter().toInstant())) {
        throw entra.wrong(
            "certificate",
            "it expired at " + read.getNotAfter().toInstant(),
            "make a new one, and register it with the application");
      }
      if (read.getPublicKey() instanceof RSAPublicKey rsa) {
        return rsa;
      }
      throw entra.wrong(
          "certificate",
          "its key is " + read.getPublicKey().getAlgorithm() + ", not RSA",
          "make one for an RSA key: Entra ID takes no other");
    } catch (IOException | CertificateException e) {
      throw entra.wrong(
          "certificate",
          "there is no certificate in it",
          "put PEM (-----BEGIN CERTIFICATE-----) there");
    }
  }

  private static String text(Path file) throws IOException {
    if (Files.size(file) > MOST) {
      throw new IOException(file + " is larger than 1 MB");
    }
    return Files.readString(file, StandardCharsets.US_ASCII);
  }

  /** Key and certificate as they are now, one below the other. */
  ByteBuffer pem() throws IOException {
    return StandardCharsets.US_ASCII.encode(text(key) + "\n" + text(certificate));
  }
}
