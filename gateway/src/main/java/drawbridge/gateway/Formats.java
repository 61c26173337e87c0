package drawbridge.gateway;

import drawbridge.relay.wire.Fault;
import java.util.Locale;
import java.util.Map;

/** Which format a caller wants, from {@code $format} or else {@code Accept}. */
final class Formats {
  private static final String JSON = "application/json";
  private static final String NDJSON = "application/x-ndjson";
  private static final String CSV = "text/csv";
  private static final Map<String, String> OPTION =
      Map.of("json", JSON, "ndjson", NDJSON, "csv", CSV, JSON, JSON, NDJSON, NDJSON, CSV, CSV);

  private Formats() {}

  /**
   * Chooses.
   *
   * @param option {@code $format}; empty: not said
   * @param accept the header, as it stands; empty: none
   * @return a media type; empty: whatever the operation answers by itself
   * @throws Refusal none of what is wanted can be had
   */
  static String wanted(String option, String accept) throws Refusal {
    if (!option.isEmpty()) {
      String wanted = OPTION.get(option.toLowerCase(Locale.ROOT));
      if (wanted == null) {
        throw none();
      }
      return wanted;
    }
    if (accept.isEmpty() || accept.equals("*/*")) {
      return "";
    }
    if (accept.equals(JSON)) {
      return JSON;
    }
    String best = "";
    double most = 0;
    for (String part : accept.split(",", 32)) {
      String[] pieces = part.split(";", 8);
      String type = pieces[0].strip().toLowerCase(Locale.ROOT);
      double weight = weight(pieces);
      if (weight > most
          && (type.equals(JSON)
              || type.equals(NDJSON)
              || type.equals(CSV)
              || type.equals("text/*")
              || type.equals("*/*")
              || type.equals("application/*"))) {
        most = weight;
        best = type.equals("text/*") ? CSV : type.endsWith("*") ? "" : type;
      }
    }
    if (most == 0) {
      throw none();
    }
    return best;
  }

  /** The connector takes compressed answers; {@code Accept-Encoding} as it stands. */
  static boolean gzip(String accepted) {
    for (String part : accepted.split(",", 32)) {
      String[] pieces = part.split(";", 8);
      if (pieces[0].strip().equalsIgnoreCase("gzip")) {
        return weight(pieces) > 0;
      }
    }
    return false;
  }

  private static double weight(String[] pieces) {
    for (int i = 1; i < pieces.length; i++) {
      String piece = pieces[i].strip();
      if (piece.startsWith("q=")) {
        try {
          return Double.parseDouble(piece.substring(2));
        } catch (NumberFormatException e) {
          return 0;
        }
      }
    }
    return 1;
  }

  private static Refusal none() {
    return new Refusal(
        Fault.newBuilder()
            .setCode(Fault.Code.NOT_ACCEPTABLE)
            .setMessage("Formats are application/json, application/x-ndjson and text/csv.")
            .build());
  }
}
