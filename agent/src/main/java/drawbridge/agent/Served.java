package drawbridge.agent;

import drawbridge.adapters.Operation;
import drawbridge.agent.policy.Policy;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the site folder says at one moment: operations and policy that belong together. Immutable;
 * reading the folder again makes another one, and a call keeps the one that it began with.
 *
 * @param digest of the folder, SHA-256 in lower-case hex
 * @param apis in the order of the catalogue
 * @param policy of the same folder
 * @param operations by their ids
 * @param sources of the operations, by the same ids
 * @param files of the same folder, each with the beginning of its hash, for people who compare
 */
public record Served(
    String digest,
    List<Api> apis,
    Policy policy,
    Map<String, Operation> operations,
    Map<String, String> sources,
    Map<String, String> files) {
  public Served(String digest, List<Api> apis, Policy policy) {
    this(digest, apis, policy, Map.of());
  }

  Served(String digest, List<Api> apis, Policy policy, Map<String, String> files) {
    this(digest, List.copyOf(apis), policy, index(apis), sources(apis), files);
  }

  /** One reading is not another, whatever it says; and this is asked for every call. */
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }

  private static Map<String, Operation> index(List<Api> apis) {
    Map<String, Operation> all = new HashMap<>();
    apis.forEach(api -> api.operations().forEach(operation -> all.put(operation.id(), operation)));
    return Map.copyOf(all);
  }

  private static Map<String, String> sources(List<Api> apis) {
    Map<String, String> all = new HashMap<>();
    apis.forEach(
        api -> api.operations().forEach(operation -> all.put(operation.id(), api.source())));
    return Map.copyOf(all);
  }

  @Nullable Operation operation(String id) {
    return operations.get(id);
  }

  /** The source of an operation; empty where it has none. */
  String source(String id) {
    return sources.getOrDefault(id, "");
  }

  /** Names in the policy that nothing here has, for {@code agent check} and the log. */
  public List<String> unmatched() {
    Set<String> ids = operations.keySet();
    return policy.unmatched(ids).stream().sorted(Comparator.naturalOrder()).toList();
  }

  /** A versioned group of operations. */
  public record Api(
      String name,
      String version,
      String title,
      String description,
      String source,
      List<Operation> operations,
      Optional<drawbridge.adapters.Api.Contact> contact) {
    /** An API of no source in particular. */
    public Api(
        String name, String version, String title, String description, List<Operation> operations) {
      this(name, version, title, description, "", operations, Optional.empty());
    }

    public Api {
      operations = List.copyOf(operations);
    }

    static Api of(drawbridge.adapters.Api api) {
      return new Api(
          api.name(),
          api.version(),
          api.title(),
          api.description(),
          api.source(),
          api.operations(),
          api.origin().contact());
    }

    /** {@code name/version}. */
    public String id() {
      return name + "/" + version;
    }
  }
}
