package drawbridge.documents;

import drawbridge.documents.Model.Member;
import drawbridge.documents.Model.Scalar;
import drawbridge.documents.Model.Thing;
import drawbridge.documents.Model.Value;
import drawbridge.relay.wire.Visibility;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The form of a fault as callers get it; docs/gateway.md, "Faults". */
final class Problems {
  static final String PROBLEM = "Problem";

  private Problems() {}

  static Map<String, Thing> objects() {
    Map<String, Thing> all = new LinkedHashMap<>();
    all.put(
        PROBLEM,
        new Thing(
            List.of(
                member("type", "A URN of the kind of error.", true, TEXT),
                member("title", "The kind of error.", true, TEXT),
                member(
                    "status",
                    "The HTTP status.",
                    true,
                    new Scalar("integer", "int32", new Json(), false)),
                member("detail", "What is wrong, for people.", true, TEXT),
                member("code", "What is wrong, for programs.", true, TEXT),
                member("reference", "Finds the record of the call.", true, TEXT),
                member("parameter", "The argument that is wrong.", false, TEXT),
                member("reason", "What it was on the source, where known.", false, TEXT),
                member(
                    "error",
                    "The same, for connectors.",
                    true,
                    new Model.Ref("ProblemError", false))),
            false));
    all.put(
        "ProblemError",
        new Thing(
            List.of(
                member("code", "What is wrong, for programs.", true, TEXT),
                member("message", "What is wrong, for people.", true, TEXT)),
            false));
    return all;
  }

  private static final Scalar TEXT = new Scalar("string", "", new Json(), false);

  private static Member member(String name, String description, boolean required, Value value) {
    return new Member(
        name, Wording.title(name), description, Visibility.NORMAL, required, value, null, null);
  }
}
