package drawbridge.namespace;

/** A token that proves nothing; the message is the service's status description. */
final class InvalidToken extends Exception {
  InvalidToken(String description) {
    super(description);
  }
}
