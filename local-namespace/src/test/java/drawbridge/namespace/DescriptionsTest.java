package drawbridge.namespace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.azure.messaging.servicebus.ServiceBusMessage;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What is told of a queue by HTTP, to whom. The SDK that reads it has its tests where it is used.
 */
@Timeout(60)
final class DescriptionsTest {
  private static final String UNAUTHORIZED = "401";

  private final LocalNamespace namespace =
      LocalNamespace.start(
          NamespaceSettings.builder()
              .key("root", "root-secret")
              .key("agent", "agent-secret", Permissions.of(Set.of("in"), Set.of()))
              .key(
                  "manager",
                  "manager-secret",
                  new Permissions(Set.of(), Set.of(), Set.of(), Set.of("in")))
              .queue(
                  QueueSettings.of("in")
                      .timeToLive(Duration.ofSeconds(60))
                      .deadLetterOnExpiry(true)
                      .described("ForwardTo", "a<b"))
              .queue("out")
              .build());

  @AfterEach
  void stop() {
    namespace.close();
  }

  private HttpResponse<String> get(String path, String authorization) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + namespace.port() + path))
            .timeout(Duration.ofSeconds(20));
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request.build(), BodyHandlers.ofString());
    }
  }

  private HttpResponse<String> get(String path, String key, String secret) throws Exception {
    return get(path, Sas.token("https://localhost", key, secret, Duration.ofMinutes(5)));
  }

  private static void refused(HttpResponse<String> answer, String detail) {
    assertEquals(401, answer.statusCode(), answer::body);
    assertTrue(answer.body().startsWith("<Error><Code>" + UNAUTHORIZED + "</Code>"), answer::body);
    assertTrue(answer.body().contains(detail), answer::body);
  }

  @Test
  void aQueueIsDescribedAsItIsAndAsATestWantsIt() throws Exception {
    HttpResponse<String> answer = get("/in?api-version=2021-05&enrich=true", "root", "root-secret");
    assertEquals(200, answer.statusCode(), answer::body);
    for (String part :
        new String[] {
          "<title type=\"text\">in</title>",
          "<DefaultMessageTimeToLive>PT1M</DefaultMessageTimeToLive>",
          "<DeadLetteringOnMessageExpiration>true</DeadLetteringOnMessageExpiration>",
          "<LockDuration>PT30S</LockDuration>",
          "<MaxDeliveryCount>10</MaxDeliveryCount>",
          "<MaxSizeInMegabytes>64</MaxSizeInMegabytes>",
          "<MaxMessageSizeInKilobytes>256</MaxMessageSizeInKilobytes>",
          "<RequiresSession>false</RequiresSession>",
          "<ForwardTo>a&lt;b</ForwardTo>",
          "<d2p1:ActiveMessageCount>0</d2p1:ActiveMessageCount>"
        }) {
      assertTrue(answer.body().contains(part), () -> part + " is missing in " + answer.body());
    }
  }

  @Test
  void whatWaitsAndWhatIsDeadIsCounted() throws Exception {
    try (Sdk sdk = new Sdk(namespace.connectionString("root"))) {
      var sender = sdk.sender("in");
      sender.sendMessage(Sdk.text("stays"));
      sender.sendMessage(new ServiceBusMessage("goes").setTimeToLive(Duration.ofMillis(1)));
    }
    Await.until("one is dead", () -> namespace.stats().queue("in").deadLetters() == 1);
    String body = get("/in", "root", "root-secret").body();
    assertTrue(body.contains("<d2p1:ActiveMessageCount>1</d2p1:ActiveMessageCount>"), body);
    assertTrue(body.contains("<d2p1:DeadLetterMessageCount>1</d2p1:DeadLetterMessageCount>"), body);
    assertTrue(body.contains("<MessageCount>2</MessageCount>"), body);
  }

  @Test
  void onlyTheRightManageOnThatQueueIsEnough() throws Exception {
    assertEquals(200, get("/in", "manager", "manager-secret").statusCode());
    refused(get("/out", "manager", "manager-secret"), "Manage,EntityRead claims required");
    refused(get("/in", "agent", "agent-secret"), "Manage,EntityRead claims required");
    namespace.take("manager", Right.MANAGE, "in");
    refused(get("/in", "manager", "manager-secret"), "Manage,EntityRead claims required");
    namespace.deny("root");
    refused(get("/in", "root", "root-secret"), "root");
  }

  @Test
  void aTokenThatProvesNothingIsRefused() throws Exception {
    refused(get("/in", ""), "MissingToken");
    refused(get("/in", "root", "another"), "InvalidSignature");
    refused(get("/in", "nobody", "root-secret"), "InvalidSignature");
    String late = Sas.token("https://localhost", "root", "root-secret", Duration.ofSeconds(-5));
    refused(get("/in", late), "ExpiredToken");
    String other = Sas.token("https://localhost/out", "root", "root-secret", Duration.ofMinutes(5));
    refused(get("/in", other), "InvalidAudience");
  }

  /** As the service does: a name that nobody has is the public list, which is empty. */
  @Test
  void aQueueThatIsNotThereIsAnEmptyFeed() throws Exception {
    HttpResponse<String> answer = get("/gone", "root", "root-secret");
    assertEquals(200, answer.statusCode());
    assertTrue(answer.body().startsWith("<feed"), answer::body);
    assertEquals(400, get("/$servicebus/websocket", "root", "root-secret").statusCode());
  }

  @Test
  void delaysAndLimitsHoldForItToo() throws Exception {
    namespace.behaviour(Behaviour.NORMAL.delay(Duration.ofMillis(20)));
    assertEquals(200, get("/in", "root", "root-secret").statusCode());
    namespace.behaviour(Behaviour.NORMAL.operationsPerSecond(1));
    int busy = 0;
    for (int i = 0; i < 20 && busy == 0; i++) {
      busy += get("/in", "root", "root-secret").statusCode() == 503 ? 1 : 0;
    }
    assertEquals(1, busy, "more than one a second");
  }
}
