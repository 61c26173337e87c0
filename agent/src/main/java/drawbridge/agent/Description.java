package drawbridge.agent;

import drawbridge.adapters.Column;
import drawbridge.adapters.Operation;
import drawbridge.adapters.Parameter;
import drawbridge.adapters.Schema;
import drawbridge.adapters.Traits;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What is served, for a reader at a terminal. */
final class Description {
  private Description() {}

  /**
   * What is served.
   *
   * @param agents of the site, whose budgets add up
   */
  static List<String> of(Served served, int agents) {
    List<String> lines = new ArrayList<>();
    for (Served.Api api : served.apis()) {
      lines.add(api.id() + "  " + api.title());
      for (Operation operation : api.operations()) {
        add(lines, operation);
        List<String> budgets = served.policy().budgets(operation.id(), agents);
        for (String budget : budgets) {
          lines.add(
              "    allowed  by %s%s"
                  .formatted(budget, agents == 1 ? "" : " (" + agents + " agents together)"));
        }
        if (budgets.isEmpty()) {
          lines.add("    allowed  to nobody");
        }
      }
    }
    return lines;
  }

  private static void add(List<String> lines, Operation operation) {
    lines.add(
        "  %-6s %s  %s%s%s"
            .formatted(
                operation.method(),
                operation.path(),
                operation.name(),
                operation.summary().isEmpty() ? "" : ": " + operation.summary(),
                traits(operation)));
    for (Parameter parameter : operation.parameters()) {
      lines.add(
          "    given    %-24s %s, %s%s%s"
              .formatted(
                  parameter.name(),
                  type(parameter.schema()),
                  parameter.in().name().toLowerCase(Locale.ROOT),
                  parameter.required() ? ", required" : "",
                  text(parameter.description())));
    }
    for (Column column : operation.columns()) {
      lines.add(
          "    answered %-24s %s%s%s"
              .formatted(
                  column.name(),
                  type(column.schema()),
                  column.nullable() ? ", may be null" : "",
                  text(column.description())));
    }
  }

  private static String traits(Operation operation) {
    Traits traits = operation.traits();
    List<String> words = new ArrayList<>();
    if (!operation.safe()) {
      words.add("changes");
    }
    if (operation.single()) {
      words.add("one");
    }
    if (traits.paged()) {
      words.add("pages");
    }
    if (traits.conditional()) {
      words.add("ETag");
    }
    if (traits.trigger() != Traits.Trigger.NONE) {
      words.add(traits.trigger().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    }
    if (!traits.deprecated().isEmpty()) {
      words.add("deprecated since " + traits.deprecated());
    }
    return words.isEmpty() ? "" : " (" + String.join(", ", words) + ")";
  }

  private static String type(Schema schema) {
    return schema.type().name().toLowerCase(Locale.ROOT)
        + (schema.array() ? "s" : "")
        + (schema.text() ? " as text" : "")
        + (schema.maxLength() > 0 ? " up to " + schema.maxLength() : "");
  }

  private static String text(String description) {
    return description.isEmpty() ? "" : "  — " + description;
  }
}
