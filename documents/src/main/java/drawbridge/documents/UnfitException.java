package drawbridge.documents;

/** An API that a platform would not import, and why; the message is for people and safe. */
public final class UnfitException extends Exception {
  private static final long serialVersionUID = 1;

  UnfitException(String why) {
    super(why, null, false, false);
  }
}
