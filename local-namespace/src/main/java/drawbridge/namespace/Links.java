package drawbridge.namespace;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Receiver;
import org.apache.qpid.proton.engine.Sender;
import org.apache.qpid.proton.engine.Session;
import org.jspecify.annotations.Nullable;

/**
 * The links of one connection: who may attach to what, and the end of those that may no longer.
 * Belongs to the event loop.
 */
final class Links {
  private static final Symbol SESSION_FILTER = Symbol.valueOf("com.microsoft:session-filter");
  private static final Symbol MAX_BATCH = Symbol.valueOf("com.microsoft:max-message-batch-size");
  private static final String SUBSCRIPTIONS = "/subscriptions/";

  private final ClientConnection connection;
  private final Namespace namespace;
  private final RequestLinks requests;
  private final Set<QueueLink> queueLinks = new LinkedHashSet<>();
  private final Set<Link> attached = new HashSet<>();

  Links(ClientConnection connection) {
    this.connection = connection;
    namespace = connection.namespace();
    requests = new RequestLinks(connection);
  }

  int open() {
    return attached.size();
  }

  int toQueues() {
    return queueLinks.size();
  }

  // ---- attach

  void attach(Link link) {
    attached.add(link);
    if (attached.size() > namespace.settings().maxLinks()) {
      refuse(link, AmqpError.tooMany("links on one connection"));
    } else if (link instanceof Receiver receiver) {
      attachSender(receiver);
    } else {
      attachReceiver((Sender) link);
    }
  }

  /** The client sends: a queue, or requests. */
  private void attachSender(Receiver link) {
    if (!(link.getRemoteTarget() instanceof Target target)) {
      refuse(link, AmqpError.lacking("transactions"));
      return;
    }
    if (target.getAddress() == null || target.getAddress().isEmpty()) {
      refuse(link, AmqpError.lacking("dynamic or anonymous nodes"));
      return;
    }
    Address address = Address.of(target.getAddress());
    link.setSource(link.getRemoteSource());
    link.setTarget(target);
    link.setSenderSettleMode(link.getRemoteSenderSettleMode());
    link.setReceiverSettleMode(ReceiverSettleMode.FIRST);
    switch (address.node()) {
      case CBS -> requests.open(link, namespace.cbs());
      case MANAGEMENT, DEAD_LETTER_MANAGEMENT -> {
        Queue queue = admitToManagement(link, address);
        if (queue != null) {
          requests.open(link, new Management(namespace, queue));
        }
      }
      case DEAD_LETTERS ->
          refuse(
              link,
              new AmqpError("amqp:not-allowed", "Nobody sends to a dead-letter queue directly."));
      case MESSAGES -> {
        Queue queue = admit(link, address, Right.SEND);
        if (queue != null) {
          UnsignedLong longest = UnsignedLong.valueOf(queue.maxMessage());
          link.setMaxMessageSize(longest);
          link.setProperties(Map.of(MAX_BATCH, longest));
          IncomingLink incoming = new IncomingLink(connection, link, queue);
          link.setContext(incoming);
          queueLinks.add(incoming);
          incoming.open();
        }
      }
    }
  }

  /** The client receives: from a queue, or answers. */
  private void attachReceiver(Sender link) {
    if (!(link.getRemoteSource() instanceof Source source)
        || source.getAddress() == null
        || source.getAddress().isEmpty()) {
      refuse(link, AmqpError.lacking("dynamic or anonymous nodes"));
      return;
    }
    Address address = Address.of(source.getAddress());
    link.setSource(source);
    link.setTarget(link.getRemoteTarget());
    link.setSenderSettleMode(link.getRemoteSenderSettleMode());
    link.setReceiverSettleMode(link.getRemoteReceiverSettleMode());
    switch (address.node()) {
      case CBS -> requests.open(link);
      case MANAGEMENT, DEAD_LETTER_MANAGEMENT -> {
        if (admitToManagement(link, address) != null) {
          requests.open(link);
        }
      }
      case MESSAGES, DEAD_LETTERS -> {
        Map<?, ?> filter = source.getFilter();
        if (filter != null && filter.containsKey(SESSION_FILTER)) {
          refuse(link, AmqpError.lacking("sessions"));
          return;
        }
        Queue queue = admit(link, address, Right.LISTEN);
        if (queue != null) {
          OutgoingLink outgoing = new OutgoingLink(connection, link, queue);
          link.setContext(outgoing);
          queueLinks.add(outgoing);
          outgoing.open();
        }
      }
    }
  }

