package drawbridge.adapters;

import drawbridge.settings.Section;
import drawbridge.settings.SettingsException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads one file of {@code apis/}; docs/sql.md lists its keys. */
final class ApiFile {
  private static final List<String> METHODS = List.of("get", "post", "put", "patch", "delete");
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{[^}]*}");

  private final Section file;
  private final String api;
  private final String version;
  private final Source source;

  private ApiFile(Section file, Map<String, Source> sources) {
    this.file = file;
    this.api = file.name("api");
    this.version = file.text("version");
    if (!Words.VERSION.matcher(version).matches()) {
      throw file.wrong(
          "version", "“" + version + "” is not a version", "write one such as v1 or 2026-04");
    }
    String name = file.text("source");
    Source found = sources.get(name);
    if (found == null) {
      throw file.wrong(
          "source",
          "no source “" + name + "” stands in sources.yaml",
          sources.isEmpty()
              ? "add it there"
              : "write one of " + String.join(", ", sources.keySet()));
    }
    this.source = found;
  }

  static Api read(Section file, Map<String, Source> sources) {
    return new ApiFile(file, sources).read();
  }

  private Api read() {
    String title = file.text("title");
    String description = file.text("description", "");
    List<Operation> operations = new ArrayList<>();
    Map<String, String> names = new HashMap<>();
    Map<String, String> routes = new HashMap<>();
    for (Section section : file.sections("operations")) {
      for (Operation operation : operations(section)) {
        add(section, operation, names, routes);
        operations.add(operation);
      }
    }
    if (operations.isEmpty()) {
      throw file.wrong("operations", "there is none", "add one after “operations:”");
    }
    checkChoices(operations);
    Api.Origin origin =
        new Api.Origin(
            file.file(),
            file.flag("breaking-change", false),
            file.optionalSection("contact").map(ApiFile::contact));
    file.done();
    return new Api(api, version, title, description, source.name(), operations, origin);
  }

  private static Api.Contact contact(Section section) {
    Api.Contact contact =
        new Api.Contact(
            section.text("name"),
            section.text("url"),
            section.text("email"),
            section.text("privacy", ""),
            section.texts("categories"));
    section.done();
    return contact;
  }

  private static void add(
      Section section, Operation operation, Map<String, String> names, Map<String, String> routes) {
    // Importers make functions of names and compare them without case.
    if (names.put(operation.name().toLowerCase(Locale.ROOT), operation.name()) != null) {
      throw section.wrong(
          "name", "a second operation is called " + operation.name(), "give it another name");
    }
    String route =
        operation.method() + " " + PLACEHOLDER.matcher(operation.path()).replaceAll("{}");
    String other = routes.put(route, operation.name());
    if (other != null) {
      throw section.wrong(
          section.has("path") ? "path" : operation.method().toLowerCase(Locale.ROOT),
          other + " has the same method and path",
          "change the path or the method of one of the two");
    }
  }

  /** A designer that lists values from an operation which there is not would show an error. */
  private void checkChoices(List<Operation> operations) {
    for (Operation operation : operations) {
      for (Parameter parameter : operation.parameters()) {
        Parameter.Choices choices = parameter.choices();
        if (choices != null
            && operations.stream().noneMatch(o -> o.name().equals(choices.operation()))) {
          throw file.wrong(
              "operations",
              operation.name()
                  + " lists the values of “"
                  + parameter.name()
                  + "” from "
                  + choices.operation()
                  + ", which is no operation of this API",
              "name one that is");
        }
      }
    }
  }

  private List<Operation> operations(Section section) {
    String name = section.text("name");
    if (!Words.OPERATION.matcher(name).matches()) {
      throw section.wrong(
          "name",
          "“" + name + "” is not a name for an operation",
          "begin with A-Z and use up to 64 letters and digits, such as FindOrders");
    }
    String summary = section.text("summary", "");
    String description = section.text("description", "");
    Traits traits = TraitsReader.read(section);
    if (section.has("resource")) {
      String path = section.text("path");
      Outline outline =
          new Outline(
              api + "/" + version + "/" + name,
              name,
              summary,
              description,
              "",
              path,
              List.of(),
              traits);
      if (!placeholders(section, "path", path).isEmpty()) {
        throw path(section, "path", "the path of a resource has no parameters");
      }
      List<Operation> made = source.resource(section, outline);
      AuditPlan plan =
          AuditPlan.read(section, made.stream().flatMap(o -> o.parameters().stream()).toList());
      section.done();
      return made.stream().map(o -> o.audited(plan)).toList();
    }
    String method = method(section);
    String path = section.text(method);
    Set<String> inPath = placeholders(section, method, path);
    List<Parameter> parameters = new ArrayList<>();
    section
        .named("parameters")
        .forEach((key, s) -> parameters.add(ParameterReader.read(key, s, method, inPath)));
    for (String placeholder : inPath) {
      if (parameters.stream().noneMatch(p -> p.name().equals(placeholder))) {
        throw section.wrong(
            method,
            "{" + placeholder + "} is not declared",
            "add “" + placeholder + ": { type: …, in: path }” to the parameters");
      }
    }
    Outline outline =
        new Outline(
            api + "/" + version + "/" + name,
            name,
            summary,
            description,
            method.toUpperCase(Locale.ROOT),
            path,
            List.copyOf(parameters),
            traits);
    AuditPlan audit = AuditPlan.read(section, parameters);
    Operation operation = source.operation(section, outline).audited(audit);
    section.done();
    return List.of(operation);
  }

  private static String method(Section section) {
    List<String> given = METHODS.stream().filter(section::has).toList();
    if (given.size() == 1) {
      return given.getFirst();
    }
    throw section.wrong(
        given.isEmpty() ? "" : given.getLast(),
        given.isEmpty() ? "no method is given" : "a second method is given",
        "write exactly one of get, post, put, patch, delete with the path, such as “get: /orders”");
  }

  private static Set<String> placeholders(Section section, String method, String path) {
    Set<String> names = new LinkedHashSet<>();
    if (!path.startsWith("/") || path.length() == 1 || path.length() > 400) {
      throw path(section, method, "“" + path + "” is not a path");
    }
    String[] segments = path.substring(1).split("/", -1);
    for (String segment : segments) {
      if (segment.startsWith("{") && segment.endsWith("}")) {
        if (!names.add(segment.substring(1, segment.length() - 1))) {
          throw path(section, method, segment + " stands twice in the path");
        }
      } else if (!Words.SEGMENT.matcher(segment).matches()) {
        throw path(section, method, "“" + segment + "” cannot be a part of a path");
      }
    }
    if (segments.length == 1 && Words.DOCUMENTS.contains(segments[0])) {
      throw path(section, method, path + " is where the gateway serves the API's document");
    }
    return names;
  }

  private static SettingsException path(Section section, String method, String problem) {
    return section.wrong(
        method,
        problem,
        "write parts of letters, digits, - . _ ~ or one {parameter} each, such as /customers/{id}");
  }
}
