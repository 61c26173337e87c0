package drawbridge.relay;

import drawbridge.namespace.LocalNamespace;
import drawbridge.namespace.NamespaceSettings;
import drawbridge.namespace.QueueSettings;
import java.time.Duration;

/** Service Bus by Microsoft's own SDK, to a local namespace in this JVM. */
final class LocalBroker implements AutoCloseable {
  private final LocalNamespace namespace;

  LocalBroker(String... queues) {
    NamespaceSettings.Builder settings =
        NamespaceSettings.builder().key("root", "a-key-of-the-test");
    for (String queue : queues) {
      settings.queue(QueueSettings.of(queue).timeToLive(Duration.ofSeconds(60)));
    }
    namespace = LocalNamespace.start(settings.build());
  }

  Carrier carrier(String mailbox) {
    return new ServiceBusCarrier(
        mailbox,
        new drawbridge.relay.NamespaceSettings(
            "localhost",
            namespace.port(),
            "root",
            new drawbridge.settings.Secret("a-key-of-the-test"),
            true),
        NetworkSettings.DIRECT);
  }

  LocalNamespace namespace() {
    return namespace;
  }

  @Override
  public void close() {
    namespace.close();
  }
}
