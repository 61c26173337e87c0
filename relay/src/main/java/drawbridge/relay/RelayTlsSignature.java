package drawbridge.relay;

import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.InvalidParameterException;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.ProviderException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A signature whose provider is chosen by its key. The JDK's own choice is made as soon as
 * parameters are set, which is before Bouncy Castle's TLS shows the key; a key in a token would
 * then be refused. Not thread-safe.
 */
final class RelayTlsSignature extends Signature {
  /** RSA with PSS as Bouncy Castle calls it; the JDK says RSASSA-PSS. */
  static final String PSS = "SHA256WITHRSAANDMGF1";

  private final String name;
  private @Nullable AlgorithmParameterSpec parameter;
  private @Nullable Signature chosen;

  RelayTlsSignature(String algorithm) throws NoSuchAlgorithmException {
    super(algorithm);
    this.name = algorithm.equals(PSS) ? "RSASSA-PSS" : algorithm;
    var _ = Signature.getInstance(name); // whoever asks learns here that there is none
  }

  @Override
  protected void engineInitSign(PrivateKey key) throws InvalidKeyException {
    try {
      if (key instanceof OwnKey own) {
        Signature made =
            own.provider() == null
                ? Signature.getInstance(name)
                : Signature.getInstance(name, own.provider());
        set(made);
        made.initSign(own.key());
        chosen = made;
      } else {
        throw new InvalidKeyException("not a key of ours");
      }
    } catch (NoSuchAlgorithmException | InvalidAlgorithmParameterException e) {
      throw new InvalidKeyException(e);
    }
  }

  @Override
  protected void engineInitVerify(PublicKey key) throws InvalidKeyException {
    try {
      Signature made = Signature.getInstance(name);
      set(made);
      made.initVerify(key);
      chosen = made;
    } catch (NoSuchAlgorithmException | InvalidAlgorithmParameterException e) {
      throw new InvalidKeyException(e);
    }
  }

  private void set(Signature made) throws InvalidAlgorithmParameterException {
    if (parameter != null) {
      made.setParameter(parameter);
    }
  }

  private Signature chosen() {
    return Objects.requireNonNull(chosen, "no key yet");
  }

  @Override
  protected void engineUpdate(byte b) throws SignatureException {
    chosen().update(b);
  }

  @Override
  protected void engineUpdate(byte[] bytes, int offset, int length) throws SignatureException {
    chosen().update(bytes, offset, length);
  }

  @Override
  protected byte[] engineSign() throws SignatureException {
    return chosen().sign();
  }

  @Override
  protected boolean engineVerify(byte[] signature) throws SignatureException {
    return chosen().verify(signature);
  }

  @Override
  protected void engineSetParameter(AlgorithmParameterSpec value)
      throws InvalidAlgorithmParameterException {
    parameter = value;
    if (chosen != null) {
      set(chosen);
    }
  }

  @Override
  protected @Nullable AlgorithmParameters engineGetParameters() {
    AlgorithmParameterSpec value = parameter;
    if (value == null) {
      return null;
    }
    try {
      AlgorithmParameters parameters = AlgorithmParameters.getInstance(name);
      parameters.init(value);
      return parameters;
    } catch (GeneralSecurityException e) {
      throw new ProviderException(e);
    }
  }

  @Override
  @Deprecated
  protected void engineSetParameter(String parameterName, Object value) {
    throw new InvalidParameterException("not supported");
  }

  @Override
  @Deprecated
  protected Object engineGetParameter(String parameterName) {
    throw new InvalidParameterException("not supported");
  }
}
