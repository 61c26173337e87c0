package drawbridge.relay;

import org.jspecify.annotations.Nullable;

/** A mistake in one of the identity's files: whose it is, what is wrong, and how to mend it. */
final class IdentityException extends Exception {
  /** The key of the {@code identity} section that names the file. */
  enum Field {
    CERTIFICATE,
    KEY,
    PEERS,
    SITES,
    CRL
  }

  private final Field key;
  private final String fix;

  IdentityException(Field key, String problem, String fix) {
    this(key, problem, fix, null);
  }

  IdentityException(Field key, String problem, String fix, @Nullable Throwable cause) {
    super(problem, cause);
    this.key = key;
    this.fix = fix;
  }

  Field key() {
    return key;
  }

  String problem() {
    return String.valueOf(getMessage());
  }

  String fix() {
    return fix;
  }
}
