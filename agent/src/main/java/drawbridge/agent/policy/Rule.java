package drawbridge.agent.policy;

import drawbridge.settings.Section;
import java.util.List;
import java.util.stream.Stream;

/** One rule of the file. */
record Rule(
    String name,
    List<Scope> allow,
    List<String> view,
    List<Scope> deny,
    Recipients to,
    Limits limits) {
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
    if (allow.isEmpty() && section.has("limits")) {
      throw section.wrong("limits", "this rule allows nothing", "remove it, or add “allow: […]”");
    }
    Rule rule =
        new Rule(name, allow, view, deny, to, Limits.read(section.optionalSection("limits")));
    section.done();
    return rule;
  }

  boolean allows(String operation) {
    return covers(allow, operation);
  }

  boolean denies(String operation) {
    return covers(deny, operation);
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
