package drawbridge.audit;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Who called, in two heaps: what was proven to the writer of the log, and what somebody else said.
 * Immutable. Names follow OpenTelemetry's semantic conventions where those have one.
 *
 * @param proven by TLS or by a signature that the writer of the log checked itself
 * @param claimed the word of a gateway, or of the caller
 */
public record Identity(Map<String, String> proven, Map<String, String> claimed) {
  public static final String SUBJECT = "tls.client.subject";
  public static final String ISSUER = "tls.client.issuer";
  public static final String FINGERPRINT = "tls.client.hash.sha256";
  public static final String ADDRESS = "client.address";
  public static final String USER = "user.id";
  public static final String USER_NAME = "user.name";
  public static final String TENANT = "entra.tenant.id";
  public static final String APP = "entra.app.id";

  /** Of an application that acts for itself. */
  public static final String OBJECT = "entra.object.id";

  /** SHA-256 of a token's signed content: tells records of one token together. */
  public static final String TOKEN_HASH = "entra.token.hash";

  /** How the writer of the log knows who it is: {@code token}, or {@code gateway}'s word. */
  public static final String PROOF = "proof";

  /** Begins the name of a header that is recorded: {@code http.request.header.x-forwarded-for}. */
  public static final String HEADER = "http.request.header.";

  public static final Identity NOBODY = new Identity(Map.of(), Map.of());

  public Identity {
    proven = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(proven));
    claimed = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(claimed));
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Collects what is known; what is empty is left out. */
  public static final class Builder {
    private final Map<String, String> proven = new LinkedHashMap<>();
    private final Map<String, String> claimed = new LinkedHashMap<>();

    private Builder() {}

    public Builder proven(String name, String value) {
      if (!value.isEmpty()) {
        proven.put(name, value);
      }
      return this;
    }

    public Builder claimed(String name, String value) {
      if (!value.isEmpty()) {
        claimed.put(name, value);
      }
      return this;
    }

    public Identity build() {
      return new Identity(proven, claimed);
    }
  }
}
