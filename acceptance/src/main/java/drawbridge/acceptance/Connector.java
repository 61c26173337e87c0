package drawbridge.acceptance;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.time.Duration;
import javax.net.ssl.SSLContext;

/** An HTTPS client of a gateway, as any client is: the JDK's own. Thread-safe. */
public final class Connector implements AutoCloseable {
  /** Of a whole stream; a single call is far below it. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final URI gateway;
  private final HttpClient http;

  private Connector(URI gateway, SSLContext tls) {
    this.gateway = gateway;
    this.http =
        HttpClient.newBuilder()
            .sslContext(tls)
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
  }

  /** With the certificate of the stack's connector. */
  public static Connector of(Stack stack) throws IOException, GeneralSecurityException {
    return of(stack, stack.gateway());
  }

  public static Connector of(Stack stack, URI gateway)
      throws IOException, GeneralSecurityException {
    return new Connector(
        gateway,
        Pem.identified(
            stack.certificate("front-ca.pem"),
            stack.certificate("connector.pem"),
            stack.certificate("connector.key")));
  }

  /**
   * The whole answer, whatever its status.
   *
   * @param path from the first slash on, already encoded
   */
  public HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(request(path, "application/json"), BodyHandlers.ofString());
  }

  /**
   * Any other request, with its whole answer.
   *
   * @param path from the first slash on, already encoded; or a whole URL of this gateway
   * @param body empty: none
   * @param headers names and values by turns
   */
  public HttpResponse<byte[]> send(String method, String path, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(path.startsWith("/") ? gateway + path : path))
            .timeout(PATIENCE)
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), BodyHandlers.ofByteArray());
  }

  /** What came of a stream; the time runs from the request to the last byte. */
  public record Streamed(int status, long lines, long bytes, Duration time, String firstLine) {
    /** In millions of bytes. */
    public double megabytesPerSecond() {
      return bytes / 1e6 / Math.max(1e-9, time.toNanos() / 1e9);
    }
  }

  /** Reads rows as lines of JSON and keeps none of them. */
  public Streamed stream(String path) throws IOException, InterruptedException {
    long begin = System.nanoTime();
    HttpResponse<InputStream> answer =
        http.send(request(path, "application/x-ndjson"), BodyHandlers.ofInputStream());
    long lines = 0;
    long bytes = 0;
    StringBuilder first = new StringBuilder();
    try (InputStream body = new BufferedInputStream(answer.body(), 1 << 16)) {
      byte[] chunk = new byte[1 << 16];
      for (int n = body.read(chunk); n >= 0; n = body.read(chunk)) {
        for (int i = 0; i < n; i++) {
          if (chunk[i] == '\n') {
            lines++;
          } else if (lines == 0 && first.length() < 1_000) {
            first.append((char) (chunk[i] & 0xff));
          }
        }
        bytes += n;
      }
    }
    Duration time = Duration.ofNanos(System.nanoTime() - begin);
    return new Streamed(answer.statusCode(), lines, bytes, time, first.toString());
  }

  private HttpRequest request(String path, String accept) {
    return HttpRequest.newBuilder(URI.create(gateway + path))
        .header("Accept", accept)
        .timeout(PATIENCE)
        .build();
  }

  @Override
  public void close() {
    http.shutdownNow();
    http.close();
  }
}
