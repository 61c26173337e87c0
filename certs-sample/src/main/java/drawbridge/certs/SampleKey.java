package drawbridge.certs;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;

/**
 * The two kinds of key that the samples use. The JDK makes them: its PKCS #8 encoding carries the
 * private key alone, which every reader understands, OpenSSL and older JDKs included.
 */
public enum SampleKey {
  ED25519("Ed25519", 255, "Ed25519"),
  /** For what strangers' TLS clients must verify: many of them know no Ed25519. */
  P256("EC", 256, "SHA256withECDSA");

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

  /** Name of the signature that an authority with such a key makes. */
  String signature() {
    return signature;
  }
}
