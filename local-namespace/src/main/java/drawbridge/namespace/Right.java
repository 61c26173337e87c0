package drawbridge.namespace;

/** What a key or a token may do with a queue; {@code MANAGE} implies the other two. */
public enum Right {
  SEND,
  LISTEN,
  MANAGE;

  /** As the service writes it in its refusals. */
  String claim() {
    return switch (this) {
      case SEND -> "Send";
      case LISTEN -> "Listen";
      case MANAGE -> "Manage";
    };
  }
}
