package drawbridge.gateway;

import drawbridge.relay.NetworkSettings;
import drawbridge.relay.wire.Fault;
import drawbridge.relay.wire.Fault.Code;
import drawbridge.tokens.Token;
import drawbridge.tokens.TokenRefused;
import drawbridge.tokens.TokenVerifier;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.webserver.http.ServerResponse;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that callers bring in the header {@code Authorization}. They are verified here so that
 * nothing of a stranger crosses the relay, and again by the agent, which does not rely on this.
 * Thread-safe.
 */
final class Bearers {
  private static final String SCHEME = "bearer ";

  private final Optional<TokenVerifier> verifier;

  Bearers(GatewaySettings settings) {
    verifier =
        settings
            .tokens()
            .map(
                tokens ->
                    TokenVerifier.open(
                        tokens,
                        settings
                            .file()
                            .optionalSection("network")
                            .map(NetworkSettings::read)
                            .orElse(NetworkSettings.DIRECT),
                        InstantSource.system()));
  }

  /**
   * A token that a caller brought.
   *
   * @param text to be passed on; empty: none came, or nobody here asks for one
   * @param token what it proves; null: as above
   */
  record Shown(String text, @Nullable Token token) {
    private static final Shown NONE = new Shown("", null);

    /** Whoever has the text is its holder. */
    @Override
    public String toString() {
      return String.valueOf(token);
    }
  }

  /**
   * The caller's token, verified.
   *
   * @throws Refusal one came that is not believed: a caller who shows a bad token is refused, also
   *     where a certificate would do
   */
  Shown token(ServerRequestHeaders headers) throws Refusal {
    if (verifier.isEmpty() || !headers.contains(HeaderNames.AUTHORIZATION)) {
      return Shown.NONE;
    }
    List<String> values = headers.get(HeaderNames.AUTHORIZATION).allValues();
    if (values.size() != 1) {
      throw new Refusal(Faults.argument("Authorization", "This header is given more than once."));
    }
    String value = values.getFirst();
    if (!value.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return Shown.NONE; // for somebody on the way, not for us
    }
    String token = value.substring(SCHEME.length()).strip();
    try {
      return new Shown(token, verifier.get().verify(token));
    } catch (TokenRefused e) {
      throw new Refusal(
          unauthenticated("The token was refused: " + e.code() + "."),
          "the token was refused: " + Refusals.plain(String.valueOf(e.getMessage())));
    }
  }

  /** For a caller who shows nothing at all. */
  Fault missing() {
    return unauthenticated(
        verifier.isPresent()
            ? "Connect with a client certificate, or send a token."
            : "Connect with a client certificate.");
  }

  /** For a caller whose certificate was good when it connected. */
  Fault distrusted() {
    return unauthenticated("The client certificate is no longer trusted.");
  }

  private static Fault unauthenticated(String message) {
    return Fault.newBuilder().setCode(Code.UNAUTHENTICATED).setMessage(message).build();
  }

  /** What would help, as RFC 9110 and RFC 6750 say it; whoever showed a token showed a bad one. */
  void challenge(ServerRequestHeaders request, ServerResponse response) {
    String challenge =
        verifier.isEmpty()
            ? "ClientCertificate"
            : request.contains(HeaderNames.AUTHORIZATION)
                ? "Bearer realm=\"drawbridge\", error=\"invalid_token\""
                : "Bearer realm=\"drawbridge\"";
    response.header(HeaderNames.WWW_AUTHENTICATE, challenge);
  }
}
