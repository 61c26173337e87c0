package drawbridge.tokens;

import java.time.Instant;
import java.util.Set;

/**
 * What a verified token says of its holder; only {@link TokenVerifier} knows how to make one that
 * is true. Immutable. All ids are in lower case.
 *
 * @param app the application that asked for the token: {@code appid} in version 1, {@code azp} in
 *     version 2; empty: not said
 * @param user object id of the user, or of the application itself where nobody signed in
 * @param scopes delegated permissions; empty: the application acts for itself
 * @param roles app roles of the application or, where there are scopes, of the user
 * @param groups object ids of the user's groups
 * @param overage the groups are too many to stand in the token, so who is in which is not known
 * @param issuedAt for the maximum age that rules may ask for
 * @param hash SHA-256 of the token's signed content (header and claims) in lower-case hex: names it
 *     in records without being it, and is the same however its signature is written
 */
public record Token(
    String tenant,
    String app,
    String user,
    Set<String> scopes,
    Set<String> roles,
    Set<String> groups,
    boolean overage,
    Instant issuedAt,
    Instant expires,
    String hash) {
  public Token {
    scopes = Set.copyOf(scopes);
    roles = Set.copyOf(roles);
    groups = Set.copyOf(groups);
  }

  /** A user signed in and lent the application a part of their rights. */
  public boolean delegated() {
    return !scopes.isEmpty();
  }

  /** Says who it is; nothing here lets anybody act as them. */
  @Override
  public String toString() {
    return "token of app " + app + (user.isEmpty() ? "" : " and user " + user);
  }
}
