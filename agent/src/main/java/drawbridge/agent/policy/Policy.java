package drawbridge.agent.policy;

import drawbridge.settings.Section;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The rules of {@code policy.yaml}: nothing is allowed unless a rule allows it, and deny wins.
 * Thread-safe; immutable but for a bounded memory of who matches which rules.
 */
public final class Policy {
  /** Callers whose rules are remembered; a gateway that invents more only makes us look again. */
  private static final int MOST_REMEMBERED = 1_000;

  /** Characters of a caller's names; who needs more is nobody, and is not remembered either. */
  private static final int LONGEST_CALLER = 2_000;

  private final List<Rule> rules;
  private final ConcurrentHashMap<Asking, Matched> remembered = new ConcurrentHashMap<>();

  private Policy(List<Rule> rules) {
    this.rules = rules;
  }

  /**
   * Reads the file.
   *
   * @throws drawbridge.settings.SettingsException naming line, key and fix
   */
  public static Policy read(Path file) {
    return read(Section.read(file));
  }

  static Policy read(Section file) {
    List<Rule> rules = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Section section : file.sections("rules")) {
      Rule rule = Rule.read(section);
      if (!names.add(rule.name())) {
        throw section.wrong(
            "name", "a second rule is named “" + rule.name() + "”", "give it a name of its own");
      }
      rules.add(rule);
    }
    if (!file.has("rules")) {
      file.section("rules"); // says that it is missing
    }
    file.done();
    return new Policy(List.copyOf(rules));
  }

  /**
   * Decides one call of an operation that exists; the budgets are another matter.
   *
   * @param gateway proven by TLS
   * @param operation its id, such as {@code orders/v1/FindOrders}
   */
  public Decision decide(String gateway, Caller caller, String operation) {
    Matched matched = matched(gateway, caller);
    Decision.Allowed allowed = null;
    for (int i = 0; i < matched.rules.size(); i++) {
      Rule rule = matched.rules.get(i);
      if (rule.denies(operation)) {
        return new Decision.Forbidden(rule.name());
      }
      if (allowed == null && rule.allows(operation)) {
        allowed = matched.allowed.get(i);
      }
    }
    return allowed == null ? new Decision.Forbidden("") : allowed;
  }

  /**
   * A rule shows the API to the caller, so that it may know what is not in it. Being allowed to
   * call one of its operations tells nothing of the others.
   *
   * @param api such as {@code orders/v1}
   */
  public boolean views(String gateway, Caller caller, String api) {
    boolean shown = false;
    for (Rule rule : matched(gateway, caller).rules) {
      if (rule.deny().stream().anyMatch(scope -> scope.wholeApi(api))) {
        return false;
      }
      shown |= rule.view().contains(api);
    }
    return shown;
  }

  /**
   * The names of the rules that allow an operation to somebody, in the order of the file; for
   * people who may view the API.
   */
  public List<String> allowing(String operation) {
    return rules.stream().filter(rule -> rule.allows(operation)).map(Rule::name).toList();
  }

  /** The longest that any rule lets an operation run; zero: no rule allows it. */
  public Duration longest(String operation) {
    return rules.stream()
        .filter(rule -> rule.allows(operation))
        .map(rule -> rule.limits().time())
        .max(Comparator.naturalOrder())
        .orElse(Duration.ZERO);
  }

  /**
   * What rules name and the site does not have, as {@code rule: name}: most often a slip of the
   * pen, so {@code agent check} shows it.
   */
  public List<String> unmatched(Collection<String> operations) {
    List<String> names = new ArrayList<>();
    for (Rule rule : rules) {
      rule.scopes()
          .filter(scope -> operations.stream().noneMatch(scope::covers))
          .forEach(scope -> names.add(rule.name() + ": " + scope.text()));
      rule.view().stream()
          .filter(api -> operations.stream().noneMatch(id -> id.startsWith(api + "/")))
          .forEach(api -> names.add(rule.name() + ": " + api));
    }
    return names;
  }

  private Matched matched(String gateway, Caller claimed) {
    Caller caller = claimed.length() > LONGEST_CALLER ? Caller.NOBODY : claimed;
    Asking asking = new Asking(gateway, caller);
    Matched known = remembered.get(asking);
    if (known != null) {
      return known;
    }
    String subject = Caller.canonical(caller.subject()).orElse("");
    // A name that cannot be read proves nothing, so its issuer and fingerprint count for nothing.
    boolean readable = !subject.isEmpty();
    String issuer = readable ? Caller.canonical(caller.issuer()).orElse("") : "";
    String fingerprint = readable ? caller.fingerprint() : "";
    List<Rule> mine =
        rules.stream()
            .filter(rule -> rule.to().include(gateway, subject, issuer, fingerprint))
            .toList();
    String payer = readable ? subject + " by " + issuer : "";
    Matched found =
        new Matched(
            mine,
            mine.stream()
                .map(
                    rule ->
                        new Decision.Allowed(
                            rule.name(), rule.limits(), new Decision.Payer(rule.name(), payer)))
                .toList());
    if (remembered.size() >= MOST_REMEMBERED) {
      remembered.clear();
    }
    remembered.put(asking, found);
    return found;
  }

  private record Asking(String gateway, Caller caller) {}

  /** The rules that include a caller, and beside each what it says when it is the one. */
  private record Matched(List<Rule> rules, List<Decision.Allowed> allowed) {}
}
