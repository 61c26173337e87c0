package drawbridge.agent.policy;

import drawbridge.adapters.Restrictions;
import drawbridge.adapters.Restrictions.Mask;
import drawbridge.settings.Section;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One rule of the file.
 *
 * @param proof only callers with a token are meant, whatever {@code to} says
 */
record Rule(
    String name,
    List<Scope> allow,
    List<String> view,
    List<Scope> deny,
    Recipients to,
    boolean proof,
    Limits limits,
    Restrictions restrictions) {
  /** What {@code require-proof} can ask for. */
  enum RequiredProof {
    TOKEN
  }

  static Rule read(Section section) {
    String name = section.name("name");
    List<Scope> allow = Scope.read(section, "allow");
    List<String> view = Scope.apis(section, "view");
    List<Scope> deny = Scope.read(section, "deny");
    if (allow.isEmpty() && view.isEmpty() && deny.isEmpty()) {
      throw section.wrong("", "does nothing", "write what it shall allow, view or deny");
    }
    boolean denyOnly = allow.isEmpty() && view.isEmpty();
    Recipients to =
        denyOnly && !section.has("to")
            ? Recipients.EVERYBODY
            : Recipients.read(section.section("to"));
    for (String only : List.of("limits", "filter", "mask")) {
      if (allow.isEmpty() && section.has(only)) {
        throw section.wrong(only, "this rule allows nothing", "remove it, or add “allow: […]”");
      }
    }
    boolean proof = proof(section);
    if (!deny.isEmpty() && (proof || to.tokenAge().isPresent())) {
      throw section.wrong(
          proof ? "require-proof" : "to",
          "a caller would escape this rule's deny by proving less",
          "deny in a rule of its own, without it");
    }
    Rule rule =
        new Rule(
            name,
            allow,
            view,
            deny,
            to,
            proof,
            Limits.read(section.optionalSection("limits")),
            new Restrictions(section.text("filter", ""), masks(section)));
    section.done();
    return rule;
  }

  /** {@code require-proof} of a rule or of the file. */
  static boolean proof(Section section) {
    return section.has("require-proof")
        && section.choice("require-proof", RequiredProof.class, RequiredProof.TOKEN)
            == RequiredProof.TOKEN;
  }

  private static Map<String, Mask> masks(Section section) {
    Map<String, Mask> masks = new LinkedHashMap<>();
    section
        .optionalSection("mask")
        .ifPresent(
            mask ->
                mask.keys()
                    .forEach(
                        column -> masks.put(column, mask.choice(column, Mask.class, Mask.NULL))));
    return masks;
  }

  boolean allows(String operation) {
    return covers(allow, operation);
  }

  boolean denies(String operation) {
    return covers(deny, operation);
  }

  /** As {@link Recipients#fit}, with what the rule itself asks for. */
  Fit fit(String gateway, Caller caller) {
    return proof && caller.token() == null
        ? new Fit.No("proof: expected a token, came none")
        : to.fit(gateway, caller);
  }

  /** The rule can only match callers with tokens. */
  boolean byToken() {
    return proof || to.byToken();
  }

  /** What the rule names, as the file writes it. */
  Stream<Scope> scopes() {
    return Stream.concat(allow.stream(), deny.stream());
  }

  /** A loop, since this runs for every call. */
  private static boolean covers(List<Scope> scopes, String operation) {
    for (Scope scope : scopes) {
      if (scope.covers(operation)) {
        return true;
      }
    }
    return false;
  }
}
