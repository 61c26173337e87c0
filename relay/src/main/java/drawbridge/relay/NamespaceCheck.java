package drawbridge.relay;

import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusException;
import com.azure.messaging.servicebus.ServiceBusFailureReason;
import com.azure.messaging.servicebus.ServiceBusReceiverClient;
import com.azure.messaging.servicebus.ServiceBusSenderClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Tries the way to Service Bus and a program's rights there, without taking or sending a message.
 */
public final class NamespaceCheck {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int AMQPS = 5671;
  private static final int HTTPS = 443;

  /**
   * One thing that was tried.
   *
   * @param detail what is wrong and how to mend it, or how long it took
   */
  public record Finding(String what, boolean good, String detail) {}

  private interface Attempt {
    void run() throws IOException;
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
    List<Finding> findings = new ArrayList<>();
    if (network.proxy().isEmpty()) {
      int port = namespace.port() != 0 ? namespace.port() : network.webSockets() ? HTTPS : AMQPS;
      findings.add(
          attempt(
              "TCP to " + namespace.host() + ":" + port,
              () -> {
                try (Socket socket = new Socket()) {
                  int millis = (int) PATIENCE.toMillis();
                  socket.connect(new InetSocketAddress(namespace.host(), port), millis);
                }
              }));
      if (!findings.getLast().good()) {
        return findings;
      }
    }
    ServiceBusClientBuilder builder =
        ServiceBusCarrier.builder(namespace, network)
            .retryOptions(new AmqpRetryOptions().setMaxRetries(0).setTryTimeout(PATIENCE));
    findings.add(
        attempt(
            "Listen on " + self.mailbox(),
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
              () -> {
                try (ServiceBusSenderClient sender =
                    builder.sender().queueName(peer).buildClient()) {
                  var _ = sender.createMessageBatch();
                }
              }));
    }
    return findings;
  }

  private static Finding attempt(String what, Attempt attempt) {
    long begin = System.nanoTime();
    try {
      attempt.run();
      return new Finding(what, true, (System.nanoTime() - begin) / 1_000_000 + " ms");
    } catch (ServiceBusException e) {
      return new Finding(what, false, explained(e.getReason()));
    } catch (IOException e) {
      return new Finding(
          what, false, "cannot be reached. Fix: check endpoint, name server and firewall");
    } catch (RuntimeException e) {
      return new Finding(
          what,
          false,
          "no answer ("
              + e.getClass().getSimpleName()
              + "). Fix: check port, TLS and network.trust");
    }
  }

  private static String explained(ServiceBusFailureReason reason) {
    if (reason.equals(ServiceBusFailureReason.UNAUTHORIZED)) {
      return "not allowed. Fix: check the name and value of the key, and its rights on this queue";
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
