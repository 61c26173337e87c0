package drawbridge.relay;

import java.io.IOException;
import java.io.OutputStream;
import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.AlgorithmParameterSpec;
import org.bouncycastle.jcajce.util.DefaultJcaJceHelper;
import org.bouncycastle.jcajce.util.JcaJceHelper;
import org.bouncycastle.tls.NamedGroup;
import org.bouncycastle.tls.crypto.Tls13Verifier;
import org.bouncycastle.tls.crypto.TlsECConfig;
import org.bouncycastle.tls.crypto.TlsECDomain;
import org.bouncycastle.tls.crypto.TlsStreamSigner;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;
import org.jspecify.annotations.Nullable;

/**
 * Agrees on keys by X25519MLKEM768, or X25519, alone, and signs by {@link RelayTlsSignature}, with
 * keys of any provider. Bouncy Castle's own way to RSA with PSS asks a signature for its provider,
 * which ours does not tell, and then for names that the JDK's does not know.
 */
final class RelayTlsCrypto extends JcaTlsCrypto {
  RelayTlsCrypto(SecureRandom random, SecureRandom nonces) {
    super(new Signatures(), random, nonces);
  }

  @Override
  public TlsECDomain createECDomain(TlsECConfig config) {
    if (config.getNamedGroup() != NamedGroup.x25519) { // also half of the hybrid
      throw new IllegalStateException("no key agreement but " + RelayTlsProvider.GROUP);
    }
    return super.createECDomain(config);
  }

  @Override
  protected TlsStreamSigner createStreamSigner(
      JcaJceHelper helper,
      String algorithm,
      @Nullable AlgorithmParameterSpec parameter,
      PrivateKey key,
      @Nullable SecureRandom random)
      throws GeneralSecurityException {
    Signature signature = signature(algorithm, parameter);
    signature.initSign(key, random);
    return new Signer(signature);
  }

  @Override
  protected Tls13Verifier createTls13Verifier(
      String algorithm, @Nullable AlgorithmParameterSpec parameter, PublicKey key)
      throws IOException {
    try {
      Signature signature = signature(algorithm, parameter);
      signature.initVerify(key);
      return new Verifier(signature);
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private static Signature signature(String algorithm, @Nullable AlgorithmParameterSpec parameter)
      throws GeneralSecurityException {
    Signature signature = new RelayTlsSignature(algorithm);
    if (parameter != null) {
      signature.setParameter(parameter);
    }
    return signature;
  }

  private record Signer(Signature signature) implements TlsStreamSigner {
    @Override
    public OutputStream getOutputStream() {
      return new Signed(signature);
    }

    @Override
    public byte[] getSignature() throws IOException {
      try {
        return signature.sign();
      } catch (SignatureException e) {
        throw new IOException(e);
      }
    }
  }

  private record Verifier(Signature signature) implements Tls13Verifier {
    @Override
    public OutputStream getOutputStream() {
      return new Signed(signature);
    }

    @Override
    public boolean verifySignature(byte[] bytes) throws IOException {
      try {
        return signature.verify(bytes);
      } catch (SignatureException e) {
        throw new IOException(e);
      }
    }
  }

  /** Takes what is to be signed. */
  private static final class Signed extends OutputStream {
    private final Signature signature;

    Signed(Signature signature) {
      this.signature = signature;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        signature.update(bytes, offset, length);
      } catch (SignatureException e) {
        throw new IOException(e);
      }
    }
  }

  private static final class Signatures extends DefaultJcaJceHelper {
    @Override
    public Signature createSignature(String algorithm) throws NoSuchAlgorithmException {
      return new RelayTlsSignature(algorithm);
    }
  }
}
