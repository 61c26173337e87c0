package drawbridge.adapters.sql;

import drawbridge.adapters.Outline;
import drawbridge.adapters.Parameter;
import drawbridge.adapters.Type;
import drawbridge.adapters.sql.ProcedureAction.Argument;
import drawbridge.settings.Section;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the section {@code procedure}; docs/sql.md lists its keys. */
final class ProcedureReader {
  private static final Pattern NAME =
      Pattern.compile(
          "([A-Za-z_][A-Za-z0-9_$#]*|\"[^\"]+\")(\\.([A-Za-z_][A-Za-z0-9_$#]*|\"[^\"]+\")){0,3}");

  private ProcedureReader() {}

  /** What was read. */
  record Read(ProcedureAction.Procedure procedure, boolean safe, int isolation) {}

  static Read read(Section section, Outline outline) {
    if (outline.method().equals("GET")) {
      throw section.wrong(
          "get", "a procedure may change something", "use post, or a function in “sql”");
    }
    Section procedure = section.section("procedure");
    String name = procedure.text("name");
    if (!NAME.matcher(name).matches()) {
      throw procedure.wrong("name", "is no name of a procedure", "write one such as sales.close");
    }
    List<Argument> arguments = new ArrayList<>();
    Set<String> used = new HashSet<>();
    Set<String> answered = new HashSet<>();
    for (Section one : procedure.sections("arguments")) {
      Argument argument = argument(one, outline.parameters());
      Parameter in = argument.in();
      if (in != null) {
        used.add(in.name());
      }
      if (!argument.out().isEmpty() && !answered.add(argument.out())) {
        throw one.wrong("out", "a second one is called " + argument.out(), "rename one");
      }
      arguments.add(argument);
    }
    List<String> results = procedure.texts("results");
    for (String result : results) {
      if (!answered.add(result)) {
        throw procedure.wrong("results", "“" + result + "” stands there twice", "rename one");
      }
    }
    procedure.done();
    for (Parameter parameter : outline.parameters()) {
      if (!used.contains(parameter.name())) {
        throw section.wrong(
            "parameters",
            "“" + parameter.name() + "” is not used",
            "add “- { in: " + parameter.name() + " }” to the arguments, or remove it");
      }
    }
    return new Read(
        new ProcedureAction.Procedure(
            outline.id(), name, List.copyOf(arguments), List.copyOf(results)),
        section.flag("safe", false),
        section.choice(
                "isolation", StatementReader.Isolation.class, StatementReader.Isolation.DEFAULT)
            .level);
  }

  private static Argument argument(Section section, List<Parameter> parameters) {
    String given = section.text("in", "");
    String out = section.text("out", "");
    if (given.isEmpty() && out.isEmpty()) {
      throw section.wrong("", "is neither given nor answered", "write “in:”, “out:” or both");
    }
    Parameter in = given.isEmpty() ? null : parameter(section, given, parameters);
    boolean cursor = section.text("type", "").equals("cursor");
    Type type = type(section, in, cursor, out.isEmpty());
    section.done();
    return new Argument(in, out, type, cursor);
  }

  private static Parameter parameter(Section section, String name, List<Parameter> parameters) {
    return parameters.stream()
        .filter(p -> p.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                section.wrong(
                    "in",
                    "“" + name + "” is no parameter",
                    "add “" + name + ": { type: … }” to the parameters"));
  }

  private static Type type(
      Section section, @Nullable Parameter in, boolean cursor, boolean onlyIn) {
    if (cursor) {
      return Type.OBJECT;
    }
    if (in != null) {
      if (section.has("type")) {
        throw section.wrong("type", "the parameter has one already", "remove it");
      }
      return in.type();
    }
    section.text("type");
    Type type = section.choice("type", Type.class, Type.STRING);
    if (type == Type.OBJECT || onlyIn) {
      throw section.wrong("type", "is no type of one value", "write another, or cursor");
    }
    return type;
  }
}
