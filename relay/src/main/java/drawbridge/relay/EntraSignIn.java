package drawbridge.relay;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.core.http.HttpClient;
import com.azure.identity.AadCredentialBuilderBase;
import com.azure.identity.ClientCertificateCredentialBuilder;
import com.azure.identity.ManagedIdentityCredentialBuilder;
import com.azure.identity.WorkloadIdentityCredentialBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Gets tokens for Service Bus from Entra ID by Microsoft's library, which keeps and renews them.
 * Remembers what was wrong last, since the SDK above tells no more than that it has no connection.
 * Thread-safe.
 */
final class EntraSignIn implements TokenCredential {
  private static final String SCOPE = "https://servicebus.azure.net/.default";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Login.Entra login;
  private final HttpClient client;
  private @Nullable ByteBuffer pem;
  private @Nullable TokenCredential current;
  private volatile String problem = "";

  EntraSignIn(Login.Entra login, NetworkSettings network) {
    this.login = login;
    // A machine's own identity is asked for on the machine, where no proxy leads.
    NetworkSettings way = login instanceof Login.ManagedIdentity ? NetworkSettings.DIRECT : network;
    this.client = ServiceBusWay.http(way, PATIENCE);
  }

  @Override
  public Mono<AccessToken> getToken(TokenRequestContext request) {
    return Mono.defer(() -> credential().getToken(request))
        .timeout(PATIENCE)
        .doOnNext(token -> problem = "")
        .doOnError(error -> problem = explained(error));
  }

  /** What is wrong with signing in, and its fix; empty: it worked when it was last tried. */
  Optional<String> problem() {
    return Optional.of(problem).filter(text -> !text.isEmpty());
  }

  /** Tries it, for as long as it takes, which is bounded. */
  Optional<String> check() {
    try {
      var _ = getToken(new TokenRequestContext().addScopes(SCOPE)).block();
      return Optional.empty();
    } catch (RuntimeException e) {
      return problem().or(() -> Optional.of(explained(e)));
    }
  }

  private synchronized TokenCredential credential() {
    TokenCredential made = current;
    try {
      ByteBuffer now =
          login instanceof Login.ClientCertificate application ? application.key().pem() : pem;
      if (made == null || (now != null && !now.equals(pem))) {
        made = make(now);
        pem = now;
        current = made;
      }
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException("certificate and key cannot be read", e);
    }
  }

  private TokenCredential make(@Nullable ByteBuffer pair) {
    return switch (login) {
      case Login.ClientCertificate application -> {
        byte[] bytes = new byte[pair == null ? 0 : pair.remaining()];
        if (pair != null) {
          pair.duplicate().get(bytes);
        }
        yield at(
                application.authority(),
                new ClientCertificateCredentialBuilder()
                    .tenantId(application.tenant())
                    .clientId(application.client())
                    // With the chain, so that an application may trust a CA and a subject instead.
                    .sendCertificateChain(true)
                    .pemCertificate(new ByteArrayInputStream(bytes)))
            .build();
      }
      case Login.WorkloadIdentity pod ->
          at(
                  pod.authority(),
                  new WorkloadIdentityCredentialBuilder()
                      .tenantId(pod.tenant())
                      .clientId(pod.client())
                      .tokenFilePath(pod.token().toString()))
              .build();
      case Login.ManagedIdentity machine -> {
        ManagedIdentityCredentialBuilder builder =
            new ManagedIdentityCredentialBuilder().httpClient(client).maxRetry(1);
        machine.client().ifPresent(builder::clientId);
        yield builder.build();
      }
    };
  }

  /** An authority that the admin names is the right one; nobody else is asked about it. */
  private <T extends AadCredentialBuilderBase<T>> T at(Optional<String> authority, T builder) {
    authority.ifPresent(url -> builder.authorityHost(url).disableInstanceDiscovery());
    return builder.httpClient(client).maxRetry(1);
  }

  private String explained(Throwable error) {
    for (Throwable e = error; e != null; e = e.getCause()) {
      if (e instanceof SSLException) {
        return "Entra ID's certificate is not trusted (" + first(e) + "). Fix: see network.trust";
      }
      if (e instanceof IOException) {
        return "Entra ID cannot be reached ("
            + first(e)
            + "). Fix: check name server, firewall and"
            + " network.proxy";
      }
    }
    return "no token from Entra ID (" + first(error) + "). Fix: " + fix();
  }

  private String fix() {
    return switch (login) {
      case Login.ClientCertificate application ->
          "check tenant and client below login.entra, and that its certificate is registered with"
              + " that application";
      case Login.WorkloadIdentity pod ->
          "check tenant and client below login.workload-identity, and the application's federated"
              + " credential: issuer, subject and audience of the token in "
              + pod.token();
      case Login.ManagedIdentity machine ->
          "give this machine an identity (in Azure, or by Azure Arc), or mend"
              + " login.managed-identity.client";
    };
  }

  /** Of a message that may have many lines; it quotes what the authority answered, no secret. */
  private static String first(Throwable error) {
    String line = String.valueOf(error.getMessage()).lines().findFirst().orElse("").strip();
    return line.length() > 300 ? line.substring(0, 300) + "…" : line;
  }
}
