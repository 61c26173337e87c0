package drawbridge.relay;

/**
 * Every number of the relay; docs/protocol.md, “Constants”, has the reason of each. Times are
 * milliseconds, sizes bytes.
 */
final class Constants {
  private Constants() {}

  // ---- of the protocol: both ends must agree
  static final int OVERHEAD = 128;
  static final int WINDOW_UNPROVEN = 64 << 10;
  static final int WINDOW = 1 << 20;
  static final int LARGEST_BODY = 240 << 10;
  static final int AHEAD = 4;
  static final int FURTHEST = 64;
  static final int RANGES = 64;
  static final long REMEMBERED = 120_000;
  static final long HIGHEST_LIMIT = 16L << 20;

  // ---- of this implementation
  static final int SEND_BUFFER = 512 << 10;
  static final long ACK_DELAY = 50;
  static final long ACK_DELAY_STOPPED = 5;
  static final int LITTLE = 80;
  static final long LITTLE_DELAY = 5;
  static final long GAP_AFTER = 100;
  static final long GAP_EVERY = 250;
  static final long PROBE_AFTER = 500;
  static final long PROBE_EVERY = 1_000;
  static final long PROBE_IDLE = 30_000;
  static final long SUSPECT = 3_000;
  static final long PATIENCE = 60_000;
  static final long OPEN_EVERY = 1_000;
  static final long OPEN_FOR = 30_000;
  static final long UNCONFIRMED = 10_000;
  static final long CLOSE_EVERY = 500;
  static final long CLOSE_FOR = 5_000;
  static final long SEND_AGAIN = 500;
  static final long DATA_SLOT = 10_000;
  static final long CONTROL_SLOT = 5_000;
  static final long RESET_EVERY = 400;
  static final long HELLO_EVERY = 400;
  static final int HALF_OPEN = 64;
  static final int HALF_OPEN_PER_PEER = 4;
  static final long OTHER_FOR = 1_000;
  static final long OTHER_JITTER = 300;
  static final int OTHER_IN_STEP = 3;
  static final long ASIDE = 5_000;
  static final long ASIDE_EVERY = 10_000;
  static final long TWIN_KNOWN = 60_000;
  static final int PAST = 16;
  static final long TOLD_EVERY = 1_000;
  static final int TOLD_TIMES = 10;
}
