package drawbridge.namespace;

import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A self-signed certificate for {@code localhost}, made anew for each test.
 *
 * @param certificate PEM
 * @param key PEM, PKCS #8
 * @param trust PKCS #12 with the certificate, password {@code changeit}
 */
record TestCertificate(Path certificate, Path key, Path trust) {

  /**
   * @param algorithm {@code EC}, {@code Ed25519} or {@code RSA}
   */
  @SuppressWarnings("JavaUtilDate") // Bouncy Castle's type
  static TestCertificate in(Path folder, String algorithm) throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance(algorithm).generateKeyPair();
    String signature =
        switch (algorithm) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> algorithm;
        };
    Instant now = Instant.now();
    X500Name name = new X500Name("CN=localhost");
    X509Certificate certificate =
        new JcaX509CertificateConverter()
            .getCertificate(
                new JcaX509v3CertificateBuilder(
                        name,
                        BigInteger.ONE,
                        Date.from(now.minus(Duration.ofHours(1))),
                        Date.from(now.plus(Duration.ofHours(1))),
                        name,
                        pair.getPublic())
                    .addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(new GeneralName(GeneralName.dNSName, "localhost")))
                    .build(new JcaContentSignerBuilder(signature).build(pair.getPrivate())));
    KeyStore trust = KeyStore.getInstance("PKCS12");
    trust.load(null, null);
    trust.setCertificateEntry("ns", certificate);
    Path store = folder.resolve("trust.p12");
    try (var out = Files.newOutputStream(store)) {
      trust.store(out, "changeit".toCharArray());
    }
    return new TestCertificate(
        pem(folder.resolve("ns.pem"), "CERTIFICATE", certificate.getEncoded()),
        pem(folder.resolve("ns.key"), "PRIVATE KEY", pair.getPrivate().getEncoded()),
        store);
  }

  private static Path pem(Path file, String kind, byte[] der) throws Exception {
    return Files.writeString(
        file,
        "-----BEGIN "
            + kind
            + "-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
            + "\n-----END "
            + kind
            + "-----\n");
  }
}
