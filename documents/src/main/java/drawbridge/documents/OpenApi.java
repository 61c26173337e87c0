package drawbridge.documents;

import drawbridge.documents.Model.Op;
import drawbridge.documents.Model.Param;
import drawbridge.relay.wire.Operation.Trigger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * OpenAPI 3.0.3, with no more than API Management imports: schemas by name, form and explode as
 * they are.
 */
final class OpenApi {
  private static final String PROBLEM = "application/problem+json";

  private final Model model;
  private final Publication publication;
  private boolean lines;
  private boolean bytes;

  private OpenApi(Model model, Publication publication) {
    this.model = model;
    this.publication = publication;
  }

  static Json of(Model model, Publication publication) {
    return new OpenApi(model, publication).document();
  }

  private Json document() {
    Json paths = new Json();
    model.operations().forEach(op -> paths.child(op.path()).put(op.method(), operation(op)));
    Json schemas = Schemas.OPENAPI.objects(model.objects());
    Problems.objects()
        .forEach((name, thing) -> schemas.putAll(Schemas.OPENAPI.objects(Map.of(name, thing))));
    if (lines) {
      schemas.put(
          "Lines",
          new Json()
              .put("type", "string")
              .put("description", "One JSON object a line, or a header and comma-separated rows."));
    }
    if (bytes) {
      schemas.put("Bytes", new Json().put("type", "string").put("format", "binary"));
    }
    Json info =
        new Json()
            .put("title", model.title())
            .put("version", model.version())
            .put("description", about());
    Model.Contact contact = model.contact();
    if (contact != null) {
      info.put(
          "contact",
          new Json()
              .put("name", contact.name())
              .put("url", contact.url())
              .put("email", contact.email()));
    }
    Json components = new Json().put("schemas", schemas);
    publication.tokens().ifPresent(tokens -> components.put("securitySchemes", schemes(tokens)));
    return new Json()
        .put("openapi", "3.0.3")
        .put("info", info)
        .put(
            "servers",
            List.of(
                new Json()
                    .put(
                        "url", publication.baseUrl() + "/" + model.name() + "/" + model.version())))
        .put(
            "security",
            publication.tokens().isEmpty()
                ? List.of()
                : List.of(new Json().put("entra", List.of(publication.tokens().get().scope()))))
        .put("paths", paths)
        .put("components", components);
  }

  private String about() {
    String said =
        model.description().isEmpty() ? Wording.sentence(model.title(), 100) : model.description();
    return publication.tokens().isEmpty() ? said + " Callers show a client certificate." : said;
  }

  private static Json schemes(Publication.Tokens tokens) {
    Json scopes = new Json().put(tokens.scope(), "What the application was granted.");
    return new Json()
        .put(
            "entra",
            new Json()
                .put("type", "oauth2")
                .put("description", "A token of Microsoft Entra for " + tokens.audience() + ".")
                .put(
                    "flows",
                    new Json()
                        .put(
                            "clientCredentials",
                            new Json().put("tokenUrl", tokens.tokenUrl()).put("scopes", scopes))
                        .put(
                            "authorizationCode",
                            new Json()
                                .put("authorizationUrl", tokens.authorizeUrl())
                                .put("tokenUrl", tokens.tokenUrl())
                                .put("scopes", scopes))));
  }

  private Json operation(Op op) {
    Json json =
        new Json()
            .put("operationId", op.id())
            .put("summary", op.summary())
            .put("description", op.description());
    json.put(!op.traits().deprecated().isEmpty(), "deprecated", true);
    List<Json> parameters = new ArrayList<>();
    op.parameters().forEach(parameter -> parameters.add(parameter(parameter)));
    json.put(!parameters.isEmpty(), "parameters", parameters);
    switch (op.body()) {
      case null -> {}
      case Model.Members members ->
          json.put(
              "requestBody",
              new Json()
                  .put("required", members.required())
                  .put("content", content("application/json", members.object())));
      case Model.Raw raw -> {
        bytes = true;
        json.put(
            "requestBody",
            new Json().put("required", true).put("content", content(raw.type(), "Bytes")));
      }
    }
    json.put("responses", responses(op));
    json.put("x-drawbridge-safe", op.traits().safe());
    json.put(!op.warning().isEmpty(), "x-drawbridge-warning", op.warning());
    json.put(!op.traits().sunset().isEmpty(), "x-drawbridge-sunset", op.traits().sunset());
    return json;
  }

  /** A query parameter that is required would become part of API Management's template. */
  private static Json parameter(Param parameter) {
    boolean path = parameter.in() == Model.In.PATH;
    boolean promised = parameter.required() && !path && parameter.in() == Model.In.QUERY;
    Json schema = Schemas.OPENAPI.value(parameter.value()).put("default", parameter.otherwise());
    return new Json()
        .put("name", parameter.name())
        .put("in", parameter.in().name().toLowerCase(java.util.Locale.ROOT))
        .put(
            "description",
            promised ? "Required. " + parameter.description() : parameter.description())
        .put("required", path || (parameter.required() && !promised))
        .put("schema", schema)
        .put(promised, "x-drawbridge-required", true);
  }

  private Json responses(Op op) {
    Json success = new Json().put("description", "Done.");
    switch (op.answer()) {
      case Model.Nothing() -> {}
      case Model.Answered answered -> {
        Json content = content("application/json", answered.object());
        if (lists(answered) && op.traits().trigger() == Trigger.NONE) {
          lines = true;
          content.putAll(content("application/x-ndjson", "Lines"));
          content.putAll(content("text/csv", "Lines"));
        }
        success.put("content", content);
      }
      case Model.Raw raw -> {
        bytes = true;
        success.put("content", content(raw.type(), "Bytes"));
      }
    }
    Json headers = new Json();
    headers.put(op.traits().conditional(), "ETag", header("The state of the row, for If-Match."));
    headers.put(op.status() == 201, "Location", header("The URL of what was made."));
    headers.put(
        !op.traits().deprecated().isEmpty(),
        "Deprecation",
        header("Since when this operation is deprecated."));
    headers.put(!op.traits().sunset().isEmpty(), "Sunset", header("When this operation ends."));
    success.put(!headers.isEmpty(), "headers", headers);
    Json responses = new Json().put(Integer.toString(op.status()), success);
    problems(op).forEach((status, what) -> responses.put(status, problem(what)));
    return responses;
  }

  private boolean lists(Model.Answered answered) {
    Model.Thing thing = model.objects().get(answered.object());
    return thing != null
        && thing.members().stream()
            .anyMatch(m -> m.value() instanceof Model.Listing && m.name().equals("value"));
  }

  private static Map<String, String> problems(Op op) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("400", "An argument is wrong.");
    all.put("403", "There is no such operation, or the caller may not call it.");
    all.put("404", "There is no such row.");
    if (!op.traits().safe()) {
      all.put("409", "In conflict with what is there, or the outcome is unknown.");
    }
    if (op.traits().conditional()) {
      all.put("412", "The row has changed since.");
    }
    all.put("429", "Too many calls.");
    all.put("default", "Any other error.");
    return all;
  }

  private static Json problem(String description) {
    return new Json()
        .put("description", description)
        .put("headers", new Json().put("x-ms-error-code", header("The code, as in the body.")))
        .put("content", content(PROBLEM, Problems.PROBLEM));
  }

  private static Json header(String description) {
    return new Json()
        .put("description", description)
        .put("schema", new Json().put("type", "string"));
  }

  private static Json content(String type, String schema) {
    return new Json()
        .put(
            type,
            new Json().put("schema", new Json().put("$ref", Schemas.OPENAPI.prefix + schema)));
  }
}
