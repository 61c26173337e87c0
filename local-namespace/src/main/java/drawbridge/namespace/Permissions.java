package drawbridge.namespace;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Rights of a key or a principal: some hold for the whole namespace, some for the queues listed.
 * Names of queues are compared without regard to case, as the service does. Immutable.
 *
 * @param everywhere rights on every queue
 * @param listen queues it may listen on
 * @param send queues it may send to
 * @param manage queues it may do everything with
 */
public record Permissions(
    Set<Right> everywhere, Set<String> listen, Set<String> send, Set<String> manage) {

  public Permissions {
    everywhere = Set.copyOf(everywhere);
    listen = lowerCase(listen);
    send = lowerCase(send);
    manage = lowerCase(manage);
  }

  /** Everything, everywhere: the root key. */
  public static Permissions all() {
    return new Permissions(Set.of(Right.MANAGE), Set.of(), Set.of(), Set.of());
  }

  /** Listen on some queues and send to others, the shape of an agent's or a gateway's key. */
  public static Permissions of(Set<String> listen, Set<String> send) {
    return new Permissions(Set.of(), listen, send, Set.of());
  }

  /** Whether {@code right} holds on the queue of this name. */
  public boolean allows(String queue, Right right) {
    String name = queue.toLowerCase(Locale.ROOT);
    if (everywhere.contains(Right.MANAGE) || everywhere.contains(right) || manage.contains(name)) {
      return true;
    }
    return switch (right) {
      case SEND -> send.contains(name);
      case LISTEN -> listen.contains(name);
      case MANAGE -> false;
    };
  }

  private static Set<String> lowerCase(Set<String> names) {
    return names.stream()
        .map(name -> name.toLowerCase(Locale.ROOT))
        .collect(Collectors.toUnmodifiableSet());
  }
}
