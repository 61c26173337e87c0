package drawbridge.gateway;

import drawbridge.settings.SettingsException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CRL;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Certificates, keys and revocation lists from PEM files, with errors that name the file. */
final class Pem {
  private static final Pattern KEY =
      Pattern.compile(
          "-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----",
          Pattern.DOTALL);

  private Pem() {}

  /** At least one, in the order of the file. */
  static List<X509Certificate> certificates(Path file) {
    List<X509Certificate> certificates = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (var certificate :
          factory.generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)))) {
        certificates.add((X509Certificate) certificate);
      }
    } catch (IOException | GeneralSecurityException e) {
      throw unreadable(file, "certificates", e);
    }
    if (certificates.isEmpty()) {
      throw new SettingsException(file, 1, "", "holds no certificate", "write it in PEM");
    }
    return List.copyOf(certificates);
  }

  static Collection<? extends CRL> revocationLists(Path file) {
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      Collection<? extends CRL> lists =
          factory.generateCRLs(new ByteArrayInputStream(Files.readAllBytes(file)));
      if (lists.isEmpty()) {
        throw new SettingsException(file, 1, "", "holds no revocation list", "write it in PEM");
      }
      return lists;
    } catch (IOException | GeneralSecurityException e) {
      throw unreadable(file, "revocation lists", e);
    }
  }

  /** An unencrypted PKCS #8 key that belongs to the certificate. */
  static PrivateKey key(Path file, X509Certificate certificate) {
    try {
      Matcher pem = KEY.matcher(Files.readString(file, StandardCharsets.US_ASCII));
      if (!pem.find()) {
        throw new SettingsException(
            file,
            1,
            "",
            "holds no PKCS #8 private key without a password",
            "convert it: openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW");
      }
      PublicKey own = certificate.getPublicKey();
      PrivateKey key =
          KeyFactory.getInstance(own.getAlgorithm())
              .generatePrivate(
                  new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1))));
      if (!pair(key, own)) {
        throw new SettingsException(
            file, 1, "", "is not the key of the certificate", "name the pair that was made");
      }
      return key;
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      throw unreadable(file, "a private key that fits the certificate", e);
    }
  }

  private static boolean pair(PrivateKey key, PublicKey own) throws GeneralSecurityException {
    String algorithm =
        switch (own.getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> own.getAlgorithm();
        };
    byte[] sample = {1, 2, 3};
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(key);
    signature.update(sample);
    byte[] signed = signature.sign();
    signature.initVerify(own);
    signature.update(sample);
    return signature.verify(signed);
  }

  private static SettingsException unreadable(Path file, String what, Exception e) {
    return new SettingsException(
        file,
        1,
        "",
        "cannot be read as " + what + " (" + e.getClass().getSimpleName() + ")",
        "check that it is a whole PEM file");
  }
}
