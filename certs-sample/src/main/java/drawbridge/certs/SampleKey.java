package drawbridge.certs;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;

/**
 * The kinds of key that the samples use, and tests beside them. The JDK makes them: its PKCS #8
 * encoding carries the private key alone, which every reader understands, OpenSSL and older JDKs
 * included.
 */
public enum SampleKey {
  ED25519("Ed25519", 255, "Ed25519"),
  /** For what strangers' TLS clients must verify: many of them know no Ed25519. */
  P256("EC", 256, "SHA256withECDSA"),
  /** As many CAs of enterprises ask for it, and Entra ID of its applications. */
  RSA("RSA", 2048, "SHA256withRSA");

  private final String algorithm;
  private final int bits;
  private final String signature;

  SampleKey(String algorithm, int bits, String signature) {
    this.algorithm = algorithm;
    this.bits = bits;
    this.signature = signature;
  }

  /** A new key pair from the platform's random source. */
  public KeyPair generate() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no " + algorithm, e);
    }
  }

  /** The kind of a key that {@link #generate} made. */
  static SampleKey of(PublicKey key) {
    return switch (key) {
      case EdECPublicKey ed -> ED25519;
      case ECPublicKey ec -> P256;
      default -> RSA;
    };
  }

  /** From PKCS #8. */
  PrivateKey decode(byte[] encoded) throws GeneralSecurityException {
    return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
  }

  /** Name of the signature that an authority with such a key makes. */
  String signature() {
    return signature;
  }
}
