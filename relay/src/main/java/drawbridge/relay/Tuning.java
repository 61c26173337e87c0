package drawbridge.relay;

/**
 * What simulations vary to reach corners sooner; programs run with {@link #STANDARD}. Milliseconds
 * and bytes.
 */
record Tuning(
    int unprovenWindow,
    int window,
    int largestBody,
    int sendBuffer,
    int ahead,
    int little,
    long patience,
    long idle) {
  static final Tuning STANDARD =
      new Tuning(
          Constants.WINDOW_UNPROVEN,
          Constants.WINDOW,
          Constants.LARGEST_BODY,
          Constants.SEND_BUFFER,
          Constants.AHEAD,
          Constants.LITTLE,
          Constants.PATIENCE,
          Constants.PROBE_IDLE);

  Tuning {
    if (largestBody > window / 2 || ahead > Constants.FURTHEST) {
      throw new IllegalArgumentException("a message must fit into half a window");
    }
  }
}
