package drawbridge.adapters.ibmi;

import drawbridge.adapters.Column;
import drawbridge.adapters.Outline;
import drawbridge.adapters.Parameter;
import drawbridge.adapters.Parameter.In;
import drawbridge.adapters.Schema;
import drawbridge.adapters.Type;
import drawbridge.settings.Section;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Brings together what a description asks for and what the API file declares. What is not declared
 * travels in the body, or in the query where there is none; what is, where it is said.
 */
final class OperationParameters {
  private OperationParameters() {}

  /**
   * The operation's parameters.
   *
   * @param asked by the description, in its order
   * @param required of those
   */
  static Outline of(Section section, Outline outline, List<Column> asked, Set<String> required) {
    boolean body = !outline.method().equals("GET") && !outline.method().equals("DELETE");
    Map<String, Parameter> declared = new LinkedHashMap<>();
    outline.parameters().forEach(p -> declared.put(p.name(), p));
    List<Parameter> all = new ArrayList<>();
    for (Column column : asked) {
      Parameter parameter = declared.remove(column.name());
      all.add(
          parameter == null
              ? undeclared(section, column, body, required.contains(column.name()))
              : declared(section, column, parameter, required.contains(column.name())));
    }
    if (!declared.isEmpty()) {
      throw section.wrong(
          "parameters",
          "“" + declared.keySet().iterator().next() + "” is not used",
          "name one of " + String.join(", ", asked.stream().map(Column::name).toList()));
    }
    return with(outline, all);
  }

  static Outline with(Outline outline, List<Parameter> parameters) {
    return new Outline(
        outline.id(),
        outline.name(),
        outline.summary(),
        outline.description(),
        outline.method(),
        outline.path(),
        List.copyOf(parameters),
        outline.traits());
  }

  private static boolean nested(Schema schema) {
    return schema.array() || schema.type() == Type.OBJECT;
  }

  private static Parameter undeclared(
      Section section, Column column, boolean body, boolean required) {
    if (!body && nested(column.schema())) {
      throw section.wrong(
          "",
          "“" + column.name() + "” is a list or an object, and get and delete have no body",
          "use post");
    }
    return new Parameter(
        column.name(),
        body ? In.BODY : In.QUERY,
        column.schema(),
        required,
        null,
        column.title(),
        column.description(),
        column.visibility(),
        null);
  }

  private static Parameter declared(
      Section section, Column column, Parameter parameter, boolean required) {
    if (nested(column.schema()) || parameter.type() != column.type()) {
      throw section.wrong(
          "parameters",
          "“"
              + parameter.name()
              + "” is "
              + (nested(column.schema())
                  ? "a list or an object, which has no other place than the body"
                  : "of type " + column.type().toString().toLowerCase(java.util.Locale.ROOT)),
          nested(column.schema()) ? "remove it here" : "write that type");
    }
    return new Parameter(
        parameter.name(),
        parameter.in(),
        column.schema(),
        parameter.otherwise() == null && (required || parameter.required()),
        parameter.otherwise(),
        parameter.title(),
        parameter.description().isEmpty() ? column.description() : parameter.description(),
        parameter.visibility(),
        parameter.choices());
  }
}
