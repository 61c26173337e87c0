package drawbridge.documents;

import drawbridge.relay.wire.Operation;
import drawbridge.relay.wire.ViewReply.Limits;
import drawbridge.relay.wire.ViewReply.SeenOperation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a reader sees of everything that there is, as JSON; the catalogue page is made of it. */
public final class CatalogueJson {
  private static final int RULES = 20;

  private CatalogueJson() {}

  /**
   * The catalogue as UTF-8.
   *
   * @param entries in the order in which they are shown
   * @param complete false: a site could not be asked
   */
  public static byte[] of(List<CatalogueEntry> entries, boolean complete) {
    List<Json> apis = entries.stream().map(CatalogueJson::api).toList();
    return new Json().put("complete", complete).put("apis", apis).bytes();
  }

  private static Json api(CatalogueEntry entry) {
    String name = entry.api().getName();
    String version = entry.api().getVersion();
    Json json =
        new Json()
            .put("api", name)
            .put("version", version)
            .put("path", entry.path())
            .put("url", entry.publication().baseUrl() + "/" + name + "/" + version)
            .put(
                "authentication",
                entry.publication().tokens().isPresent() ? "token" : "certificate")
            .put("whole", entry.seen().getWhole());
    try {
      List<String> warnings = new ArrayList<>();
      Model model = ModelMaker.make(entry.api(), warnings);
      json.put("title", model.title()).put("description", model.description());
      Model.Contact contact = model.contact();
      if (contact != null) {
        json.put(
            "contact",
            new Json()
                .put("name", contact.name())
                .put("url", contact.url())
                .put("email", contact.email()));
      }
      List<Json> operations = new ArrayList<>();
      Map<String, SeenOperation> seen = entry.operations();
      for (int i = 0; i < model.operations().size(); i++) {
        operations.add(operation(entry, seen, model, i));
      }
      json.put("operations", operations);
      json.put("warnings", entry.seen().getWhole() ? warnings : List.of());
    } catch (UnfitException e) {
      json.put("title", Wording.line(entry.api().getTitle(), 100))
          .put("description", "")
          .put("operations", List.of())
          .put("warnings", List.of(String.valueOf(e.getMessage())));
    }
    return json;
  }

  private static Json operation(
      CatalogueEntry entry, Map<String, SeenOperation> all, Model model, int index) {
    Operation operation = entry.api().getOperations(index);
    Model.Op op = model.operations().get(index);
    SeenOperation seen = all.getOrDefault(operation.getName(), SeenOperation.getDefaultInstance());
    Json json =
        new Json()
            .put("id", op.id())
            .put("method", operation.getMethod())
            .put("path", op.path())
            .put("summary", op.summary())
            .put("description", op.description())
            .put("callable", seen.getCallable())
            .put("safe", op.traits().safe())
            .put("paged", op.traits().paged())
            .put("trigger", ApiProperties.polls(op));
    json.put(!op.warning().isEmpty(), "warning", op.warning());
    json.put(!op.traits().deprecated().isEmpty(), "deprecated", op.traits().deprecated());
    json.put(!op.traits().sunset().isEmpty(), "sunset", op.traits().sunset());
    if (seen.hasLimits()) {
      Limits limits = seen.getLimits();
      json.put(
          "limits",
          new Json()
              .put("calls", Wording.line(limits.getCalls(), 40))
              .put("rows", limits.getRows())
              .put("bytes", limits.getBytes())
              .put("seconds", limits.getSeconds()));
    }
    json.put(
        entry.seen().getWhole(),
        "rules",
        seen.getRulesList().stream().limit(RULES).map(rule -> Wording.line(rule, 100)).toList());
    return json.put("curl", CurlLine.of(model, op, entry.publication()));
  }
}
