package drawbridge.adapters.sql;

import drawbridge.adapters.Parameter;
import drawbridge.adapters.Schema;
import drawbridge.adapters.Type;
import drawbridge.adapters.Visibility;

/** Options that mean the same for every operation which has them, as documents show them. */
final class OptionParameters {
  private OptionParameters() {}

  static Parameter of(String name) {
    return switch (name) {
      case "$filter" ->
          option(name, "Filter", Type.STRING, "Only rows for which this holds: status eq 'open'");
      case "$select" -> option(name, "Select", Type.STRING, "Only these columns: id,status");
      case "$orderby" ->
          option(name, "Order by", Type.STRING, "The order of the rows: placed_on desc,id");
      case "$top" -> option(name, "Top", Type.INTEGER, "At most so many rows");
      case "$skip" -> option(name, "Skip", Type.INTEGER, "Pass over so many rows");
      case "$count" ->
          option(name, "Count", Type.BOOLEAN, "Whether to count all rows, which takes its time");
      case "page" ->
          new Parameter(
              name,
              Parameter.In.QUERY,
              Schema.of(Type.STRING, true),
              false,
              null,
              "Page",
              "Where the list goes on; stands in nextLink",
              Visibility.INTERNAL,
              null);
      case "Idempotency-Key" ->
          header(name, "Idempotency key", "The same key with the same row creates it only once");
      case "If-Match" -> header(name, "If match", "Only if the row still has this ETag; else 412");
      case "If-None-Match" ->
          header(name, "If none match", "Only if the row has another ETag; else 304");
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static Parameter option(String name, String title, Type type, String description) {
    return new Parameter(
        name,
        Parameter.In.QUERY,
        Schema.of(type, true),
        false,
        null,
        title,
        description,
        Visibility.ADVANCED,
        null);
  }

  private static Parameter header(String name, String title, String description) {
    return new Parameter(
        name,
        Parameter.In.HEADER,
        Schema.of(Type.STRING, true),
        false,
        null,
        title,
        description,
        Visibility.ADVANCED,
        null);
  }
}
