package drawbridge.relay;

import static java.util.Objects.requireNonNull;

import com.azure.core.exception.ClientAuthenticationException;
import com.azure.core.exception.HttpResponseException;
import com.azure.core.exception.ResourceNotFoundException;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpResponse;
import com.azure.core.http.policy.FixedDelay;
import com.azure.core.http.policy.HttpLogDetailLevel;
import com.azure.core.http.policy.HttpLogOptions;
import com.azure.core.http.policy.RetryPolicy;
import com.azure.core.util.Configuration;
import com.azure.messaging.servicebus.administration.ServiceBusAdministrationAsyncClient;
import com.azure.messaging.servicebus.administration.ServiceBusAdministrationClientBuilder;
import com.azure.messaging.servicebus.administration.models.QueueProperties;
import drawbridge.settings.Finding;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Looks at what AMQP does not show of the mailboxes: their settings, and how much waits in them. It
 * asks the management API by HTTPS, reads and changes nothing.
 */
public final class QueueSettingsCheck {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final int LONGEST_QUOTE = 200;

  private final NamespaceSettings namespace;
  private final NetworkSettings network;
  private final Login login;
  private final Duration patience;

  private QueueSettingsCheck(
      NamespaceSettings namespace,
      NetworkSettings network,
      ManageOption manage,
      Duration patience) {
    this.patience = patience;
    this.namespace = namespace;
    // Plaintext, which a proxy must not see; so nothing leaves this machine.
    this.network = namespace.emulator() ? NetworkSettings.DIRECT : network;
    this.login = manage.login(namespace);
  }

  /**
   * One finding a queue; after one that holds for all, no more. Blocks for some seconds a queue.
   *
   * @param peers mailboxes that the program sends to
   * @throws drawbridge.settings.SettingsException where the credential cannot be used
   */
  public static List<Finding> run(
      PeerName self,
      Collection<String> peers,
      NamespaceSettings namespace,
      NetworkSettings network,
      ManageOption manage) {
    return run(self, peers, namespace, network, manage, PATIENCE);
  }

  static List<Finding> run(
      PeerName self,
      Collection<String> peers,
      NamespaceSettings namespace,
      NetworkSettings network,
      ManageOption manage,
      Duration patience) {
    QueueSettingsCheck check = new QueueSettingsCheck(namespace, network, manage, patience);
    EntraSignIn signIn =
        check.login instanceof Login.Entra entra ? new EntraSignIn(entra, check.network) : null;
    Optional<String> problem =
        signIn == null ? Optional.empty() : signIn.check(); // or each queue would say so
    if (problem.isPresent()) {
      return List.of(Finding.failed("Settings of the queues", problem.get(), ""));
    }
    ServiceBusAdministrationAsyncClient client = check.client(signIn);
    List<String> queues = new ArrayList<>(List.of(self.mailbox()));
    queues.addAll(peers);
    List<Finding> findings = new ArrayList<>();
    for (String queue : queues) {
      if (!check.look(client, queue, findings)) {
        break;
      }
    }
    return findings;
  }

  private ServiceBusAdministrationAsyncClient client(@Nullable EntraSignIn signIn) {
    ServiceBusAdministrationClientBuilder builder =
        new ServiceBusAdministrationClientBuilder()
            .configuration(Configuration.NONE)
            // Whatever the environment asks for: the headers hold a token.
            .httpLogOptions(new HttpLogOptions().setLogLevel(HttpLogDetailLevel.NONE))
            .retryPolicy(new RetryPolicy(new FixedDelay(0, Duration.ofMillis(1))))
            .httpClient(ServiceBusWay.http(network, patience))
            .addPolicy(
                (context, next) -> {
                  context.getHttpRequest().setUrl(at(context.getHttpRequest().getUrl().getFile()));
                  return next.process().map(QueueSettingsCheck::believable);
                });
    switch (login) {
      case Login.SharedKey key -> builder.connectionString(namespace.connectionString(key));
      case Login.Entra entra -> builder.credential(namespace.host(), requireNonNull(signIn));
    }
    return builder.buildAsyncClient();
  }

