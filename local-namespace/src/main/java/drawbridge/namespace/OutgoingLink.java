package drawbridge.namespace;

import java.util.Optional;
import java.util.UUID;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Sender;
import org.jspecify.annotations.Nullable;

/** A client receives from a queue, in peek-lock or in receive-and-delete. */
final class OutgoingLink implements QueueLink {
  private final ClientConnection connection;
  private final Sender link;
  private final Queue queue;
  private final boolean settled;
  private long lastUsed;
  private long lastTag;
  private boolean ended;

  OutgoingLink(ClientConnection connection, Sender link, Queue queue) {
    this.connection = connection;
    this.link = link;
    this.queue = queue;
    settled = link.getRemoteSenderSettleMode() == SenderSettleMode.SETTLED;
    lastUsed = connection.loop().millis();
  }

  void open() {
    link.open();
    queue.attach(this);
  }

  /** Receive-and-delete. */
  boolean settled() {
    return settled;
  }

  /** There is credit, and room in what waits for the socket. */
  boolean canTake() {
    if (ended || link.getCredit() <= 0) {
      return false;
    }
    if (connection.isFull(link.getSession())) {
      connection.starved(queue);
      return false;
    }
    return true;
  }

  /**
   * @param lock null in receive-and-delete
   */
  void deliver(QueuedMessage message, @Nullable UUID lock) {
    lastUsed = connection.loop().millis();
    UUID tag = lock == null ? new UUID(0, ++lastTag) : lock;
    Delivery delivery = link.delivery(LockToken.toTag(tag));
    long lockedUntil = lock == null ? 0 : System.currentTimeMillis() + queue.lockMillis();
    byte[] head = connection.namespace().encoding().head(message, lockedUntil);
    link.sendNoCopy(ReadableBuffer.ByteBufferReader.wrap(head));
    link.sendNoCopy(ReadableBuffer.ByteBufferReader.wrap(message.bare()));
    if (lock == null) {
      delivery.settle();
    } else {
      delivery.setContext(lock);
    }
    link.advance();
    connection.touch();
  }

  /** The client granted credit, or wants the rest of it back. */
  void flow() {
    lastUsed = connection.loop().millis();
    queue.serve();
    if (link.getDrain() && link.getCredit() > 0 && queue.isEmpty()) {
      link.drained();
    }
  }

  void updated(Delivery delivery) {
    DeliveryState state = delivery.getRemoteState();
    if (delivery.isSettled() || (state == null && !delivery.remotelySettled())) {
      return;
    }
    lastUsed = connection.loop().millis();
    if (delivery.getContext() instanceof UUID lock && state != null) {
      Optional<Settlement> settlement = Settlement.of(state);
      connection.namespace().budget().spend(1);
      if (settlement.isEmpty()) {
        delivery.disposition(AmqpError.lacking("deferral").toRejection());
      } else if (queue.settle(lock, settlement.get())) {
        // The same outcome tells the Java SDK that it holds; the JavaScript SDK takes a Rejected
        // with an error for a failure.
        delivery.disposition(state instanceof Rejected ? new Rejected() : state);
      } else {
        delivery.disposition(AmqpError.lockLost().toRejection());
      }
    }
    delivery.settle();
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
    return Right.LISTEN;
  }

  @Override
  public long lastUsed() {
    return lastUsed;
  }

  @Override
  public void ended() {
    ended = true;
    queue.detach(this);
  }
}
