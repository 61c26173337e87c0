package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.namespace.LocalNamespace;
import drawbridge.namespace.Permissions;
import drawbridge.settings.Finding;
import drawbridge.settings.Secret;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What whoever looks into the connection with Service Bus gets hold of, such as a proxy that
 * inspects TLS: the tokens themselves, as they pass, in the plaintext of the local namespace.
 */
@Timeout(120)
final class SasTokenTest {
  private static final String OWN = "drawbridge.plant-1.agent-a";
  private static final String PEER = "drawbridge.gateway-1";
  private static final String OTHER = "drawbridge.plant-2.agent-z";
  private static final String KEY = "a-key-of-the-test";
  private static final Duration LIFE = Duration.ofMinutes(20);
  private static final Pattern TOKEN =
      Pattern.compile("SharedAccessSignature sr=([^&]+)&sig=([^&]+)&se=(\\d+)&skn=([\\w.-]+)");

  private LocalNamespace namespace;
  private ServerSocket inspecting;
  private final ByteArrayOutputStream seen = new ByteArrayOutputStream();

  @BeforeEach
  void start() throws IOException {
    namespace =
        LocalNamespace.start(
            drawbridge.namespace.NamespaceSettings.builder()
                .key("agent-a", KEY, Permissions.of(Set.of(OWN), Set.of(PEER)))
                .queue(OWN)
                .queue(PEER)
                .queue(OTHER)
                .build());
    inspecting = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::inspect);
  }

  @AfterEach
  void stop() throws IOException {
    inspecting.close();
    namespace.close();
  }

  private void inspect() {
    while (!inspecting.isClosed()) {
      try {
        Socket client = inspecting.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), namespace.port());
        Thread.ofVirtual().start(() -> pass(client, server, true));
        Thread.ofVirtual().start(() -> pass(server, client, false));
      } catch (IOException e) {
        return; // it is closed
      }
    }
  }

  private void pass(Socket from, Socket to, boolean look) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] bytes = new byte[8_192];
      for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
        if (look) {
          synchronized (seen) {
            seen.write(bytes, 0, n);
          }
        }
        out.write(bytes, 0, n);
      }
    } catch (IOException e) {
      // one of the two has ended it
    }
  }

  private String seen() {
    synchronized (seen) {
      return seen.toString(StandardCharsets.ISO_8859_1);
    }
  }

  private NamespaceSettings settings() {
    return new NamespaceSettings(
        "localhost", inspecting.getLocalPort(), "agent-a", new Secret(KEY), true);
  }

  private record Token(String queue, Instant until, String key) {}

  private List<Token> tokens() {
    List<Token> tokens = new ArrayList<>();
    Matcher token = TOKEN.matcher(seen());
    while (token.find()) {
      String resource = URLDecoder.decode(token.group(1), StandardCharsets.UTF_8);
      tokens.add(
          new Token(
              resource.replaceFirst("^\\w+://[^/]*/", ""),
              Instant.ofEpochSecond(Long.parseLong(token.group(3))),
              token.group(4)));
    }
    return tokens;
  }

  @Test
  void everyTokenIsForOneQueueOfOursAndLivesTwentyMinutesAtMost() throws Exception {
    try (ServiceBusCarrier carrier =
        new ServiceBusCarrier(OWN, settings(), NetworkSettings.DIRECT)) {
      carrier.start(
          new Carrier.Receiver() {
            @Override
            public void message(Message message) {}

            @Override
            public void link(boolean works) {}
          });
      Message hello =
          new Message(Kind.HELLO, UUID.randomUUID(), 0, 0, 0, 0, 1, 0, OWN, new byte[] {1, 2, 3});
      carrier.send(PEER, hello, taken -> {});
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (tokens().stream().map(Token::queue).distinct().count() < 2) {
        assertTrue(System.nanoTime() - end < 0, () -> "tokens so far: " + tokens());
        java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
      }
    }
    Instant latest = Instant.now().plus(LIFE).plusSeconds(5);
    Set<String> queues = new TreeSet<>();
    for (Token token : tokens()) {
      queues.add(token.queue());
      assertEquals("agent-a", token.key());
      assertTrue(token.until().isBefore(latest), token::toString);
      assertTrue(token.until().isAfter(Instant.now()), token::toString);
    }
    assertEquals(Set.of(OWN, PEER), queues, "never the whole namespace");
    assertFalse(seen().contains(KEY), "the key itself never leaves");
  }

  @Test
  void aKeyOpensItsOwnQueueAndThoseOfItsPeersAndNoOther() {
    assertTrue(check(PEER).stream().allMatch(Finding::good), () -> check(PEER).toString());
    List<Finding> another = check(OTHER);
    assertFalse(another.stream().allMatch(Finding::good), another::toString);
    List<Finding> notOurs =
        NamespaceCheck.run(
            PeerName.agent("plant-2", "agent-z"),
            List.of(PEER),
            settings(),
            NetworkSettings.DIRECT);
    assertFalse(notOurs.stream().allMatch(Finding::good), notOurs::toString);
    Optional<Finding> listen =
        notOurs.stream().filter(finding -> finding.what().startsWith("Listen on")).findFirst();
    assertFalse(listen.orElseThrow().good(), notOurs::toString);
  }

  private List<Finding> check(String peer) {
    return NamespaceCheck.run(
        PeerName.agent("plant-1", "agent-a"), List.of(peer), settings(), NetworkSettings.DIRECT);
  }
}
