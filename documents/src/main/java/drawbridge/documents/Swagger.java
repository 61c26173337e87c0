package drawbridge.documents;

import drawbridge.documents.Model.Op;
import drawbridge.documents.Model.Param;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Swagger 2.0 as Power Platform's custom connectors take it. */
final class Swagger {
  static final int OPERATIONS = 256;
  static final int SCHEMAS = 512;
  static final int BYTES = 1_000_000;

  /** Media types that certification lets stand; others travel all the same. */
  private static final Set<String> MEDIA =
      Set.of(
          "application/json",
          "text/plain",
          "multipart/form-data",
          "application/x-www-form-urlencoded");

  private final Model model;
  private final Publication publication;

  private Swagger(Model model, Publication publication) {
    this.model = model;
    this.publication = publication;
  }

  /** The document's bytes. */
  static byte[] of(Model model, Publication publication) throws UnfitException {
    String api = model.name() + "/" + model.version();
    if (model.operations().size() > OPERATIONS) {
      throw tooLarge(api, model.operations().size() + " operations", OPERATIONS + " operations");
    }
    if (model.objects().size() > SCHEMAS) {
      throw tooLarge(api, model.objects().size() + " schemas", SCHEMAS + " schemas");
    }
    for (Op op : model.operations()) {
      for (Param parameter : op.parameters()) {
        if (parameter.name().equalsIgnoreCase("connectionId")) {
          throw new UnfitException(
              "The API "
                  + api
                  + " has no connector file: a parameter of "
                  + op.id()
                  + " is called connectionId, which Power Platform keeps for itself; rename it.");
        }
      }
    }
    byte[] bytes = new Swagger(model, publication).document().bytes();
    if (bytes.length >= BYTES) {
      throw tooLarge(
          api, "a connector file of " + bytes.length / 1000 + " kB", BYTES / 1000 + " kB");
    }
    return bytes;
  }

  private static UnfitException tooLarge(String api, String has, String most) {
    return new UnfitException(
        "The API "
            + api
            + " is too large for a connector: it has "
            + has
            + ", and Power Platform takes at most "
            + most
            + ". Make two API files of it.");
  }

  private Json document() {
    Json paths = new Json();
    model.operations().forEach(op -> paths.child(op.path()).put(op.method(), operation(op)));
    Json info =
        new Json()
            .put("title", Wording.connector(model.title(), model.name(), model.version()))
            .put("description", about())
            .put("version", model.version());
    Model.Contact contact = model.contact();
    if (contact != null) {
      info.put(
          "contact",
          new Json()
              .put("name", contact.name())
              .put("url", contact.url())
              .put("email", contact.email()));
    }
    Json document =
        new Json()
            .put("swagger", "2.0")
            .put("info", info)
            .put("host", publication.host())
            .put("basePath", publication.path() + "/" + model.name() + "/" + model.version())
            .put("schemes", List.of(publication.baseUrl().getScheme()))
            .put("consumes", List.of("application/json"))
            .put("produces", List.of("application/json"))
            .put("paths", paths)
            .put("definitions", Schemas.SWAGGER.objects(model.objects()))
            .put("parameters", new Json())
            .put("responses", new Json());
    security(document);
    document.put("tags", List.of());
    if (contact != null) {
      document.put(
          "x-ms-connector-metadata",
          List.of(
              metadata("Website", contact.url()),
              metadata("Privacy policy", contact.privacy()),
              metadata("Categories", String.join(";", contact.categories()))));
    }
    return document;
  }

  private static Json metadata(String name, String value) {
    return new Json().put("propertyName", name).put("propertyValue", value);
  }

  /** Power Platform shows no certificates: API Management does, and asks for its key. */
  private void security(Json document) {
    if (publication.tokens().isPresent()) {
      Publication.Tokens tokens = publication.tokens().get();
      document.put(
          "securityDefinitions",
          new Json()
              .put(
                  "entra",
                  new Json()
                      .put("type", "oauth2")
                      .put("flow", "accessCode")
                      .put("authorizationUrl", tokens.authorizeUrl())
                      .put("tokenUrl", tokens.tokenUrl())
                      .put(
                          "scopes",
                          new Json().put(tokens.scope(), "What the application was granted."))));
      document.put("security", List.of(new Json().put("entra", List.of(tokens.scope()))));
    } else {
      document.put(
          "securityDefinitions",
          new Json()
              .put(
                  "subscription",
                  new Json()
                      .put("type", "apiKey")
                      .put("name", ApiProperties.KEY_HEADER)
                      .put("in", "header")));
      document.put("security", List.of(new Json().put("subscription", List.of())));
    }
  }

