package drawbridge.relay;

import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.NamedParameterSpec;
import java.util.Optional;

/**
 * The kinds of key that a certificate of a channel may have, with the one signature of TLS 1.3 that
 * each makes.
 */
enum KeyKind {
  ED25519("Ed25519", "Ed25519", "ed25519", "Ed25519"),
  P256("EC", "EC/secp256r1", "ecdsa_secp256r1_sha256", "SHA256withECDSA"),
  RSA("RSA", "RSA", "rsa_pss_rsae_sha256", RelayTlsSignature.PSS);

  private static final int RSA_BITS = 2048;
  private static final int P256_BITS = 256;

  private final String algorithm;
  private final String credential;
  private final String scheme;
  private final String signature;

  KeyKind(String algorithm, String credential, String scheme, String signature) {
    this.algorithm = algorithm;
    this.credential = credential;
    this.scheme = scheme;
    this.signature = signature;
  }

  /** Empty: another kind, or too short. */
  static Optional<KeyKind> of(PublicKey key) {
    return switch (key) {
      case EdECPublicKey ed
          when ed.getParams().getName().equals(NamedParameterSpec.ED25519.getName()) ->
          Optional.of(ED25519);
      // Of the curves of 256 bits the JDK knows this one alone.
      case ECPublicKey ec when ec.getParams().getCurve().getField().getFieldSize() == P256_BITS ->
          Optional.of(P256);
      case RSAPublicKey rsa when rsa.getModulus().bitLength() >= RSA_BITS -> Optional.of(RSA);
      default -> Optional.empty();
    };
  }

  /** As the JDK's key factories call it. */
  String algorithm() {
    return algorithm;
  }

  /** As Bouncy Castle's TLS calls a key that can make our signature. */
  String credential() {
    return credential;
  }

  /** The name of its signature in TLS. */
  String scheme() {
    return scheme;
  }

  /** For {@link RelayTlsSignature}. */
  String signature() {
    return signature;
  }
}
