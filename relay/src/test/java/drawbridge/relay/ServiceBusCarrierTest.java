package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.azure.core.amqp.models.AmqpMessageBody;
import com.azure.core.util.BinaryData;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusSenderClient;
import drawbridge.settings.Secret;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What others put into the mailbox. */
final class ServiceBusCarrierTest {
  private static final String MAILBOX = "drawbridge.gateway";

  @Test
  void whatIsNoMessageOfOursIsCountedAndTheNextOneHeardOnTheSameLink() throws Exception {
    Message message =
        new Message(
            Kind.HELLO, Message.NO_CHANNEL, 0, 0, 0, 0, 3, 0, "drawbridge.x", Message.NO_BODY);
    ServiceBusMessage value = new ServiceBusMessage(AmqpMessageBody.fromValue("a value"));
    ServiceBusMessage bare = new ServiceBusMessage(BinaryData.fromString("no properties"));
    ServiceBusMessage good = new ServiceBusMessage(BinaryData.fromBytes(message.body()));
    for (ServiceBusMessage each : List.of(value, good)) {
      each.setReplyTo(message.mailbox());
      each.getApplicationProperties().putAll(Wire.properties(message));
    }
    try (LocalBroker broker = new LocalBroker(MAILBOX);
        ServiceBusCarrier carrier = (ServiceBusCarrier) broker.carrier(MAILBOX);
        ServiceBusSenderClient sender = sender(broker)) {
      BlockingQueue<Kind> heard = new LinkedBlockingQueue<>();
      BlockingQueue<Boolean> link = new LinkedBlockingQueue<>();
      carrier.start(
          new Carrier.Receiver() {
            @Override
            public void message(Message each) {
              heard.add(each.kind());
            }

            @Override
            public void link(boolean healthy) {
              link.add(healthy);
            }
          });
      sender.sendMessage(value);
      sender.sendMessage(bare);
      sender.sendMessage(good);
      assertEquals(Kind.HELLO, heard.poll(30, TimeUnit.SECONDS));
      assertEquals(2, carrier.malformed());
      assertEquals(List.of(), List.copyOf(link));
    }
  }

  private static ServiceBusSenderClient sender(LocalBroker broker) {
    NamespaceSettings settings =
        new NamespaceSettings(
            "localhost", broker.namespace().port(), "root", new Secret("a-key-of-the-test"), true);
    return ServiceBusWay.builder(settings, NetworkSettings.DIRECT, false, null)
        .sender()
        .queueName(MAILBOX)
        .buildClient();
  }
}
