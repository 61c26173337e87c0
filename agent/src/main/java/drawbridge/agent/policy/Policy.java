package drawbridge.agent.policy;

import drawbridge.settings.Section;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
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
  private final boolean proof;
  private final ConcurrentHashMap<Asking, Matched> remembered = new ConcurrentHashMap<>();

  private Policy(List<Rule> rules, boolean proof) {
    this.rules = rules;
    this.proof = proof;
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
    boolean proof = Rule.proof(file);
    file.done();
    return new Policy(List.copyOf(rules), proof);
  }

  List<Rule> rules() {
    return rules;
  }

  /** Nobody without a verified token is allowed anything. */
  boolean requiresProof() {
    return proof;
  }

  /** Some rule can only be decided by an agent that verifies tokens. */
  public boolean needsTokens() {
    return proof || rules.stream().anyMatch(Rule::byToken);
  }

  /**
   * Decides one call of an operation that exists; the budgets are another matter.
   *
   * @param gateway proven by TLS
   * @param operation its id, such as {@code orders/v1/FindOrders}
   */
  public Decision decide(String gateway, Caller caller, String operation, Instant now) {
    if (proof && caller.token() == null) {
      return new Decision.Forbidden("", "the file requires a token as proof, and none came");
    }
    Matched matched = matched(gateway, caller);
    Decision.Allowed allowed = null;
    String almost = "no rule allows it";
    for (One one : matched.rules) {
      Rule rule = one.rule;
      if (rule.denies(operation)) {
        return new Decision.Forbidden(
            rule.name(),
            "rule " + rule.name() + " denies it" + (one.unsure.isEmpty() ? "" : ": " + one.unsure));
      }
      if (allowed == null && rule.allows(operation)) {
        Optional<String> tooOld = rule.to().tooOld(caller, now);
        if (one.unsure.isEmpty() && tooOld.isEmpty()) {
          allowed = one.allowed(operation);
        } else {
          almost =
              "rule %s would allow it, but %s".formatted(rule.name(), tooOld.orElse(one.unsure));
        }
      }
    }
    return allowed == null ? new Decision.Forbidden("", almost) : allowed;
  }

  /**
   * A rule shows the API to the caller, so that it may know what is not in it. Being allowed to
   * call one of its operations tells nothing of the others.
   *
   * @param api such as {@code orders/v1}
   */
  public boolean views(String gateway, Caller caller, String api, Instant now) {
    if (proof && caller.token() == null) {
      return false;
    }
    boolean shown = false;
    for (One one : matched(gateway, caller).rules) {
      if (one.rule.deny().stream().anyMatch(scope -> scope.wholeApi(api))) {
        return false;
      }
      shown |=
          one.unsure.isEmpty()
              && one.rule.view().contains(api)
              && one.rule.to().tooOld(caller, now).isEmpty();
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

  /**
   * For people: each rule that allows an operation to somebody, and what it gives each of its
   * callers.
   *
   * @param agents of the site, whose budgets add up
   */
  public List<String> budgets(String operation, int agents) {
    return rules.stream()
        .filter(rule -> rule.allows(operation))
        .map(rule -> rule.name() + ": " + rule.limits().text(agents))
        .toList();
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

  /**
   * The caller as rules compare it. A name that cannot be read proves nothing, so its issuer and
   * fingerprint count for nothing.
   */
  static Caller readable(Caller claimed) {
    Caller caller = claimed.length() > LONGEST_CALLER ? Caller.NOBODY : claimed;
    String subject = Caller.canonical(caller.subject()).orElse("");
    return subject.isEmpty()
        ? new Caller("", "", "", claimed.token())
        : new Caller(
            subject,
            Caller.canonical(caller.issuer()).orElse(""),
            caller.fingerprint(),
            claimed.token());
  }

  private Matched matched(String gateway, Caller claimed) {
    // What is too long is nobody before it can be a key of the memory.
    Caller asked =
        claimed.length() > LONGEST_CALLER ? new Caller("", "", "", claimed.token()) : claimed;
    Asking asking = new Asking(gateway, asked);
    Matched known = remembered.get(asking);
    if (known != null) {
      return known;
    }
    Caller caller = readable(asked);
    List<One> mine = new ArrayList<>();
    for (Rule rule : rules) {
      switch (rule.fit(gateway, caller)) {
        case Fit.Yes _ -> mine.add(One.of(rule, gateway, caller, ""));
        case Fit.Unsure unsure -> mine.add(One.of(rule, gateway, caller, unsure.why()));
        case Fit.No _ -> {}
      }
    }
    Matched found = new Matched(List.copyOf(mine));
    if (remembered.size() >= MOST_REMEMBERED) {
      remembered.clear();
    }
    remembered.put(asking, found);
    return found;
  }

  private record Asking(String gateway, Caller caller) {}

  /** The rules that may include a caller. */
  private record Matched(List<One> rules) {}

  /**
   * A rule that may include a caller, and what it says when it is the one that decides.
   *
   * @param unsure why nobody can tell whether it does; empty: it does
   */
  private record One(Rule rule, String unsure, Decision.Allowed whole) {
    static One of(Rule rule, String gateway, Caller caller, String unsure) {
      return new One(
          rule,
          unsure,
          new Decision.Allowed(
              rule.name(), rule.limits(), rule.restrictions(), payer(rule, gateway, caller)));
    }

    /** A token proves who pays, so gateways do not matter; a gateway's word is that gateway's. */
    private static Decision.Payer payer(Rule rule, String gateway, Caller caller) {
      return caller.token() == null
          ? new Decision.Payer(
              rule.name(),
              gateway,
              caller.subject().isEmpty() ? "" : caller.subject() + " by " + caller.issuer(),
              "")
          : new Decision.Payer(
              rule.name(),
              "",
              "app " + caller.token().app() + " user " + caller.token().user(),
              "");
    }

    Decision.Allowed allowed(String operation) {
      if (rule.limits().per() == Limits.Per.CALLER) {
        return whole;
      }
      Decision.Payer all = whole.payer();
      return new Decision.Allowed(
          whole.rule(),
          whole.limits(),
          whole.restrictions(),
          new Decision.Payer(all.rule(), all.gateway(), all.caller(), operation));
    }
  }
}
