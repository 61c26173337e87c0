package drawbridge.adapters;

import drawbridge.settings.Section;
import java.util.Locale;
import java.util.Set;

/** Reads what an API file says of one parameter. */
final class ParameterReader {
  /** Headers that belong to the way of the call, not to the operation. */
  private static final Set<String> TAKEN =
      Set.of(
          "authorization",
          "cookie",
          "host",
          "connection",
          "accept",
          "expect",
          "te",
          "upgrade",
          "prefer");

  private ParameterReader() {}

  static Parameter read(String name, Section section, String method, Set<String> inPath) {
    if (!Words.PARAMETER.matcher(name).matches()) {
      throw section.wrong(
          "",
          "“" + name + "” is not a name for a parameter",
          "begin with a letter and use up to 64 letters, digits and _");
    }
    boolean hasBody = !method.equals("get") && !method.equals("delete");
    Parameter.In in =
        section.choice("in", Parameter.In.class, hasBody ? Parameter.In.BODY : Parameter.In.QUERY);
    checkPlace(name, section, in, hasBody, inPath.contains(name));
    String otherwise = section.optionalText("default").orElse(null);
    boolean required = section.flag("required", in == Parameter.In.PATH);
    if (in == Parameter.In.PATH && !required) {
      throw section.wrong("required", "a part of the path is always given", "remove the key");
    }
    if (required && otherwise != null) {
      throw section.wrong(
          "default", "what is required has no default", "remove “required” or “default”");
    }
    Parameter parameter =
        new Parameter(
            name,
            in,
            SchemaReader.read(section, !required && otherwise == null),
            required,
            otherwise,
            section.text("title", ""),
            section.text("description", ""),
            section.choice("visibility", Visibility.class, Visibility.NORMAL),
            section.optionalSection("choices").map(ParameterReader::choices).orElse(null));
    if (otherwise != null) {
      try {
        Values.parse(parameter, otherwise);
      } catch (FaultException e) {
        throw section.wrong("default", e.fault().message(), "write a value of this type");
      }
    }
    section.done();
    return parameter;
  }

  private static Parameter.Choices choices(Section section) {
    Parameter.Choices choices =
        new Parameter.Choices(
            section.text("operation"), section.text("value"), section.text("title"));
    section.done();
    return choices;
  }

  private static void checkPlace(
      String name, Section section, Parameter.In in, boolean hasBody, boolean inPath) {
    if (inPath != (in == Parameter.In.PATH)) {
      throw section.wrong(
          "in",
          inPath ? "stands in the path" : "does not stand in the path",
          inPath ? "write “in: path”" : "add {" + name + "} to the path, or write “in: query”");
    }
    if (in == Parameter.In.BODY && !hasBody) {
      throw section.wrong(
          "in", "get and delete have no body", "write “in: query”, or use post, put or patch");
    }
    if (in == Parameter.In.HEADER && TAKEN.contains(name.toLowerCase(Locale.ROOT))) {
      throw section.wrong(
          "in", "the header “" + name + "” has its own meaning", "give the parameter another name");
    }
  }
}
