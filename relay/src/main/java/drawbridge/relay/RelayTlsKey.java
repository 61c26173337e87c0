package drawbridge.relay;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import org.bouncycastle.jsse.BCX509ExtendedKeyManager;
import org.bouncycastle.jsse.BCX509Key;
import org.jspecify.annotations.Nullable;

/**
 * Our one certificate and key, shown to whoever asks: the peer shall say what it dislikes. It
 * speaks Bouncy Castle's interface, whose own checks take an Ed25519 key of the JDK, which calls
 * itself EdDSA, and one in a token for something else.
 */
final class RelayTlsKey extends BCX509ExtendedKeyManager implements BCX509Key {
  private static final String OWN = "own";

  private final X509Certificate certificate;
  private final OwnKey key;

  RelayTlsKey(Identity identity) {
    this.certificate = identity.certificate();
    this.key = identity.key();
  }

  @Override
  public String getKeyType() {
    return key.kind().credential();
  }

  @Override
  public X509Certificate[] getCertificateChain() {
    return new X509Certificate[] {certificate};
  }

  @Override
  public PrivateKey getPrivateKey() {
    return key;
  }

  @Override
  protected BCX509Key getKeyBC(String type, String alias) {
    return this;
  }

  @Override
  protected BCX509Key validateKeyBC(
      boolean server, String type, String alias, @Nullable Socket socket) {
    return this;
  }

  @Override
  public String[] getClientAliases(String type, Principal @Nullable [] issuers) {
    return new String[] {OWN};
  }

  @Override
  public String chooseClientAlias(
      String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return OWN;
  }

  @Override
  public String[] getServerAliases(String type, Principal @Nullable [] issuers) {
    return new String[] {OWN};
  }

  @Override
  public String chooseServerAlias(
      String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return OWN;
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    return getCertificateChain();
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return key;
  }
}
