package drawbridge.namespace;

import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverClient;
import com.azure.messaging.servicebus.ServiceBusSenderClient;
import com.azure.messaging.servicebus.models.ServiceBusReceiveMode;
import com.azure.messaging.servicebus.models.SubQueue;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The Java SDK as it comes, with short waits; closes what it made. */
final class Sdk implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final ServiceBusClientBuilder builder;
  private final Deque<AutoCloseable> made = new ArrayDeque<>();

  Sdk(String connectionString) {
    this(new ServiceBusClientBuilder().connectionString(connectionString));
  }

  Sdk(ServiceBusClientBuilder builder) {
    this.builder =
        builder.retryOptions(
            new AmqpRetryOptions().setMaxRetries(0).setTryTimeout(Duration.ofSeconds(10)));
  }

  ServiceBusSenderClient sender(String queue) {
    return keep(builder.sender().queueName(queue).buildClient());
  }

  ServiceBusReceiverClient receiver(String queue) {
    return receiver(queue, ServiceBusReceiveMode.PEEK_LOCK, SubQueue.NONE);
  }

  ServiceBusReceiverClient receiver(String queue, ServiceBusReceiveMode mode, SubQueue subQueue) {
    return keep(
        builder
            .receiver()
            .queueName(queue)
            .receiveMode(mode)
            .subQueue(subQueue)
            .prefetchCount(0)
            .maxAutoLockRenewDuration(Duration.ZERO)
            .disableAutoComplete()
            .buildClient());
  }

  ServiceBusReceiverClient taker(String queue) {
    return receiver(queue, ServiceBusReceiveMode.RECEIVE_AND_DELETE, SubQueue.NONE);
  }

  private <C extends AutoCloseable> C keep(C client) {
    made.push(client);
    return client;
  }

  static ServiceBusMessage text(String body) {
    return new ServiceBusMessage(body);
  }

  /** Exactly {@code count} messages, in the order of their arrival. */
  static List<ServiceBusReceivedMessage> take(ServiceBusReceiverClient receiver, int count) {
    List<ServiceBusReceivedMessage> taken = new ArrayList<>();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (taken.size() < count && System.nanoTime() < deadline) {
      receiver.receiveMessages(count - taken.size(), Duration.ofSeconds(2)).forEach(taken::add);
    }
    if (taken.size() != count) {
      throw new AssertionError(taken.size() + " messages instead of " + count);
    }
    return taken;
  }

  static ServiceBusReceivedMessage takeOne(ServiceBusReceiverClient receiver) {
    return take(receiver, 1).getFirst();
  }

  @Override
  public void close() throws Exception {
    while (!made.isEmpty()) {
      made.pop().close();
    }
  }
}
