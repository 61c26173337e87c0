package drawbridge.relay;

import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusException;
import com.azure.messaging.servicebus.ServiceBusFailureReason;
import com.azure.messaging.servicebus.ServiceBusReceiverClient;
import com.azure.messaging.servicebus.ServiceBusSenderClient;
import drawbridge.settings.Finding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Tries the way to Service Bus and a program's rights there, without taking or sending a message.
 */
public final class NamespaceCheck {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private interface Attempt {
    /** Returns what was seen. */
    String run();
  }

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
    WayCheck.Result way = WayCheck.run(namespace, network);
    List<Finding> findings = new ArrayList<>(way.findings());
    if (!findings.stream().allMatch(Finding::good)) {
      return findings;
    }
    EntraSignIn signIn =
        namespace.login() instanceof Login.Entra login ? new EntraSignIn(login, network) : null;
    if (signIn != null) {
      findings.add(token(signIn));
      if (!findings.getLast().good()) {
        return findings;
      }
    }
    ServiceBusClientBuilder builder =
        ServiceBusWay.builder(
                namespace,
                network,
                network.webSockets() || network.either() && !way.amqp() && way.webSockets(),
                signIn)
            .retryOptions(new AmqpRetryOptions().setMaxRetries(0).setTryTimeout(PATIENCE));
    findings.add(
        attempt(
            "Listen on",
            self.mailbox(),
            namespace.login(),
            () -> {
              try (ServiceBusReceiverClient receiver =
                  builder.receiver().queueName(self.mailbox()).buildClient()) {
                var _ = receiver.peekMessage();
                return "";
              }
            }));
    for (String peer : peers) {
      findings.add(
          attempt(
              "Send to",
              peer,
              namespace.login(),
              () -> {
                try (ServiceBusSenderClient sender =
                    builder.sender().queueName(peer).buildClient()) {
                  int most = sender.createMessageBatch().getMaxSizeInBytes();
                  return "takes messages of up to %d KB".formatted(most / 1024);
                }
              }));
    }
    return findings;
  }

  private static Finding token(EntraSignIn signIn) {
    long begin = System.nanoTime();
    Finding finding =
        signIn
            .check()
            .map(problem -> Finding.failed("Token from Entra ID", problem, ""))
            .orElseGet(() -> Finding.ok("Token from Entra ID", ""));
    return finding.after(Duration.ofNanos(System.nanoTime() - begin));
  }

  private static Finding attempt(String right, String queue, Login login, Attempt attempt) {
    String what = right + " " + queue;
    long begin = System.nanoTime();
    Finding finding;
    try {
      finding = Finding.ok(what, attempt.run());
    } catch (ServiceBusException e) {
      finding = explained(right, queue, e.getReason(), login);
    } catch (RuntimeException e) {
      finding =
          Finding.failed(
              what,
              "no answer (" + e.getClass().getSimpleName() + ")",
              "check port, TLS and network.trust");
    }
    return finding.after(Duration.ofNanos(System.nanoTime() - begin));
  }

  private static Finding explained(
      String right, String queue, ServiceBusFailureReason reason, Login login) {
    String what = right + " " + queue;
    if (reason.equals(ServiceBusFailureReason.UNAUTHORIZED)) {
      return Finding.failed(
          what,
          "not allowed",
          switch (login) {
            case Login.SharedKey key ->
                "check the name and value of the key, and that it has the right %s on the queue %s"
                    .formatted(right.substring(0, right.indexOf(' ')), queue);
            case Login.Entra identity ->
                "assign the role Azure Service Bus Data Receiver on the own queue, and Azure"
                    + " Service Bus Data Sender on each peer's; a new assignment takes minutes";
          });
    }
    if (reason.equals(ServiceBusFailureReason.MESSAGING_ENTITY_NOT_FOUND)) {
      return Finding.failed(what, "there is no such queue", "create it, or mend the name");
    }
    if (reason.equals(ServiceBusFailureReason.SERVICE_TIMEOUT)) {
      return Finding.failed(what, "no answer in time", "check port, TLS and network.trust");
    }
    return Finding.failed(what, reason.toString(), "see docs/agent.md, “Connections”");
  }
}