  private @Nullable Queue admit(Link link, Address address, Right right) {
    if (address.queue().contains(SUBSCRIPTIONS)) {
      refuse(link, AmqpError.lacking("topics"));
      return null;
    }
    if (!connection.grants().allows(address.queue(), right)) {
      refuse(link, AmqpError.unauthorized(right, address.queue()));
      return null;
    }
    return found(link, address);
  }

  private @Nullable Queue admitToManagement(Link link, Address address) {
    Grants grants = connection.grants();
    if (!grants.allows(address.queue(), Right.LISTEN)
        && !grants.allows(address.queue(), Right.SEND)) {
      refuse(link, AmqpError.unauthorized(Right.LISTEN, address.queue()));
      return null;
    }
    return found(link, address);
  }

  private @Nullable Queue found(Link link, Address address) {
    Queue queue = namespace.queue(address);
    if (queue == null) {
      refuse(link, AmqpError.notFound(address.queue()));
    }
    return queue;
  }

  /** AMQP refuses a link by attaching it without source and target, then detaching it. */
  void refuse(Link link, AmqpError error) {
    if (link.getLocalState() == EndpointState.UNINITIALIZED) {
      link.setSource(null);
      link.setTarget(null);
      link.open();
    }
    link.setCondition(error.toCondition());
    link.close();
    connection.touch();
  }

  // ---- traffic

  void delivery(Delivery delivery) {
    Link link = delivery.getLink();
    Object context = link.getContext();
    if (context instanceof IncomingLink incoming) {
      incoming.received(delivery);
    } else if (context instanceof OutgoingLink outgoing) {
      outgoing.updated(delivery);
    } else if (context instanceof RequestNode node && link instanceof Receiver receiver) {
      requests.received(receiver, node, delivery);
    } else if (delivery.getRemoteState() != null || delivery.remotelySettled()) {
      delivery.settle();
    }
  }

  void flow(Link link) {
    if (link.getContext() instanceof OutgoingLink outgoing) {
      outgoing.flow();
    }
  }

  // ---- end

  /** The client closed the link, or its session. */
  void closed(Link link) {
    release(link);
    link.close();
    link.free();
  }

  void closed(Session session) {
    for (Link link : List.copyOf(attached)) {
      if (link.getSession().equals(session)) {
        release(link);
      }
    }
  }

  private void release(Link link) {
    attached.remove(link);
    if (link.getContext() instanceof QueueLink queueLink) {
      forget(queueLink);
    }
    if (link instanceof Sender sender) {
      requests.closed(sender);
    }
  }

  /** The namespace ends a link; the client learns why. */
  void detach(QueueLink link, AmqpError error) {
    forget(link);
    refuse(link.link(), error);
  }

  private void forget(QueueLink link) {
    if (queueLinks.remove(link)) {
      link.ended();
    }
  }

  void endAll() {
    for (QueueLink link : List.copyOf(queueLinks)) {
      forget(link);
    }
  }

  /** Ends the links for which no token on the connection is good any more. */
  void recheck(AmqpError error) {
    for (QueueLink link : List.copyOf(queueLinks)) {
      if (!connection.grants().allows(link.queue().baseName(), link.right())) {
        detach(link, error);
      }
    }
  }

  /** The queue is no more, nor is its dead-letter queue. */
  void end(Queue queue) {
    AmqpError error = AmqpError.notFound(queue.baseName());
    for (QueueLink link : List.copyOf(queueLinks)) {
      if (link.queue().equals(queue) || link.queue().equals(queue.deadLetters())) {
        detach(link, error);
      }
    }
    for (Link link : List.copyOf(attached)) {
      if (link.getContext() instanceof Management management && management.of(queue)) {
        refuse(link, error);
      }
    }
  }

  void detachIdle(long idleMillis) {
    long now = connection.loop().millis();
    List<QueueLink> idle = new ArrayList<>();
    for (QueueLink link : queueLinks) {
      if (now - link.lastUsed() > idleMillis) {
        idle.add(link);
      }
    }
    for (QueueLink link : idle) {
      detach(link, AmqpError.idle(link.link().getName()));
    }
  }

  boolean uses(String queue) {
    return queueLinks.stream().anyMatch(link -> link.queue().baseName().equalsIgnoreCase(queue));
  }
}
