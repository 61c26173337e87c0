package drawbridge.agent.policy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/** What is different between two readings of a site folder, and between what wildcards match. */
public final class Difference {
  private static final int MOST = 100;

  private Difference() {}

  /**
   * One sentence a change, at most 100 of them.
   *
   * @param had operations that there were
   * @param has operations that there are now
   * @param filesBefore each with its hash
   * @param files that there are now: whatever else is different is different in them
   */
  public static List<String> of(
      Policy before,
      Collection<String> had,
      Policy now,
      Collection<String> has,
      Map<String, String> filesBefore,
      Map<String, String> files) {
    List<String> all = new ArrayList<>();
    if (before.requiresProof() != now.requiresProof()) {
      all.add("require-proof of the file is " + (now.requiresProof() ? "token" : "gone"));
    }
    Map<String, Rule> old = new HashMap<>();
    before.rules().forEach(rule -> old.put(rule.name(), rule));
    for (Rule rule : now.rules()) {
      Rule was = old.remove(rule.name());
      if (was == null) {
        all.add("rule " + rule.name() + " is new");
      } else if (!was.equals(rule)) {
        all.add("rule " + rule.name() + " has changed");
      }
      wildcards(rule, had, has, all);
    }
    new TreeSet<>(old.keySet()).forEach(name -> all.add("rule " + name + " is gone"));
    new TreeSet<>(has)
        .stream()
            .filter(id -> !had.contains(id))
            .forEach(id -> all.add("operation " + id + " is new"));
    new TreeSet<>(had)
        .stream()
            .filter(id -> !has.contains(id))
            .forEach(id -> all.add("operation " + id + " is gone"));
    TreeSet<String> names = new TreeSet<>(filesBefore.keySet());
    names.addAll(files.keySet());
    for (String name : names) {
      String was = filesBefore.get(name);
      String is = files.get(name);
      if (!Objects.equals(was, is)) {
        all.add(
            "file " + name + (was == null ? " is new" : is == null ? " is gone" : " has changed"));
      }
    }
    if (all.size() > MOST) {
      int more = all.size() - MOST + 1;
      all.subList(MOST - 1, all.size()).clear();
      all.add("and " + more + " more");
    }
    return List.copyOf(all);
  }

  /** Whoever wrote a wildcard did not know these operations. */
  private static void wildcards(
      Rule rule, Collection<String> had, Collection<String> has, List<String> all) {
    for (Scope scope : rule.allow()) {
      if (scope.operation().equals("*")) {
        new TreeSet<>(has)
            .stream()
                .filter(id -> scope.covers(id) && !had.contains(id))
                .forEach(
                    id ->
                        all.add(
                            "rule %s: %s now allows %s too"
                                .formatted(rule.name(), scope.text(), id)));
      }
    }
  }
}
