package drawbridge.relay;

import drawbridge.settings.Secret;
import drawbridge.settings.Section;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * How to get out of this network: the optional section {@code network} of agent.yaml and
 * gateway.yaml. It speaks of the way to Service Bus alone, never of the peers of a channel.
 *
 * @param trust CA files beside the system's own
 * @param system whether the system's own CAs are trusted too
 */
public record NetworkSettings(
    Transport transport, Optional<Proxy> proxy, boolean system, List<Path> trust) {
  /** How AMQP travels. */
  public enum Transport {
    /**
     * WebSockets where a proxy is set; else AMQP, or WebSockets where that does not get through.
     */
    AUTO,
    AMQP,
    WEBSOCKET
  }

  /** An HTTP proxy; user and password may be empty. */
  public record Proxy(String host, int port, String user, Secret password) {}

  /** What is used where the section is missing. */
  public static final NetworkSettings DIRECT =
      new NetworkSettings(Transport.AUTO, Optional.empty(), true, List.of());

  public static NetworkSettings read(Section section) {
    Transport transport = section.choice("transport", Transport.class, Transport.AUTO);
    Optional<Proxy> proxy = section.optionalSection("proxy").map(NetworkSettings::proxy);
    if (proxy.isPresent() && transport == Transport.AMQP) {
      throw section.wrong(
          "transport", "AMQP does not pass an HTTP proxy", "write websocket or auto");
    }
    boolean system = !section.has("trust");
    List<Path> files = new ArrayList<>();
    for (String name : section.texts("trust")) {
      if (name.equals("system")) {
        system = true;
        continue;
      }
      Path file = section.file().toAbsolutePath().resolveSibling(name).normalize();
      if (!Files.isReadable(file)) {
        throw section.wrong(
            "trust", "no such file: " + file, "name a PEM file of CA certificates, or system");
      }
      files.add(file);
    }
    section.done();
    return new NetworkSettings(transport, proxy, system, List.copyOf(files));
  }

  private static Proxy proxy(Section section) {
    URI url;
    try {
      url = URI.create(section.text("url"));
    } catch (IllegalArgumentException e) {
      throw section.wrong("url", "this is not a URL", "write http://HOST:PORT");
    }
    if (!"http".equals(url.getScheme())
        || url.getHost() == null
        || url.getPort() < 0
        || url.getUserInfo() != null) {
      throw section.wrong(
          "url", "host and port are expected, and nothing else", "write http://HOST:PORT");
    }
    Secret password =
        section.has("password-file") ? section.secret("password-file") : new Secret("");
    Proxy proxy = new Proxy(url.getHost(), url.getPort(), section.text("user", ""), password);
    if (proxy.user().isEmpty() == section.has("password-file")) {
      throw section.wrong(
          proxy.user().isEmpty() ? "password-file" : "user",
          "a user and a password belong together",
          "name both “user” and “password-file”, or neither");
    }
    section.done();
    return proxy;
  }

  /** Which of the two ways works is to be found out. */
  boolean either() {
    return transport == Transport.AUTO && proxy.isEmpty();
  }

  boolean webSockets() {
    return transport == Transport.WEBSOCKET || transport == Transport.AUTO && proxy.isPresent();
  }

  /**
   * Makes the CAs named here the ones of this process: the SDK takes its trust from {@link
   * SSLContext#getDefault}. Channels have a trust of their own.
   *
   * @throws IllegalStateException where a file is not a certificate
   */
  public void install() {
    context().ifPresent(SSLContext::setDefault);
  }

  /** TLS that trusts the CAs named here; empty: the process's own does already. */
  Optional<SSLContext> context() {
    if (trust.isEmpty() && system && SystemStore.certificates().isEmpty()) {
      return Optional.empty();
    }
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {trustManager()}, null);
      return Optional.of(context);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no TLS", e);
    }
  }

  /** Believes the CAs named here, the system's own included or not. */
  X509ExtendedTrustManager trustManager() {
    try {
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(anchors());
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509ExtendedTrustManager x509) {
          return x509;
        }
      }
      throw new IllegalStateException("this Java trusts no certificates");
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("network.trust cannot be used: " + e.getMessage(), e);
    }
  }

  private KeyStore anchors() throws GeneralSecurityException, IOException {
    KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
    anchors.load(null, null);
    if (system) {
      for (X509Certificate certificate : systemCertificates()) {
        anchors.setCertificateEntry("system-" + anchors.size(), certificate);
      }
    }
    for (Path file : trust) {
      try (InputStream in = Files.newInputStream(file)) {
        for (Certificate certificate :
            CertificateFactory.getInstance("X.509").generateCertificates(in)) {
          anchors.setCertificateEntry("file-" + anchors.size(), certificate);
        }
      }
    }
    return anchors;
  }

  private static List<X509Certificate> systemCertificates() throws GeneralSecurityException {
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init((KeyStore) null);
    List<X509Certificate> all = new ArrayList<>(SystemStore.certificates());
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager x509) {
        all.addAll(List.of(x509.getAcceptedIssuers()));
      }
    }
    return all;
  }
}
