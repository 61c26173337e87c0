package drawbridge.agent.policy;

import drawbridge.tokens.Token;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * Who calls: the certificate that the connector showed, in the words of the gateway that saw it,
 * and the token that the agent itself verified.
 *
 * @param subject RFC 2253; empty: no certificate
 * @param issuer RFC 2253
 * @param fingerprint SHA-256 of the certificate, lower-case hex
 * @param token null: none came
 */
public record Caller(String subject, String issuer, String fingerprint, @Nullable Token token) {
  public static final Caller NOBODY = new Caller("", "", "");

  /** A caller by the gateway's word alone. */
  public Caller(String subject, String issuer, String fingerprint) {
    this(subject, issuer, fingerprint, null);
  }

  /** How the agent knows who it is. */
  public enum Proof {
    NONE,
    /** A certificate that the gateway says it saw. */
    GATEWAY,
    /** A token that the agent verified. */
    TOKEN
  }

  public Proof proof() {
    return token != null ? Proof.TOKEN : subject.isEmpty() ? Proof.NONE : Proof.GATEWAY;
  }

  public Caller with(Token verified) {
    return new Caller(subject, issuer, fingerprint, verified);
  }

  /** For row filters: what is known of the caller, by the names that filters use. */
  public Map<String, String> attributes() {
    Map<String, String> all = new LinkedHashMap<>();
    put(all, "subject", subject);
    put(all, "issuer", issuer);
    if (token != null) {
      put(all, "app", token.app());
      put(all, "tenant", token.tenant());
      put(all, "user", token.delegated() ? token.user() : "");
    }
    return all;
  }

  private static void put(Map<String, String> all, String name, String value) {
    if (!value.isEmpty()) {
      all.put(name, value);
    }
  }

  /** The name that an admin gives is this caller's: its subject, or an id in its token. */
  public boolean named(String name) {
    if (token != null
        && (token.app().equalsIgnoreCase(name) || token.user().equalsIgnoreCase(name))) {
      return true;
    }
    return !subject.isEmpty()
        && (subject.equals(name)
            || canonical(name).filter(canonical(subject).orElse("")::equals).isPresent());
  }

  int length() {
    return subject.length() + issuer.length() + fingerprint.length();
  }

  /**
   * One spelling for names that are equal: without it, spaces and the case of letters would decide
   * who may call. Empty where the text is no distinguished name.
   */
  static Optional<String> canonical(String name) {
    if (name.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new X500Principal(name).getName(X500Principal.CANONICAL));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
