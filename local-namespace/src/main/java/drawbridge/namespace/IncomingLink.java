package drawbridge.namespace;

import java.util.List;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Receiver;
import org.jspecify.annotations.Nullable;

/** A client sends to a queue. */
final class IncomingLink implements QueueLink {
  private static final int CREDIT = 1000;
  private static final byte[] DISCARDED = new byte[16 << 10];

  private final ClientConnection connection;
  private final Receiver link;
  private final Queue queue;
  private long lastUsed;
  private boolean refused;

  IncomingLink(ClientConnection connection, Receiver link, Queue queue) {
    this.connection = connection;
    this.link = link;
    this.queue = queue;
    lastUsed = connection.loop().millis();
  }

  void open() {
    link.open();
    link.flow(CREDIT);
  }

  void received(Delivery delivery) {
    lastUsed = connection.loop().millis();
    if (!refused && delivery.pending() > queue.maxMessage()) {
      refused = true;
      connection.links().detach(this, AmqpError.tooLarge(queue.maxMessage()));
    }
    if (refused || delivery.isAborted()) {
      discard(delivery);
      return;
    }
    if (delivery.isPartial()) {
      return;
    }
    byte[] bytes = new byte[delivery.pending()];
    link.recv(bytes, 0, bytes.length);
    AmqpError problem = take(bytes, delivery.getMessageFormat() == Encoding.BATCH);
    link.advance();
    if (!delivery.remotelySettled()) {
      delivery.disposition(problem == null ? Accepted.getInstance() : problem.toRejection());
    }
    delivery.settle();
    if (link.getCredit() < CREDIT / 2) {
      link.flow(CREDIT - link.getCredit());
    }
  }

  private @Nullable AmqpError take(byte[] bytes, boolean batch) {
    List<QueuedMessage> messages;
    try {
      messages = connection.namespace().encoding().decode(bytes, batch);
    } catch (Encoding.MalformedMessage e) {
      return AmqpError.undecodable();
    }
    return connection.namespace().budget().take(messages.size())
        ? queue.offer(messages)
        : AmqpError.busy();
  }

  private void discard(Delivery delivery) {
    while (link.recv(DISCARDED, 0, DISCARDED.length) > 0) {
      // The rest of a message that was refused.
    }
    if (!delivery.isPartial()) {
      link.advance();
      delivery.settle();
    }
  }

  @Override
  public Link link() {
    return link;
  }

  @Override
  public Queue queue() {
    return queue;
  }

  @Override
  public Right right() {
    return Right.SEND;
  }

  @Override
  public long lastUsed() {
    return lastUsed;
  }

  @Override
  public void ended() {
    refused = true;
  }
}
