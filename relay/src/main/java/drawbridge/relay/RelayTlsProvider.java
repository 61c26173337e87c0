package drawbridge.relay;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.bouncycastle.jsse.BCSSLParameters;
import org.bouncycastle.jsse.BCSSLSocket;
import org.bouncycastle.jsse.provider.BouncyCastleJsseProvider;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCryptoProvider;
import org.jspecify.annotations.Nullable;

/**
 * The one place that knows Bouncy Castle's TLS and what the relay demands of it. The provider is
 * not registered with the JVM: nobody else's TLS changes because of it.
 */
final class RelayTlsProvider {
  static final String PROTOCOL = "TLSv1.3";
  static final String GROUP = "X25519MLKEM768";
  static final String CLASSICAL = "X25519";
  private static final int GROUP_NUMBER = 0x11EC;
  private static final int CLASSICAL_NUMBER = 0x001D;

  /** First the preferred. ChaCha20-Poly1305 is left out: here it runs at a tenth of the speed. */
  private static final String[] SUITES = {"TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256"};

  /**
   * The last is there because Bouncy Castle takes no P-256 certificate without it. {@link
   * RelayTlsCrypto} sees to it that no keys are agreed upon by it.
   */
  private static final String[] GROUPS = {GROUP, "secp256r1"};

  private static final String[] CLASSICAL_TOO = {GROUP, CLASSICAL, "secp256r1"};

  private static final BouncyCastleJsseProvider JSSE =
      new BouncyCastleJsseProvider(false, new JdkPrimitives());

  private RelayTlsProvider() {}

  /** A context of its own for each handshake, so that no session can be resumed by another. */
  static SSLContext context(KeyManager @Nullable [] keys, TrustManager[] trust) {
    try {
      SSLContext context = SSLContext.getInstance(PROTOCOL, JSSE);
      context.init(keys, trust, new SecureRandom());
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Bouncy Castle's TLS could not be set up", e);
    }
  }

  /**
   * The best of these groups that we may use, or nothing.
   *
   * @param classical X25519 will do
   */
  static Optional<String> group(Set<Integer> groups, boolean classical) {
    return groups.contains(GROUP_NUMBER)
        ? Optional.of(GROUP)
        : classical && groups.contains(CLASSICAL_NUMBER)
            ? Optional.of(CLASSICAL)
            : Optional.empty();
  }

  /** Both ends offer nothing else, so a weaker peer fails in the handshake already. */
  static void demand(SSLSocket socket, boolean classical) {
    BCSSLSocket bouncy = (BCSSLSocket) socket;
    BCSSLParameters parameters = bouncy.getParameters();
    parameters.setProtocols(new String[] {PROTOCOL});
    parameters.setCipherSuites(SUITES);
    parameters.setUseCipherSuitesOrder(true);
    parameters.setNamedGroups(classical ? CLASSICAL_TOO : GROUPS);
    parameters.setUseNamedGroupsOrder(true);
    // Else the first hello carries no share of this group and costs a HelloRetryRequest.
    parameters.setEarlyKeyShares(new String[] {GROUP});
    parameters.setSignatureSchemes(
        Arrays.stream(KeyKind.values()).map(KeyKind::scheme).toArray(String[]::new));
    parameters.setNeedClientAuth(true);
    bouncy.setParameters(parameters);
  }

  /** AES-GCM, X25519 and ML-KEM by the JDK, which is ten times as fast as Bouncy Castle's own. */
  private static final class JdkPrimitives extends JcaTlsCryptoProvider {
    @Override
    public JcaTlsCrypto create(SecureRandom random) {
      // The default nonce source needs Bouncy Castle registered with the JVM.
      return create(random, new SecureRandom());
    }

    @Override
    public JcaTlsCrypto create(SecureRandom random, SecureRandom nonces) {
      return new RelayTlsCrypto(random, nonces);
    }
  }
}
