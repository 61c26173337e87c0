package drawbridge.documents;

import drawbridge.relay.wire.Api;
import drawbridge.relay.wire.Column;
import drawbridge.relay.wire.Operation;
import drawbridge.relay.wire.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What a published version promised, held against what is there now. A change breaks the contract
 * if a connector that was made from the published document could fail, or read something else,
 * without having been changed itself: less may be asked, more may be answered. docs/connectors.md
 * lists the kinds.
 */
public final class Contract {
  private final List<String> broken = new ArrayList<>();

  private Contract() {}

  /**
   * What breaks, each as a sentence that names the place; empty: nothing does.
   *
   * @param published as {@link Published} has it
   * @param now columns that are not known by now (a source was away) are not judged
   */
  public static List<String> broken(Api published, Api now) {
    Contract contract = new Contract();
    Map<String, Operation> operations = named(now.getOperationsList(), Operation::getName);
    for (Operation old : published.getOperationsList()) {
      Operation current = operations.get(old.getName());
      if (current == null) {
        contract.breaks(old.getName(), "is gone");
      } else {
        contract.compare(old, current);
      }
    }
    return List.copyOf(contract.broken);
  }

  private void breaks(String where, String what) {
    broken.add(where + " " + what);
  }

  private void compare(Operation old, Operation now) {
    String name = old.getName();
    if (!old.getMethod().equals(now.getMethod()) || !old.getPath().equals(now.getPath())) {
      breaks(
          name,
          "moved from %s %s to %s %s"
              .formatted(old.getMethod(), old.getPath(), now.getMethod(), now.getPath()));
    }
    if (old.getSingle() != now.getSingle()) {
      breaks(name, old.getSingle() ? "answers a list now" : "answers one object now");
    }
    if (!old.getPaged() && now.getPaged()) {
      breaks(name, "answers pages now, and whoever does not follow nextLink misses rows");
    }
    changed(name, "takes a body of", old.getConsumes(), now.getConsumes());
    changed(name, "answers", old.getProduces(), now.getProduces());
    if (success(old) != success(now)) {
      breaks(name, "answers %d now, no longer %d".formatted(success(now), success(old)));
    }
    if (old.getConditional() && !now.getConditional()) {
      breaks(name, "has no ETag any more");
    }
    if (old.getTrigger() != Operation.Trigger.NONE && old.getTrigger() != now.getTrigger()) {
      breaks(name, "is no trigger of that kind any more");
    }
    parameters(name, old, now);
    if (old.getColumnsCount() > 0 && now.getColumnsCount() > 0) {
      columns(name, old.getColumnsList(), now.getColumnsList());
    }
  }

  private static int success(Operation operation) {
    return operation.getStatus() == 0 ? 200 : operation.getStatus();
  }

  private void changed(String name, String verb, String old, String now) {
    if (!old.equals(now)) {
      breaks(name, "%s %s now, no longer %s".formatted(verb, media(now), media(old)));
    }
  }

  private static String media(String type) {
    return type.isEmpty() ? "application/json" : type;
  }

  // ---- what is asked: less is fine

  private void parameters(String operation, Operation old, Operation now) {
    Map<String, Parameter> current = named(now.getParametersList(), Parameter::getName);
    for (Parameter parameter : old.getParametersList()) {
      Parameter other = current.remove(parameter.getName());
      String where = operation + "’s parameter " + parameter.getName();
      if (other == null) {
        breaks(where, "is gone");
      } else {
        compare(where, parameter, other);
      }
    }
    for (Parameter added : current.values()) {
      if (added.getRequired()) {
        breaks(operation + "’s parameter " + added.getName(), "is new and required");
      }
    }
  }

  private void compare(String where, Parameter old, Parameter now) {
    if (old.getIn() != now.getIn()) {
      breaks(where, "moved from the %s to the %s".formatted(in(old), in(now)));
    }
    if (!old.getRequired() && now.getRequired()) {
      breaks(where, "is required now");
    }
    if (old.hasDefault() && !(now.hasDefault() && now.getDefault().equals(old.getDefault()))) {
      breaks(
          where,
          now.hasDefault()
              ? "has another default: %s, no longer %s"
                  .formatted(now.getDefault(), old.getDefault())
              : "has no default any more");
    } else if (!old.hasDefault() && !old.getRequired() && now.hasDefault()) {
      breaks(where, "has a default now, where none meant no value");
    }
    if (old.getNullable() && !now.getNullable()) {
      breaks(where, "may not be null any more");
    }
    if (!accepts(now, old)) {
      breaks(where, "is %s now, no longer %s".formatted(type(now), type(old)));
    }
    new Forms(where, broken).asked(old.getForm(), now.getForm());
  }

  /** Whole numbers may become wider, since whatever was given still fits. */
  private static boolean accepts(Parameter now, Parameter old) {
    if (now.getForm().getArray() != old.getForm().getArray()
        || now.getForm().getText() != old.getForm().getText()) {
      return false;
    }
    return now.getType().equals(old.getType())
        || switch (old.getType()) {
          case "integer" -> List.of("long", "decimal", "double").contains(now.getType());
          case "long" -> now.getType().equals("decimal");
          default -> false;
        };
  }

  private static String in(Parameter parameter) {
    return parameter.getIn().name().toLowerCase(java.util.Locale.ROOT);
  }

  private static String type(Parameter parameter) {
    return Forms.type(parameter.getType(), parameter.getForm());
  }

  // ---- what is answered: more is fine

  private void columns(String operation, List<Column> old, List<Column> now) {
    Map<String, Column> current = named(now, Column::getName);
    for (Column column : old) {
      Column other = current.get(column.getName());
      String where = operation + "’s column " + column.getName();
      if (other == null) {
        breaks(where, "is gone");
        continue;
      }
      String before = Forms.type(column.getType(), column.getForm());
      String after = Forms.type(other.getType(), other.getForm());
      if (!before.equals(after)) {
        breaks(where, "is %s now, no longer %s".formatted(after, before));
      }
      if (!column.getNullable() && other.getNullable()) {
        breaks(where, "may be null now");
      }
      new Forms(where, broken).answered(column.getForm(), other.getForm());
      columns(where + ",", column.getForm().getMembersList(), other.getForm().getMembersList());
    }
  }

  private static <T> Map<String, T> named(List<T> things, Function<T, String> name) {
    Map<String, T> all = new LinkedHashMap<>();
    things.forEach(thing -> all.put(name.apply(thing), thing));
    return all;
  }
}