  /** To the SDK a page of whoever stands between would be a queue that is not there. */
  private static HttpResponse believable(HttpResponse answer) {
    String type = String.valueOf(answer.getHeaderValue(HttpHeaderName.CONTENT_TYPE));
    if (answer.getStatusCode() == 200 && !type.contains("xml")) {
      answer.close();
      throw new IllegalStateException(type + " is not what a namespace answers with");
    }
    return new BoundedAnswer(answer);
  }

  /** The SDK knows no other port than the service's own. */
  private String at(String file) {
    return "%s://%s%s%s"
        .formatted(
            namespace.emulator() ? "http" : "https",
            namespace.host(),
            namespace.port() == 0 ? "" : ":" + namespace.port(),
            file);
  }

  /** False: what is wrong is wrong for the other queues too. */
  private boolean look(
      ServiceBusAdministrationAsyncClient client, String queue, List<Finding> findings) {
    String what = "Settings of " + queue;
    long begin = System.nanoTime();
    Finding finding;
    boolean on = true;
    try {
      Mono<QueueProperties> asked = client.getQueue(queue).timeout(patience);
      QueueProperties seen = requireNonNull(asked.block());
      finding = new MailboxNeeds(what, namespace.host()).compared(seen);
    } catch (ResourceNotFoundException e) {
      finding = Finding.failed(what, "there is no such queue", "create it, or mend the name");
    } catch (RuntimeException e) {
      finding = explained(what, e);
      on = false;
    }
    findings.add(finding.after(Duration.ofNanos(System.nanoTime() - begin)));
    return on;
  }

  private Finding explained(String what, RuntimeException error) {
    if (error instanceof HttpResponseException answer && answer.getResponse() != null) {
      int status = answer.getResponse().getStatusCode();
      if (error instanceof ClientAuthenticationException || status == 401) {
        return Finding.failed(what, "not allowed (" + first(error) + ")", right());
      }
      if (status == 403) {
        return Finding.failed(
            what,
            "forbidden (" + first(error) + ")",
            "let the namespace's network rules take this machine's address; " + right());
      }
      return Finding.failed(
          what,
          "the namespace answers with status " + status + " (" + first(error) + ")",
          status == 429 || status >= 500
              ? "try again in a minute"
              : "see who answers at " + place());
    }
    for (Throwable e = error; e != null; e = e.getCause()) {
      if (e instanceof SSLException) {
        return Finding.failed(
            what,
            "the certificate seen is refused (" + first(e) + ")",
            "see network.trust, and the lines “WebSocket: TLS …”");
      }
      if (e instanceof TimeoutException) {
        return Finding.failed(what, "no answer in " + patience.toSeconds() + " s", way());
      }
      if (e instanceof IOException) {
        return Finding.failed(what, "no way there (" + first(e) + ")", way());
      }
    }
    return Finding.failed(
        what, "no answer that can be read (" + first(error) + ")", "see who answers at " + place());
  }

  private String right() {
    return switch (login) {
      case Login.SharedKey key ->
          "check name and value of the key that --manage names, and that its policy has the right"
              + " Manage on the namespace";
      case Login.Entra identity ->
          "assign the role Azure Service Bus Data Owner on the namespace for as long as the check"
              + " takes, or name a file with a key: --manage FILE";
    };
  }

  private String way() {
    return "let HTTPS through to "
        + place()
        + network.proxy().map(proxy -> " by the proxy " + proxy.host()).orElse("")
        + ", for this check alone: the program itself may do without. The lines “WebSocket: …” say"
        + " where it ends";
  }

  private String place() {
    return URI.create(at("/")).getAuthority() + (namespace.port() == 0 ? ":443" : "");
  }

  private static String first(Throwable error) {
    String text = String.valueOf(error.getMessage()).lines().findFirst().orElse("").strip();
    String line = text.isEmpty() || text.equals("null") ? error.getClass().getSimpleName() : text;
    return line.length() > LONGEST_QUOTE ? line.substring(0, LONGEST_QUOTE) + "…" : line;
  }
}