  private String about() {
    String said = Wording.sentence(model.description(), Wording.API_DESCRIPTION);
    if (said.length() >= Wording.LEAST_DESCRIPTION) {
      return said;
    }
    String title = Wording.sentence(model.title(), 100);
    String more = said.isEmpty() ? title : said;
    return more + " Operations on systems of record inside the private network.";
  }

  private Json operation(Op op) {
    Json json =
        new Json()
            .put("operationId", op.id())
            .put("summary", op.summary())
            .put("description", op.description());
    json.put("x-ms-visibility", Schemas.shown(op.visibility()));
    boolean trigger = ApiProperties.polls(op);
    if (trigger) {
      json.put("x-ms-trigger", "batch");
      json.put("x-ms-trigger-metadata", new Json().put("kind", "query").put("mode", "polling"));
      json.put("x-ms-trigger-hint", "To see it work now, add or change a row.");
    } else if (op.traits().paged()) {
      json.put("x-ms-pageable", new Json().put("nextLinkName", "nextLink"));
    }
    json.put(op.traits().safe() && !op.method().equals("get"), "x-ms-safe-operation", true);
    json.put(!op.traits().deprecated().isEmpty(), "deprecated", true);
    List<Json> parameters = new ArrayList<>();
    op.parameters().forEach(parameter -> parameters.add(parameter(parameter, trigger)));
    switch (op.body()) {
      case null -> {}
      case Model.Members members ->
          parameters.add(
              new Json()
                  .put("name", "body")
                  .put("in", "body")
                  .put("required", members.required())
                  .put("description", "What is given.")
                  .put("x-ms-summary", "Body")
                  .put(
                      "schema", new Json().put("$ref", Schemas.SWAGGER.prefix + members.object())));
      case Model.Raw raw -> {
        json.put(MEDIA.contains(raw.type()), "consumes", List.of(raw.type()));
        parameters.add(
            new Json()
                .put("name", "body")
                .put("in", "body")
                .put("required", true)
                .put("description", "Bytes of the type " + raw.type() + ".")
                .put("x-ms-summary", "Body")
                .put("schema", new Json().put("type", "string").put("format", "binary")));
      }
    }
    json.put("parameters", parameters);
    json.put("responses", responses(op));
    json.put(!op.warning().isEmpty(), "x-drawbridge-warning", op.warning());
    return json;
  }

  private static Json parameter(Param parameter, boolean trigger) {
    boolean polled = trigger && parameter.name().equals(ParameterMaker.SINCE);
    Json json =
        new Json()
            .put("name", parameter.name())
            .put("in", parameter.in().name().toLowerCase(Locale.ROOT))
            .put("description", parameter.description())
            .put("required", parameter.required());
    json.putAll(Schemas.SWAGGER.value(parameter.value()));
    json.put("default", parameter.otherwise());
    Schemas.SWAGGER.forPeople(
        json,
        parameter.title(),
        // The platform fills it in; whoever makes the flow need not see it.
        polled && !parameter.required()
            ? drawbridge.relay.wire.Visibility.INTERNAL
            : parameter.visibility(),
        parameter.choices());
    return json.put(parameter.in() == Model.In.PATH, "x-ms-url-encoding", "single");
  }

  private Json responses(Op op) {
    Json success = new Json().put("description", "Done.");
    switch (op.answer()) {
      case Model.Nothing() -> {}
      case Model.Answered answered ->
          success.put("schema", new Json().put("$ref", Schemas.SWAGGER.prefix + answered.object()));
      case Model.Raw _ ->
          success.put("schema", new Json().put("type", "string").put("format", "binary"));
    }
    Json headers = new Json();
    Json text = new Json().put("type", "string");
    headers.put(
        op.traits().conditional(),
        "ETag",
        new Json().putAll(text).put("description", "The state of the row, for If-Match."));
    headers.put(
        op.status() == 201,
        "Location",
        new Json().putAll(text).put("description", "The URL of what was made."));
    success.put(!headers.isEmpty(), "headers", headers);
    return new Json()
        .put(Integer.toString(op.status()), success)
        .put(
            "default",
            new Json().put("description", "An error: error.code and error.message say which."));
  }
}
