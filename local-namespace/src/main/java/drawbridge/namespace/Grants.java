package drawbridge.namespace;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What the tokens put on one connection allow. Belongs to the event loop. */
final class Grants {
  /**
   * A token that was accepted.
   *
   * @param name of the key or the principal
   * @param until epoch milliseconds
   */
  record Grant(String name, Permissions permissions, long until) {}

  /** More tokens than anybody needs on a connection: a queue each, and the management nodes. */
  private static final int MOST = 1000;

  private final Access access;
  private final Map<Address, Grant> grants = new HashMap<>();

  Grants(Access access) {
    this.access = access;
  }

  /** False: too many. */
  boolean put(Address address, Grant grant) {
    Address scope = new Address(address.queue(), Address.Node.MESSAGES);
    if (grants.size() >= MOST && !grants.containsKey(scope)) {
      return false;
    }
    grants.put(scope, grant);
    return true;
  }

  boolean allows(String queue, Right right) {
    Address wanted = Address.of(queue);
    long now = access.now();
    for (Map.Entry<Address, Grant> entry : grants.entrySet()) {
      Grant grant = entry.getValue();
      if (grant.until > now
          && entry.getKey().covers(wanted)
          && access.allows(grant, queue, right)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a token ran out since the last look; it is forgotten. */
  boolean expire() {
    long now = access.now();
    return !grants.isEmpty() && grants.values().removeIf(grant -> grant.until <= now);
  }

  boolean revoke(String name) {
    return grants.values().removeIf(grant -> grant.name.equals(name));
  }

  Set<String> names() {
    return grants.values().stream().map(Grant::name).collect(Collectors.toSet());
  }
}
