package drawbridge.agent.policy;

import drawbridge.settings.Section;
import drawbridge.tokens.Token;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The {@code token} of a rule's {@code to}. Each key names one or more, of which one must be the
 * caller's; all keys must hold; what is empty is no condition.
 *
 * <p>Delegated permissions and app roles are not mixed up: a role alone is for applications that
 * act for themselves; with a scope it is for users to whom the role was given.
 */
record TokenCondition(
    Set<String> apps,
    Set<String> roles,
    Set<String> scopes,
    Set<String> users,
    Set<String> groups) {
  static TokenCondition read(Section token) {
    TokenCondition condition =
        new TokenCondition(
            ids(token, "app"),
            Set.copyOf(token.oneOrMore("role")),
            Set.copyOf(token.oneOrMore("scope")),
            ids(token, "user"),
            ids(token, "group"));
    token.done();
    if (Stream.of(
            condition.apps, condition.roles, condition.scopes, condition.users, condition.groups)
        .allMatch(Set::isEmpty)) {
      throw token.wrong("", "names no token", "write app, role, scope, user or group");
    }
    return condition;
  }

  /** Ids of Entra ID are in lower case wherever we hold them. */
  private static Set<String> ids(Section token, String key) {
    return token.oneOrMore(key).stream()
        .map(text -> text.toLowerCase(Locale.ROOT))
        .collect(Collectors.toUnmodifiableSet());
  }

  Fit fit(Token token) {
    if (!apps.isEmpty() && !apps.contains(token.app())) {
      return no("app", apps, List.of(token.app()));
    }
    if (!scopes.isEmpty() && none(scopes, token.scopes())) {
      return no("scope", scopes, token.scopes());
    }
    if (!roles.isEmpty()) {
      if (none(roles, token.roles())) {
        return no("role", roles, token.roles());
      }
      if (scopes.isEmpty() && token.delegated()) {
        return new Fit.No("the role is meant for an application, and a user's token came");
      }
    }
    if (!users.isEmpty() && !(token.delegated() && users.contains(token.user()))) {
      return no("user", users, token.delegated() ? List.of(token.user()) : List.of());
    }
    if (!groups.isEmpty() && none(groups, token.groups())) {
      return token.overage()
          ? new Fit.Unsure("the token has too many groups to name them (overage)")
          : no("group", groups, token.groups());
    }
    return Fit.YES;
  }

  private static boolean none(Set<String> wanted, Set<String> came) {
    return wanted.stream().noneMatch(came::contains);
  }

  private static Fit no(String what, Set<String> wanted, Collection<String> came) {
    return Fit.No.of(what, String.join(" or ", new TreeSet<>(wanted)), String.join(" ", came));
  }
}
