package drawbridge.relay;

import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Gets small files of others, such as keys and revocation lists, by HTTPS on the way that {@code
 * network} names. Follows no redirects. Thread-safe; its threads are daemons and end with it.
 */
public final class Fetch {
  static {
    // The JDK would not show a password to a proxy for HTTPS; ours is for that proxy alone.
    System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
  }

  private final NetworkSettings network;
  private final HttpClient client;

  public Fetch(NetworkSettings network) {
    this.network = network;
    this.client = client(network).build();
  }

  /** An HTTP client on the way that {@code network} names, and no other. */
  static HttpClient.Builder client(NetworkSettings network) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER);
    network.context().ifPresent(builder::sslContext);
    network
        .proxy()
        .ifPresentOrElse(
            proxy -> through(builder, proxy), () -> builder.proxy(HttpClient.Builder.NO_PROXY));
    return builder;
  }

  private static void through(HttpClient.Builder builder, NetworkSettings.Proxy proxy) {
    builder.proxy(ProxySelector.of(new InetSocketAddress(proxy.host(), proxy.port())));
    if (!proxy.user().isEmpty()) {
      builder.authenticator(
          new Authenticator() {
            @Override
            protected @Nullable PasswordAuthentication getPasswordAuthentication() {
              return getRequestorType() == RequestorType.PROXY
                  ? new PasswordAuthentication(
                      proxy.user(), proxy.password().reveal().toCharArray())
                  : null;
            }
          });
    }
  }

  /**
   * The whole of it.
   *
   * @param most bytes; more is an error
   * @param patience for the whole of it
   * @throws IOException it cannot be had: unreachable, late, too long, or another status than 200
   */
  public byte[] get(URI url, int most, Duration patience) throws IOException {
    HttpRequest request = HttpRequest.newBuilder(url).timeout(patience).build();
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), most));
    try {
      HttpResponse<byte[]> response = answer.get(patience.toNanos(), TimeUnit.NANOSECONDS);
      if (response.statusCode() != 200) {
        throw new IOException(url + " answered with status " + response.statusCode());
      }
      return response.body();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(url + " cannot be fetched" + way() + ": " + cause, cause);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new IOException(url + " did not answer in " + patience.toSeconds() + " s" + way(), e);
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private String way() {
    return network.proxy().map(proxy -> " through " + proxy.host() + ":" + proxy.port()).orElse("");
  }
}
