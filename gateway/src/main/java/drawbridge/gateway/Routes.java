package drawbridge.gateway;

import drawbridge.relay.wire.Api;
import drawbridge.relay.wire.Argument;
import drawbridge.relay.wire.Operation;
import drawbridge.relay.wire.Parameter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * From method and path to an operation, for one site; immutable once built. A literal segment wins
 * over a parameter. As in OpenAPI the path is found first and the method then.
 */
final class Routes {
  static final Routes NONE = new Routes(List.of());

  private final Map<String, Node> apis = new LinkedHashMap<>();
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /**
   * An operation where it stands.
   *
   * @param id {@code api/version/name}
   * @param template segments, parameters as {@code {name}}
   */
  record Entry(String id, Operation operation, List<String> template) {
    /** The values of the path's parameters, as arguments. */
    List<Argument> arguments(List<String> segments, int from) {
      List<Argument> arguments = new ArrayList<>(2);
      for (int i = 0; i < template.size(); i++) {
        String part = template.get(i);
        if (part.startsWith("{")) {
          arguments.add(
              Argument.newBuilder()
                  .setName(part.substring(1, part.length() - 1))
                  .setValue(segments.get(from + i))
                  .setIn(Parameter.In.PATH)
                  .build());
        }
      }
      return arguments;
    }
  }

  /**
   * An API that the site serves, and the operation if one fits.
   *
   * @param id of the operation; {@code api/version/} where none fits
   * @param otherMethods that the path has; empty where an operation fits
   */
  record Match(String id, @Nullable Entry entry, List<String> otherMethods) {
    boolean safe() {
      return entry != null && entry.operation().getSafe();
    }
  }

  private static final class Node {
    final Map<String, Node> literals = new LinkedHashMap<>();
    @Nullable Node parameter;
    final Map<String, Entry> methods = new LinkedHashMap<>();

    @Nullable Node find(List<String> segments, int at) {
      if (at == segments.size()) {
        return methods.isEmpty() ? null : this;
      }
      Node literal = literals.get(segments.get(at));
      Node found = literal == null ? null : literal.find(segments, at + 1);
      if (found == null && parameter != null && !segments.get(at).isEmpty()) {
        found = parameter.find(segments, at + 1);
      }
      return found;
    }
  }

  /** Of several agents' offers of one API the first to name a path and method has it. */
  Routes(Collection<Api> offers) {
    for (Api api : offers) {
      String key = api.getName() + "/" + api.getVersion();
      Node root = apis.computeIfAbsent(key, k -> new Node());
      for (Operation operation : api.getOperationsList()) {
        List<String> template = template(operation);
        Node node = root;
        for (String part : template) {
          if (!part.startsWith("{")) {
            node = node.literals.computeIfAbsent(part, k -> new Node());
          } else {
            if (node.parameter == null) {
              node.parameter = new Node();
            }
            node = node.parameter;
          }
        }
        Entry entry = new Entry(key + "/" + operation.getName(), operation, template);
        if (node.methods.putIfAbsent(operation.getMethod(), entry) == null) {
          entries.putIfAbsent(entry.id(), entry);
        }
      }
    }
  }

  private static List<String> template(Operation operation) {
    String path = operation.getPath();
    return path.equals("/") ? List.of() : List.of(path.substring(1).split("/", -1));
  }

  /** All operations, for the catalogue. */
  Collection<Entry> entries() {
    return entries.values();
  }

  /**
   * Finds what stands at a path.
   *
   * @param segments of the whole path
   * @param from the API's segment; its version follows
   * @return empty: no such API here
   */
  Optional<Match> find(String method, List<String> segments, int from) {
    if (segments.size() < from + 2) {
      return Optional.empty();
    }
    String key = segments.get(from) + "/" + segments.get(from + 1);
    Node root = apis.get(key);
    if (root == null) {
      return Optional.empty();
    }
    Node node = root.find(segments, from + 2);
    Entry entry = node == null ? null : node.methods.get(method);
    if (entry != null) {
      return Optional.of(new Match(entry.id(), entry, List.of()));
    }
    return Optional.of(
        new Match(key + "/", null, node == null ? List.of() : List.copyOf(node.methods.keySet())));
  }
}
