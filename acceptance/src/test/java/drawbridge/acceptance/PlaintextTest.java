package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusSenderClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The broker in the middle carries ciphertext: whoever reads its queues learns nothing. */
final class PlaintextTest {
  /** In rows, in arguments, in statements and in paths. */
  private static final List<String> SECRETS =
      List.of(
          "Leave at dock",
          "ring twice",
          "Leave+at",
          "Leave at",
          "sales.orders",
          "customer_id",
          "FindByNote",
          "orders/v1",
          "CN=connector",
          "shipped\"");

  private static final String CONTROL = "a sentence that whoever reads the queue can read";

  private static Stack stack;

  @BeforeAll
  static void start() throws Exception {
    stack = Stack.start(StackPlan.small().withRows(20_000).recorded(), line -> {});
    try (Connector connector = Connector.of(stack)) {
      var note = connector.get("/orders/v1/orders/by-note?beginning=Leave+at+dock+7");
      assertEquals(200, note.statusCode(), note.body());
      assertTrue(note.body().contains("Leave at dock 7"), note.body());
      assertEquals(200, connector.get(Showing.ALLOWED).statusCode());
      assertEquals(20_000, connector.stream("/orders/v1/orders").lines());
    }
    try (ServiceBusSenderClient sender =
        new ServiceBusClientBuilder()
            .connectionString(stack.connectionString())
            .sender()
            .queueName(Stack.CONTROL_QUEUE)
            .buildClient()) {
      sender.sendMessage(new ServiceBusMessage(CONTROL));
    }
    stack.stop("namespace"); // so that everything it recorded is on disk
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  @Test
  void nothingThatTheQueuesCarriedCanBeRead() throws IOException {
    for (String secret : SECRETS) {
      assertEquals(List.of(), filesWith(secret), secret);
    }
  }

  @Test
  void theSameSearchFindsWhatIsNotEncrypted() throws IOException {
    assertEquals(1, filesWith(CONTROL).size());
  }

  /** A stream of 20,000 rows is megabytes, so a recording without them would be no recording. */
  @Test
  void theRowsDidGoThroughTheQueues() throws IOException {
    long bytes = 0;
    for (Path file : recorded()) {
      bytes += Files.size(file);
    }
    assertTrue(bytes > 100_000, "only " + bytes + " bytes were recorded");
  }

  /** Recorded files that hold the text, as UTF-8. */
  private static List<Path> filesWith(String text) throws IOException {
    // Latin-1 on both sides compares bytes.
    String bytes = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    List<Path> found = new ArrayList<>();
    for (Path file : recorded()) {
      if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(bytes)) {
        found.add(file);
      }
    }
    return found;
  }

  private static List<Path> recorded() throws IOException {
    try (Stream<Path> files = Files.walk(stack.record())) {
      return files.filter(Files::isRegularFile).toList();
    }
  }
}
