package drawbridge.documents;

import drawbridge.documents.Model.In;
import drawbridge.documents.Model.Param;
import drawbridge.documents.Model.Scalar;
import drawbridge.relay.wire.Operation;
import drawbridge.relay.wire.Parameter;
import drawbridge.relay.wire.Visibility;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Makes the parameters of an API's operations, and finds where their values are listed. */
final class ParameterMaker {
  /** A trigger's answer has it, and the next poll gives it. */
  static final String SINCE = "since";

  private final Map<String, Operation> byName = new HashMap<>();
  private final BiConsumer<Operation, String> warn;

  ParameterMaker(List<Operation> operations, BiConsumer<Operation, String> warn) {
    operations.forEach(operation -> byName.put(operation.getName(), operation));
    this.warn = warn;
  }

  Param parameter(Operation operation, Parameter parameter) {
    Scalar scalar = single(parameter);
    Object otherwise = parameter.hasDefault() ? Values.typed(scalar, parameter.getDefault()) : null;
    boolean path = parameter.getIn() == Parameter.In.PATH;
    return new Param(
        path ? In.PATH : parameter.getIn() == Parameter.In.HEADER ? In.HEADER : In.QUERY,
        parameter.getName(),
        Wording.title(parameter.getTitle(), parameter.getName()),
        about(parameter.getDescription(), parameter.getTitle(), parameter.getName(), false),
        path && parameter.getVisibility() == Visibility.INTERNAL
            ? Visibility.NORMAL
            : parameter.getVisibility(),
        path || parameter.getRequired(),
        parameter.getForm().getArray() ? new Scalar("string", "", new Json(), false) : scalar,
        path ? null : otherwise,
        choices(operation, parameter));
  }

  /** Outside a body everything is one text; an object would travel as JSON in it. */
  private static Scalar single(Parameter parameter) {
    return parameter.getType().equals("object")
        ? new Scalar("string", "", new Json(), false)
        : Values.scalar(parameter.getType(), parameter.getForm(), false);
  }

  static String about(String description, String title, String name, boolean of) {
    String said = Wording.sentence(description, Wording.DESCRIPTION);
    if (!said.isEmpty()) {
      return said;
    }
    return (of ? "Value of " : "The value for ") + Wording.title(title, name) + ".";
  }

  Model.@Nullable Choices choices(Operation operation, Parameter parameter) {
    if (!parameter.hasChoices()) {
      return null;
    }
    Parameter.Choices said = parameter.getChoices();
    Operation lists = byName.get(said.getOperation());
    List<String> given = new ArrayList<>();
    boolean fits =
        lists != null
            && lists.getMethod().equals("GET")
            && !lists.getSingle()
            && (lists.getColumnsCount() == 0
                || (has(lists, said.getValue()) && has(lists, said.getTitle())));
    if (lists != null && fits) {
      for (Parameter needed : lists.getParametersList()) {
        if (needed.getRequired() || needed.getIn() == Parameter.In.PATH) {
          fits &=
              operation.getParametersList().stream()
                  .anyMatch(
                      p ->
                          p.getName().equals(needed.getName())
                              && !p.getName().equals(parameter.getName()));
          given.add(needed.getName());
        }
      }
    }
    if (!fits) {
      warn.accept(
          operation,
          "the values of "
              + parameter.getName()
              + " cannot be listed by "
              + Wording.line(said.getOperation(), 80));
      return null;
    }
    return new Model.Choices(
        Wording.pascal(said.getOperation()), said.getValue(), said.getTitle(), List.copyOf(given));
  }

  private static boolean has(Operation operation, String column) {
    return operation.getColumnsList().stream().anyMatch(c -> c.getName().equals(column));
  }

  /** What every operation of its kind heeds, whether its agent lists it or not. */
  static void heeded(Operation operation, Set<String> names, List<Param> parameters) {
    boolean changes = !operation.getMethod().equals("GET") && !operation.getMethod().equals("POST");
    if (operation.getConditional() && changes && names.add("if-match")) {
      parameters.add(
          header(
              "If-Match",
              "The ETag of the row as you know it; if the row has changed since, nothing is done"
                  + " (412)."));
    }
    if (operation.getTrigger() != Operation.Trigger.NONE
        && operation.getMethod().equals("GET")
        && names.add(SINCE)) {
      parameters.add(
          new Param(
              In.QUERY,
              SINCE,
              Wording.title(SINCE),
              "What the answer before said; without it nothing is listed, and the answer says where"
                  + " things stand.",
              Visibility.INTERNAL,
              false,
              new Scalar("string", "", new Json(), false),
              null,
              null));
    }
  }

  private static Param header(String name, String description) {
    return new Param(
        In.HEADER,
        name,
        Wording.title(name),
        description,
        Visibility.ADVANCED,
        false,
        new Scalar("string", "", new Json().put("maxLength", 255), false),
        null,
        null);
  }
}
