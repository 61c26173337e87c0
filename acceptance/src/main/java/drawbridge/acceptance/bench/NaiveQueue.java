package drawbridge.acceptance.bench;

import com.azure.core.util.BinaryData;
import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusSenderAsyncClient;
import com.azure.messaging.servicebus.models.ServiceBusReceiveMode;
import drawbridge.relay.Login;
import drawbridge.relay.NamespaceSettings;
import drawbridge.settings.Section;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Service Bus as the documents for request and reply use it: a message each, found again by its
 * correlation id.
 */
final class NaiveQueue {
  private final ServiceBusClientBuilder builder;
  private final ServiceBusSenderAsyncClient sender;

  NaiveQueue(Path config, String own, String other, Consumer<ServiceBusReceivedMessage> received) {
    NamespaceSettings settings = NamespaceSettings.read(Section.read(config).section("namespace"));
    if (!(settings.login() instanceof Login.SharedKey key)) {
      throw new IllegalArgumentException(config + " has no shared access key");
    }
    builder =
        new ServiceBusClientBuilder()
            .connectionString(
                "Endpoint=sb://%s:%d;SharedAccessKeyName=%s;SharedAccessKey=%s;UseDevelopmentEmulator=true"
                    .formatted(settings.host(), settings.port(), key.name(), key.key().reveal()));
    sender = builder.sender().queueName(other).buildAsyncClient();
    builder
        .receiver()
        .queueName(own)
        .receiveMode(ServiceBusReceiveMode.RECEIVE_AND_DELETE)
        .prefetchCount(200)
        .disableAutoComplete()
        .buildAsyncClient()
        .receiveMessages()
        // What the bridge, which used this queue before, left in it has no correlation id.
        .filter(message -> message.getCorrelationId() != null)
        .subscribe(received, NaiveQueue::end);
  }

  /** Without its queue the comparison measures nothing. */
  private static void end(Throwable why) {
    System.err.println("the naive comparison lost its queue: " + why);
    System.exit(1);
  }

  void send(String correlation, byte[] body) {
    sender
        .sendMessage(
            new ServiceBusMessage(BinaryData.fromBytes(body)).setCorrelationId(correlation))
        .subscribe();
  }
}
