package drawbridge.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import drawbridge.settings.Section;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A running gateway with its certificates, its callers and whatever agents a test brings up. */
final class Stage implements AutoCloseable {
  static final String ONE_SITE =
      "sites: { plant-1: { agents: [agent-a, agent-b], apis: [orders] } }";
  private static final ObjectMapper JSON = new ObjectMapper();

  final Gateway gateway;
  final TestPki frontDoor;
  final TestPki connectors;
  final TestPki.Pair apim;

  /** The CAs whose callers are believed. */
  final Path trust;

  final HttpClient client;
  final String url;
  private final List<FakeAgent> agents = new ArrayList<>();

  Stage(Path folder, String sites) {
    this(folder, "EC", "EC", "", sites);
  }

  Stage(Path folder, String server, String caller, String certificates, String sites) {
    this(folder, server, new TestPki(folder, caller, "Connectors CA"), certificates, sites);
  }

  Stage(Path folder, String server, TestPki connectors, String certificates, String sites) {
    this.connectors = connectors;
    frontDoor = new TestPki(folder, server, "Front CA");
    apim = connectors.client("O=Contoso,CN=apim");
    TestPki.Pair front = frontDoor.server();
    Path certificate = frontDoor.certificateFile("front.pem", front);
    Path key = frontDoor.keyFile("front.key", front);
    trust = connectors.authorityFile();
    String text =
        """
        name: gateway-1
        public-url: https://api.contoso.com/legacy
        listen: { port: 0, address: 127.0.0.1, certificate: %s, key: %s }
        private: { port: 0 }
        callers: { certificates: { trust: %s%s } }
        %s
        """
            .formatted(certificate, key, trust, certificates, sites);
    gateway =
        Gateway.start(GatewaySettings.read(Section.parse(folder.resolve("gateway.yaml"), text)));
    url = "https://localhost:" + gateway.port();
    client = client(apim);
  }

  HttpClient client(TestPki.Pair... shown) {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .sslContext(connectors.context(frontDoor, shown))
        .build();
  }

  /** Up, and its catalogue known. */
  FakeAgent agent(String site, String name, String... apis) {
    return agent(new FakeAgent(site, name, apis));
  }

  FakeAgent agent(FakeAgent agent) {
    agents.add(agent);
    if (!gateway.agents().up(agent.link())) {
      throw new IllegalStateException("refused");
    }
    until(() -> described(agent));
    return agent;
  }

  private boolean described(FakeAgent agent) {
    return gateway.agents().sites().stream()
        .flatMap(site -> site.links().stream())
        .anyMatch(link -> link.agent().equals(agent.link()) && link.described());
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(url + path)).timeout(Duration.ofSeconds(10));
  }

  HttpResponse<String> get(String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = request(path);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> privately(String path) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.privatePort() + path))
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  boolean privately2xx(String path, String with) {
    try {
      HttpResponse<String> response = privately(path);
      return response.statusCode() == 200 && response.body().contains(with);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static JsonNode json(HttpResponse<String> response) throws IOException {
    return JSON.readTree(response.body());
  }

  /** Returns when it holds; fails after ten seconds. */
  static void until(BooleanSupplier holds) {
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("did not come true within ten seconds");
      }
      LockSupport.parkNanos(5_000_000);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
    agents.forEach(FakeAgent::close);
    gateway.close();
  }
}
