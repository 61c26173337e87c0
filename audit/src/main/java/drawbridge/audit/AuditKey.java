package drawbridge.audit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;

/** The Ed25519 key that signs the checkpoints of one log. Thread-safe; never shows its secret. */
public final class AuditKey {
  private final PrivateKey key;
  private final VerifierKey verifier;

  private AuditKey(String name, PrivateKey key, PublicKey publicKey) {
    byte[] der = publicKey.getEncoded();
    this.key = key;
    this.verifier = new VerifierKey(name, Arrays.copyOfRange(der, der.length - 32, der.length));
  }

  /**
   * Reads a PKCS #8 key in PEM.
   *
   * @param name of the log, which every checkpoint begins with: {@code
   *     drawbridge/plant-1/agent/agent-a}
   * @throws IOException with a sentence for people: it is no such key
   */
  public static AuditKey read(Path file, String name) throws IOException {
    byte[] der = Pem.body(file, Files.readString(file), "PRIVATE KEY");
    try {
      PrivateKey key =
          KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(der));
      return new AuditKey(name, key, publicKey((EdECPrivateKey) key));
    } catch (GeneralSecurityException e) {
      throw new IOException(file + " holds a key that is not Ed25519 (PKCS #8)", e);
    }
  }

  /** A new key from the platform's random source. */
  public static AuditKey generate(String name) {
    try {
      KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      return new AuditKey(name, pair.getPrivate(), pair.getPublic());
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK has Ed25519", e);
    }
  }

  /**
   * A PKCS #8 file has no public key, and the JDK derives one only where it makes the private one
   * too. So it makes that very key again, and the two are tried on each other.
   */
  private static PublicKey publicKey(EdECPrivateKey key) throws GeneralSecurityException {
    byte[] seed = key.getBytes().orElseThrow();
    KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
    generator.initialize(NamedParameterSpec.ED25519, new Fixed(seed));
    PublicKey derived = generator.generateKeyPair().getPublic();
    Signature trial = Signature.getInstance("Ed25519");
    trial.initSign(key);
    trial.update(seed, 0, 0);
    byte[] signature = trial.sign();
    trial.initVerify(derived);
    trial.update(seed, 0, 0);
    if (!trial.verify(signature)) {
      throw new GeneralSecurityException("this JDK does not derive public keys");
    }
    return derived;
  }

  /** The public half. */
  public VerifierKey verifier() {
    return verifier;
  }

  /** PKCS #8 in PEM, to be kept where nobody else reads it. */
  String pem() {
    return Pem.block("PRIVATE KEY", key.getEncoded());
  }

  byte[] sign(byte[] message) {
    try {
      Signature ed25519 = Signature.getInstance("Ed25519");
      ed25519.initSign(key);
      ed25519.update(message);
      return ed25519.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this key does not sign", e);
    }
  }

  @Override
  public String toString() {
    return verifier.name();
  }

  private static final class Fixed extends SecureRandom {
    private static final long serialVersionUID = 1;
    private final byte[] bytes;

    Fixed(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public void nextBytes(byte[] out) {
      System.arraycopy(bytes, 0, out, 0, out.length);
    }
  }
}
