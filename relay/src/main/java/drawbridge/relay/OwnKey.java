package drawbridge.relay;

import java.security.PrivateKey;
import java.security.Provider;
import org.jspecify.annotations.Nullable;

/**
 * Our private key under the name by which Bouncy Castle's TLS knows its kind, with the provider
 * that can use it: a key in a token can be used nowhere else. Gives nothing of itself away.
 */
final class OwnKey implements PrivateKey {
  private final transient PrivateKey key;
  private final KeyKind kind;
  private final transient @Nullable Provider provider;

  /**
   * @param provider null: any of the JDK's
   */
  OwnKey(PrivateKey key, KeyKind kind, @Nullable Provider provider) {
    this.key = key;
    this.kind = kind;
    this.provider = provider;
  }

  PrivateKey key() {
    return key;
  }

  KeyKind kind() {
    return kind;
  }

  @Nullable Provider provider() {
    return provider;
  }

  @Override
  public String getAlgorithm() {
    return kind.algorithm();
  }

  @Override
  public @Nullable String getFormat() {
    return null;
  }

  @Override
  public byte @Nullable [] getEncoded() {
    return null;
  }

  @Override
  public String toString() {
    return kind + " key";
  }
}
