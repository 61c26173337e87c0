package drawbridge.relay;

import static java.util.Objects.requireNonNull;

import com.azure.core.amqp.AmqpTransportType;
import com.azure.core.amqp.ProxyAuthenticationType;
import com.azure.core.amqp.ProxyOptions;
import com.azure.core.http.HttpClient;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.core.util.Configuration;
import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How Microsoft's SDK is told to get to a namespace: AMQP, WebSockets or HTTPS, proxy, login. */
final class ServiceBusWay {
  private ServiceBusWay() {}

  /** Knows the way and the login; whoever asks for it sets the retries. */
  static ServiceBusClientBuilder builder(
      NamespaceSettings namespace,
      NetworkSettings network,
      boolean webSockets,
      @Nullable EntraSignIn signIn) {
    ServiceBusClientBuilder builder =
        new ServiceBusClientBuilder()
            .transportType(
                webSockets ? AmqpTransportType.AMQP_WEB_SOCKETS : AmqpTransportType.AMQP);
    switch (namespace.login()) {
      case Login.SharedKey key -> builder.connectionString(namespace.connectionString(key));
      case Login.Entra entra -> builder.credential(namespace.host(), requireNonNull(signIn));
    }
    if (!namespace.emulator() && namespace.port() != 0) {
      builder.customEndpointAddress("https://" + namespace.host() + ":" + namespace.port());
    }
    network.proxy().ifPresent(proxy -> builder.proxyOptions(options(proxy)));
    return builder;
  }

  /** For Microsoft's libraries, to the same places by HTTPS. */
  static HttpClient http(NetworkSettings network, Duration patience) {
    return new JdkHttpClientBuilder(Fetch.client(network))
        // Nothing from HTTPS_PROXY and its like: the way is the admin's to name.
        .configuration(Configuration.NONE)
        .connectionTimeout(Duration.ofSeconds(10))
        .responseTimeout(patience)
        .build();
  }

  private static ProxyOptions options(NetworkSettings.Proxy proxy) {
    boolean login = !proxy.user().isEmpty();
    return new ProxyOptions(
        login ? ProxyAuthenticationType.BASIC : ProxyAuthenticationType.NONE,
        new java.net.Proxy(
            java.net.Proxy.Type.HTTP,
            InetSocketAddress.createUnresolved(proxy.host(), proxy.port())),
        login ? proxy.user() : null,
        login ? proxy.password().reveal() : null);
  }

  /** In words, such as {@code WebSockets, port 443, through the proxy proxy.example}. */
  static String of(NamespaceSettings namespace, NetworkSettings network, boolean webSockets) {
    int own = webSockets ? WayCheck.HTTPS : WayCheck.AMQPS;
    int port = namespace.port() == 0 || network.proxy().isPresent() ? own : namespace.port();
    return (webSockets ? "WebSockets" : "AMQP")
        + ", port "
        + port
        + network.proxy().map(proxy -> ", through the proxy " + proxy.host()).orElse("");
  }
}
