package drawbridge.relay;

import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusException;
import com.azure.messaging.servicebus.ServiceBusFailureReason;
import com.azure.messaging.servicebus.ServiceBusReceiverClient;
import com.azure.messaging.servicebus.ServiceBusSenderClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Tries the way to Service Bus and a program's rights there, without taking or sending a message.
 */
public final class NamespaceCheck {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /**
   * One thing that was tried.
   *
   * @param detail what is wrong and how to mend it, or how long it took
   */
  public record Finding(String what, boolean good, String detail) {}

  private NamespaceCheck() {}

  /**
   * Blocks for at most some tens of seconds.
   *
   * @param peers mailboxes that the program sends to
   */
  public static List<Finding> run(
      PeerName self,
      Collection<String> peers,
      NamespaceSettings namespace,
      NetworkSettings network) {
    network.install();
    List<Finding> findings = new ArrayList<>();
    WayProbe way = new WayProbe(namespace, network, PATIENCE);
    findings.add(tried(way.what(), way::problem));
    if (!findings.getLast().good()) {
      return findings;
    }
    EntraSignIn signIn =
        namespace.login() instanceof Login.Entra login ? new EntraSignIn(login, network) : null;
    if (signIn != null) {
      findings.add(tried("Token from Entra ID", signIn::check));
      if (!findings.getLast().good()) {
        return findings;
      }
    }
    ServiceBusClientBuilder builder =
        ServiceBusCarrier.builder(namespace, network, signIn)
            .retryOptions(new AmqpRetryOptions().setMaxRetries(0).setTryTimeout(PATIENCE));
    findings.add(
        attempt(
            "Listen on " + self.mailbox(),
            namespace.login(),
            () -> {
              try (ServiceBusReceiverClient receiver =
                  builder.receiver().queueName(self.mailbox()).buildClient()) {
                var _ = receiver.peekMessage();
              }
            }));
    for (String peer : peers) {
      findings.add(
          attempt(
              "Send to " + peer,
              namespace.login(),
              () -> {
                try (ServiceBusSenderClient sender =
                    builder.sender().queueName(peer).buildClient()) {
                  var _ = sender.createMessageBatch();
                }
              }));
    }
    return findings;
  }

  private static Finding tried(String what, Supplier<Optional<String>> problem) {
    long begin = System.nanoTime();
    return problem
        .get()
        .map(text -> new Finding(what, false, text))
        .orElseGet(() -> new Finding(what, true, since(begin)));
  }

  private static String since(long begin) {
    return (System.nanoTime() - begin) / 1_000_000 + " ms";
  }

  private static Finding attempt(String what, Login login, Runnable attempt) {
    long begin = System.nanoTime();
    try {
      attempt.run();
      return new Finding(what, true, since(begin));
    } catch (ServiceBusException e) {
      return new Finding(what, false, explained(e.getReason(), login));
    } catch (RuntimeException e) {
      return new Finding(
          what,
          false,
          "no answer ("
              + e.getClass().getSimpleName()
              + "). Fix: check port, TLS and network.trust");
    }
  }

  private static String explained(ServiceBusFailureReason reason, Login login) {
    if (reason.equals(ServiceBusFailureReason.UNAUTHORIZED)) {
      return switch (login) {
        case Login.SharedKey key ->
            "not allowed. Fix: check the name and value of the key, and its rights on this queue";
        case Login.Entra identity ->
            "not allowed. Fix: assign the role Azure Service Bus Data Receiver on the own queue, and"
                + " Azure Service Bus Data Sender on each peer's; a new assignment takes minutes";
      };
    }
    if (reason.equals(ServiceBusFailureReason.MESSAGING_ENTITY_NOT_FOUND)) {
      return "there is no such queue. Fix: create it, or mend the name";
    }
    if (reason.equals(ServiceBusFailureReason.SERVICE_TIMEOUT)) {
      return "no answer in time. Fix: check port, TLS and network.trust";
    }
    return reason + ". Fix: see docs/agent.md, “Connections”";
  }
}
