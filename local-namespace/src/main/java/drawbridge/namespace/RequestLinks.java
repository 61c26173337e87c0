package drawbridge.namespace;

import java.nio.BufferOverflowException;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Receiver;
import org.apache.qpid.proton.engine.Sender;
import org.apache.qpid.proton.message.Message;

/** Requests to the nodes of one connection and the way back for their answers. */
final class RequestLinks {
  private static final int CREDIT = 100;
  private static final int LONGEST_REQUEST = 256 << 10;
  private static final int LONGEST_ANSWER = 8 << 20;

  private final ClientConnection connection;

  /** By the link's target address, as the Java SDK asks, and by its name, as JavaScript does. */
  private final Map<String, Sender> replyLinks = new HashMap<>();

  private long lastTag;

  RequestLinks(ClientConnection connection) {
    this.connection = connection;
  }

  void open(Receiver link, RequestNode node) {
    link.setContext(node);
    link.open();
    link.flow(CREDIT);
  }

  void open(Sender link) {
    if (link.getRemoteTarget() instanceof Target target && target.getAddress() != null) {
      replyLinks.put(target.getAddress(), link);
    }
    replyLinks.put(link.getName(), link);
    link.open();
  }

  void closed(Sender link) {
    replyLinks.values().removeIf(link::equals);
  }

  void received(Receiver link, RequestNode node, Delivery delivery) {
    if (delivery.pending() > LONGEST_REQUEST) {
      connection.links().refuse(link, AmqpError.tooLarge(LONGEST_REQUEST));
      return;
    }
    if (delivery.isPartial()) {
      return;
    }
    byte[] bytes = new byte[delivery.pending()];
    link.recv(bytes, 0, bytes.length);
    link.advance();
    try {
      Message request = Message.Factory.create();
      request.decode(bytes, 0, bytes.length);
      answer(request, node);
      delivery.disposition(Accepted.getInstance());
    } catch (RuntimeException e) {
      // proton-j throws many kinds for bytes that are no message.
      delivery.disposition(AmqpError.undecodable().toRejection());
    }
    delivery.settle();
    if (link.getCredit() < CREDIT / 2) {
      link.flow(CREDIT - link.getCredit());
    }
  }

  private void answer(Message request, RequestNode node) {
    Sender link = replyLinks.get(request.getReplyTo());
    if (link == null || connection.isFull(link.getSession())) {
      return;
    }
    Message reply = node.answer(connection, request);
    Object id = request.getMessageId();
    reply.setCorrelationId(id == null ? request.getCorrelationId() : id);
    byte[] bytes = new byte[8 << 10];
    while (true) {
      try {
        int length = reply.encode(bytes, 0, bytes.length);
        Delivery delivery = link.delivery(LockToken.toTag(new UUID(0, ++lastTag)));
        link.send(bytes, 0, length);
        if (link.getRemoteSenderSettleMode() == SenderSettleMode.SETTLED) {
          delivery.settle();
        }
        link.advance();
        return;
      } catch (BufferOverflowException e) {
        if (bytes.length >= LONGEST_ANSWER) {
          throw e;
        }
        bytes = new byte[bytes.length * 4];
      }
    }
  }
}
