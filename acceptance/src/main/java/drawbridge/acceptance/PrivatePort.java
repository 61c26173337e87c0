package drawbridge.acceptance;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Plain HTTP on loopback: health and metrics of a gateway, control of the local namespace. */
public final class PrivatePort {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Duration ANSWER = Duration.ofSeconds(10);

  private PrivatePort() {}

  /** The body of the answer, whatever its status. */
  public static String get(URI uri) throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return ask(http, HttpRequest.newBuilder(uri)).body();
    }
  }

  /**
   * Sends an empty body.
   *
   * @throws IOException also where the answer is no success
   */
  static void post(URI uri) throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          ask(http, HttpRequest.newBuilder(uri).POST(HttpRequest.BodyPublishers.noBody()));
      if (answer.statusCode() / 100 != 2) {
        throw new IOException(uri + ": " + answer.statusCode() + " " + answer.body());
      }
    }
  }

  /**
   * Waits until a gateway says that it is ready, or a program of its stack has ended.
   *
   * @param anyEnd completes with the name of a program that ended
   * @return what it says instead; empty: it is ready
   */
  static Optional<String> awaitReady(URI gateway, Supplier<CompletableFuture<String>> anyEnd)
      throws InterruptedException {
    String answer = "nothing";
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try (HttpClient http = HttpClient.newHttpClient()) {
      while (System.nanoTime() < deadline) {
        try {
          HttpResponse<String> response =
              ask(http, HttpRequest.newBuilder(URI.create(gateway + "/readyz")));
          if (response.statusCode() == 200) {
            return Optional.empty();
          }
          answer = response.statusCode() + " " + response.body();
        } catch (IOException e) {
          answer = e.toString();
        }
        if (!anyEnd.get().completeOnTimeout("", 100, TimeUnit.MILLISECONDS).join().isEmpty()) {
          break;
        }
      }
    }
    return Optional.of(answer);
  }

  private static HttpResponse<String> ask(HttpClient http, HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.timeout(ANSWER).build(), BodyHandlers.ofString());
  }
}
