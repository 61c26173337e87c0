package drawbridge.relay;

import drawbridge.settings.Secret;
import java.io.IOException;
import java.io.StringWriter;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;

/**
 * A new private key and what a CA needs to issue its certificate.
 *
 * @param key PKCS #8, PEM, not encrypted: for a file that its owner alone can read
 * @param request PKCS #10, PEM
 */
public record KeyRequest(Secret key, String request) {
  /** What the CA may be able to certify. */
  public enum Kind {
    ED25519("Ed25519", 255, "Ed25519"),
    P256("EC", 256, "SHA256withECDSA"),
    RSA("RSA", 3072, "SHA256withRSA");

    private final String algorithm;
    private final int bits;
    private final String signature;

    Kind(String algorithm, int bits, String signature) {
      this.algorithm = algorithm;
      this.bits = bits;
      this.signature = signature;
    }

    private KeyPair pair() {
      try {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(bits);
        return generator.generateKeyPair();
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("this Java has no " + algorithm, e);
      }
    }
  }

  /** For an end of a channel: a key, and the name and usages that the other end wants. */
  public static KeyRequest of(PeerName self, Kind kind) {
    return switch (self) {
      case PeerName.Agent agent ->
          make(
              kind,
              agent.name() + " of " + agent.site(),
              new GeneralName(GeneralName.uniformResourceIdentifier, agent.uri()),
              KeyPurposeId.id_kp_clientAuth);
      case PeerName.Gateway gateway ->
          make(
              kind,
              gateway.name(),
              new GeneralName(GeneralName.uniformResourceIdentifier, gateway.uri()),
              KeyPurposeId.id_kp_serverAuth);
    };
  }

  /** For a gateway's front door, which strangers' TLS clients must be able to verify: P-256. */
  public static KeyRequest frontDoor(String host) {
    return make(
        Kind.P256, host, new GeneralName(GeneralName.dNSName, host), KeyPurposeId.id_kp_serverAuth);
  }

  /** A key that signs checkpoints of an audit log; it needs no certificate. */
  public static Secret signer() {
    return new Secret(pem("PRIVATE KEY", Kind.ED25519.pair().getPrivate().getEncoded()));
  }

  private static KeyRequest make(
      Kind kind, String name, GeneralName alternative, KeyPurposeId usage) {
    KeyPair pair = kind.pair();
    try {
      ExtensionsGenerator wanted = new ExtensionsGenerator();
      wanted.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      wanted.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(usage));
      wanted.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(alternative));
      byte[] request =
          new JcaPKCS10CertificationRequestBuilder(
                  new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, name).build(),
                  pair.getPublic())
              .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, wanted.generate())
              .build(new JcaContentSignerBuilder(kind.signature).build(pair.getPrivate()))
              .getEncoded();
      return new KeyRequest(
          new Secret(pem("PRIVATE KEY", pair.getPrivate().getEncoded())),
          pem("CERTIFICATE REQUEST", request));
    } catch (OperatorCreationException | IOException e) {
      throw new IllegalStateException("every JDK signs with " + kind.signature, e);
    }
  }

  private static String pem(String type, byte[] content) {
    StringWriter text = new StringWriter();
    try (PemWriter writer = new PemWriter(text)) {
      writer.writeObject(new PemObject(type, content));
    } catch (IOException e) {
      throw new IllegalStateException("a writer of text cannot fail", e);
    }
    return text.toString();
  }
}
