package drawbridge.documents;

import drawbridge.documents.Model.In;
import drawbridge.documents.Model.Member;
import drawbridge.documents.Model.Param;
import drawbridge.documents.Model.Scalar;
import drawbridge.documents.Model.Value;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * A line for a shell that calls an operation, ready to be copied: whatever an agent says, it is one
 * command.
 */
final class CurlLine {
  private CurlLine() {}

  static String of(Model model, Model.Op op, Publication publication) {
    StringBuilder line = new StringBuilder("curl ");
    line.append(
        publication.tokens().isPresent()
            ? "-H \"Authorization: Bearer $TOKEN\""
            : "--cert connector.pem --key connector.key");
    if (!op.method().equals("get")) {
      line.append(" -X ").append(op.method().toUpperCase(Locale.ROOT));
    }
    switch (op.body()) {
      case null -> line.append(" -H ").append(quoted("Accept: application/json"));
      case Model.Members members ->
          line.append(" -H ")
              .append(quoted("Content-Type: application/json"))
              .append(" -d ")
              .append(quoted(body(model, members)));
      case Model.Raw raw ->
          line.append(" -H ")
              .append(quoted("Content-Type: " + raw.type()))
              .append(" --data-binary @file");
    }
    for (Param parameter : op.parameters()) {
      if (parameter.in() == In.HEADER && parameter.required()) {
        line.append(" -H ").append(quoted(parameter.name() + ": " + sample(parameter)));
      }
    }
    String base = publication.baseUrl() + "/" + model.name() + "/" + model.version();
    return line.append(' ').append(quoted(base + path(op) + query(op))).toString();
  }

  private static String path(Model.Op op) {
    String path = op.path();
    for (Param parameter : op.parameters()) {
      if (parameter.in() == In.PATH) {
        path = path.replace("{" + parameter.name() + "}", encoded(sample(parameter)));
      }
    }
    return path;
  }

  /** What must be given, and what has a default: that shows how it is written. */
  private static String query(Model.Op op) {
    StringBuilder query = new StringBuilder();
    for (Param parameter : op.parameters()) {
      if (parameter.in() == In.QUERY && (parameter.required() || parameter.otherwise() != null)) {
        query.append(query.isEmpty() ? '?' : '&');
        query.append(encoded(parameter.name())).append('=').append(encoded(sample(parameter)));
      }
    }
    return query.toString();
  }

  private static String body(Model model, Model.Members body) {
    Json json = new Json();
    Model.Thing thing = model.objects().get(body.object());
    for (Member member : thing == null ? List.<Member>of() : thing.members()) {
      if (member.required()) {
        json.put(member.name(), sample(member.value()));
      }
    }
    return new String(json.bytes(), StandardCharsets.UTF_8).replaceAll("\\s*\n\\s*", " ").strip();
  }

  private static String sample(Param parameter) {
    Object otherwise = parameter.otherwise();
    return String.valueOf(otherwise == null ? sample(parameter.value()) : otherwise);
  }

  private static Object sample(Value value) {
    return switch (value) {
      case Scalar scalar when scalar.limits().first("enum") != null ->
          java.util.Objects.requireNonNull(scalar.limits().first("enum"));
      case Scalar scalar ->
          switch (scalar.type()) {
            case "integer", "number" -> 1;
            case "boolean" -> true;
            default ->
                switch (scalar.format()) {
                  case "date" -> "2026-01-31";
                  case "uuid" -> "00000000-0000-4000-8000-000000000000";
                  case "byte" -> "AA==";
                  default -> "text";
                };
          };
      case Model.Listing list -> List.of(sample(list.of()));
      case Model.Ref _, Model.Anything() -> new Json();
    };
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20").replace("%24", "$");
  }

  /** In single quotes nothing has a meaning to a shell but the single quote. */
  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
