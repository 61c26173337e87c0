package drawbridge.audit;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** Connects to a syslog receiver by TLS, whose certificate must name the host. */
final class SyslogTls {
  private static final int CONNECT_MILLIS = 10_000;

  private SyslogTls() {}

  /** What is not yet on the wire stays small, so that a stop of the receiver is noticed soon. */
  static final int SEND_BUFFER = 128 << 10;

  static SSLSocket connect(SyslogSettings settings) throws IOException {
    SSLContext context = context(settings);
    Socket plain = new Socket();
    try {
      plain.setSendBufferSize(SEND_BUFFER);
      plain.setKeepAlive(true);
      plain.connect(new InetSocketAddress(settings.host(), settings.port()), CONNECT_MILLIS);
      plain.setSoTimeout(CONNECT_MILLIS);
      SSLSocket socket =
          (SSLSocket)
              context
                  .getSocketFactory()
                  .createSocket(plain, settings.host(), settings.port(), true);
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      socket.setSoTimeout(0);
      return socket;
    } catch (IOException | RuntimeException e) {
      plain.close();
      throw e;
    }
  }

  private static SSLContext context(SyslogSettings settings) throws IOException {
    try {
      KeyStore trust = KeyStore.getInstance(KeyStore.getDefaultType());
      trust.load(null, null);
      int n = 0;
      for (Certificate ca : certificates(settings.trust())) {
        trust.setCertificateEntry("ca-" + n++, ca);
      }
      TrustManagerFactory trusting =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trusting.init(trust);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(identity(settings), trusting.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("the files of audit.syslog cannot be used: " + e.getMessage(), e);
    }
  }

  private static KeyManager[] identity(SyslogSettings settings)
      throws IOException, GeneralSecurityException {
    if (settings.certificate().isEmpty() || settings.key().isEmpty()) {
      return new KeyManager[0];
    }
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setKeyEntry(
        "us",
        key(settings.key().get()),
        new char[0],
        certificates(settings.certificate().get()).toArray(new Certificate[0]));
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(store, new char[0]);
    return managers.getKeyManagers();
  }

  private static Collection<? extends Certificate> certificates(Path file)
      throws IOException, GeneralSecurityException {
    try (InputStream in = Files.newInputStream(file)) {
      return CertificateFactory.getInstance("X.509").generateCertificates(in);
    }
  }

  private static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
    byte[] der = Pem.body(file, Files.readString(file), "PRIVATE KEY");
    for (String algorithm : List.of("EC", "RSA", "Ed25519")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
      } catch (InvalidKeySpecException e) {
        // another kind, then
      }
    }
    throw new IOException(file + " holds a key of an unknown kind");
  }
}
