package drawbridge.acceptance.faults;

import java.util.List;
import java.util.stream.Stream;

/** Something that goes wrong while callers call. */
interface Fault {
  /** Every one, in the order in which they are tried. */
  static List<Fault> all() {
    return Stream.of(NetworkFault.values(), ProgramFault.values(), CallerFault.values())
        .<Fault>flatMap(Stream::of)
        .toList();
  }

  /** On the command line and in the figures, such as {@code agent-killed}. */
  String word();

  /** Whether the rule of this fault lets a caller have this answer instead of a good one. */
  boolean allows(Seen seen);

  /** Lets it happen, and mends it; the load runs meanwhile. */
  void play(Scene scene) throws Exception;

  /** Whoever waits for a few seconds only may wait in vain where something is out for longer. */
  static boolean impatient(Seen seen) {
    return seen.patience() > 0
        && (seen.code().equals("deadline-exceeded")
            || seen.code().equals("site-unavailable")
            || seen.code().equals("outcome-unknown"));
  }

  static boolean unknownWrite(Seen seen) {
    return seen.write() && seen.code().equals("outcome-unknown");
  }

  static String word(Enum<?> fault) {
    return fault.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }
}
