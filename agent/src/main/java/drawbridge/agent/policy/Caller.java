package drawbridge.agent.policy;

import java.util.Optional;
import javax.security.auth.x500.X500Principal;

/**
 * The certificate that the connector showed, in the words of the gateway that saw it.
 *
 * @param subject RFC 2253; empty: no certificate
 * @param issuer RFC 2253
 * @param fingerprint SHA-256 of the certificate, lower-case hex
 */
public record Caller(String subject, String issuer, String fingerprint) {
  public static final Caller NOBODY = new Caller("", "", "");

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
