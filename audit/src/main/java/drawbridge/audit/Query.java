package drawbridge.audit;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which records are looked for: all conditions must hold. Immutable.
 *
 * @param conditions of values
 * @param from earliest time, inclusive
 * @param to latest time, exclusive
 */
public record Query(List<Condition> conditions, Instant from, Instant to) {
  /** Every record there is. */
  public static final Query ALL = new Query(List.of(), Instant.MIN, Instant.MAX);

  /**
   * One of these fields has one of its values.
   *
   * @param values by the path of the field, as {@code docs/audit.md} names them
   */
  public record Condition(Map<String, Set<String>> values) {
    boolean holds(Fields record) {
      for (Map.Entry<String, Set<String>> field : values.entrySet()) {
        for (String value : record.all(field.getKey())) {
          if (field.getValue().contains(value)) {
            return true;
          }
        }
      }
      return false;
    }

    List<Needle> needles() {
      return values.values().stream().flatMap(Set::stream).distinct().map(Needle::of).toList();
    }

    /** Every way to hold stands in the index. */
    boolean indexed() {
      return values.keySet().stream().allMatch(IndexMaker::indexed);
    }

    List<Long> hashes() {
      List<Long> hashes = new ArrayList<>();
      values.forEach((path, some) -> some.forEach(value -> hashes.add(Index.hash(path, value))));
      return hashes;
    }
  }

  public Query {
    conditions = List.copyOf(conditions);
  }

  boolean holds(Fields record, Instant time) {
    return !time.isBefore(from)
        && time.isBefore(to)
        && conditions.stream().allMatch(condition -> condition.holds(record));
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Collects conditions. */
  public static final class Builder {
    private final List<Condition> conditions = new ArrayList<>();
    private Instant from = Instant.MIN;
    private Instant to = Instant.MAX;

    private Builder() {}

    /** One of these fields has this value. */
    public Builder any(String value, String... paths) {
      Map<String, Set<String>> values = new LinkedHashMap<>();
      for (String path : paths) {
        values.put(path, Set.of(value));
      }
      conditions.add(new Condition(values));
      return this;
    }

    /** The call's argument, in clear or as a hash under one of the keys. */
    public Builder argument(String name, String value, ValueKeys keys) {
      return recorded("arguments.", name, value, keys);
    }

    /** A returned row's key, likewise. */
    public Builder key(String column, String value, ValueKeys keys) {
      return recorded("keys.", column, value, keys);
    }

    private Builder recorded(String prefix, String name, String value, ValueKeys keys) {
      Map<String, Set<String>> values = new LinkedHashMap<>();
      values.put(prefix + name + ".value", Set.of(value));
      values.put(prefix + name + ".hash", new LinkedHashSet<>(keys.hashes(name, value)));
      conditions.add(new Condition(values));
      return this;
    }

    public Builder from(Instant earliest) {
      from = earliest;
      return this;
    }

    public Builder to(Instant latest) {
      to = latest;
      return this;
    }

    public Query build() {
      return new Query(conditions, from, to);
    }
  }
}
