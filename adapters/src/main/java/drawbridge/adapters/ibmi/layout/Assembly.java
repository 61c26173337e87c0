package drawbridge.adapters.ibmi.layout;

import drawbridge.adapters.ibmi.layout.Field.Derived;
import drawbridge.adapters.ibmi.layout.Field.Links;
import drawbridge.adapters.ibmi.layout.Field.Options;
import drawbridge.adapters.ibmi.layout.Field.Usage;
import drawbridge.settings.Section;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes a {@link Layout} of drafts and of what the API file says of them: finds what fields refer
 * to, gives names and refuses whatever would only fail at a call. For one use.
 */
final class Assembly {
  private final Draft top;
  private final Description description;
  private final boolean parameters;
  final References references;
  private final Map<Draft, FieldSettings> settings = new HashMap<>();
  private final Map<Draft, Integer> slots = new HashMap<>();

  /** In the order of storage. */
  private final List<Draft> all = new ArrayList<>();

  private final Map<Draft, Usage> usages = new HashMap<>();

  /** What a draft becomes is needed before it is made, by the count that follows from it. */
  private final Map<Draft, Field> made = new HashMap<>();

  private Assembly(Draft top, Description description, boolean parameters) {
    this.top = top;
    this.description = description;
    this.parameters = parameters;
    this.references = new References(top, all, parameters);
  }

  /**
   * Puts the API file's word on what a description says.
   *
   * @param parameters each child of the top has its own storage
   */
  static Layout of(Draft top, Description description, boolean parameters) {
    return new Assembly(top, description, parameters).layout();
  }

  private Layout layout() {
    collect(top);
    match();
    for (Draft draft : all) {
      usages.put(draft, usage(draft));
    }
    for (Draft draft : all) {
      for (String name :
          List.of(draft.count, draft.length, draft.ccsid, draft.offset, draft.outputSize)) {
        if (!name.isEmpty()) {
          slot(references.of(draft, name, true));
        }
      }
      String chooser = settings(draft).chooser();
      if (draft.choice && !chooser.isEmpty()) {
        slot(references.of(draft, chooser, false));
      }
    }
    all.forEach(this::make);
    List<Field> fields = top.children.stream().map(this::made).toList();
    new Names(made).check(top);
    return new Layout(fields, ordered(), slots.size());
  }

  /** What is inside comes first, and what a count follows from before the count. */
  private void make(Draft draft) {
    if (!made.containsKey(draft)) {
      draft.children.forEach(this::make);
      targets(draft).forEach(this::make);
      made.put(draft, field(draft));
    }
  }

  Field made(Draft draft) {
    return Objects.requireNonNull(made.get(draft));
  }

  private void collect(Draft draft) {
    for (Draft child : draft.children) {
      all.add(child);
      collect(child);
    }
  }

  FieldSettings settings(Draft draft) {
    return settings.getOrDefault(draft, FieldSettings.NOTHING);
  }

  /** Finds the draft of each key below {@code fields}: its whole path, or as much as is unique. */
  private void match() {
    description
        .fields()
        .forEach(
            (key, one) -> {
              List<Draft> found =
                  all.stream().filter(d -> !d.choice && d.path().equals(key)).toList();
              if (found.isEmpty()) {
                found =
                    all.stream().filter(d -> !d.choice && d.path().endsWith("." + key)).toList();
              }
              if (found.size() != 1) {
                throw description
                    .section()
                    .section("fields")
                    .wrong(
                        key,
                        found.isEmpty()
                            ? "there is no such field in the description"
                            : "several fields are called so",
                        found.isEmpty() ? "write one of " + some() : "write " + Forms.paths(found));
              }
              settings.put(found.getFirst(), one);
              // A choice has no name of its own, so what chooses is said at its first form.
              Draft parent = found.getFirst().parent;
              if (!one.chooser().isEmpty()) {
                if (parent == null
                    || !parent.choice
                    || parent.children.getFirst() != found.getFirst()) {
                  throw section(one)
                      .wrong(
                          "choose",
                          "only the field that others redefine has a choice",
                          "write it at the first of the fields that share one storage");
                }
                settings.put(parent, one);
              }
            });
  }

  private String some() {
    return all.stream()
        .map(Draft::path)
        .filter(p -> !p.isEmpty())
        .distinct()
        .limit(20)
        .collect(Collectors.joining(", "));
  }

  Section section(FieldSettings one) {
    Section section = one.section();
    return section == null ? description.section() : section;
  }

  private Usage usage(Draft draft) {
    Usage own = settings(draft).usage().orElse(draft.usage);
    Draft parent = draft.parent;
    if (parent == null || parent == top) {
      if (own == null && parameters) {
        throw draft.wrong(
            "has no usage, so a call would fail",
            "write usage=\"input\", \"output\" or \"inputoutput\", or say it in the API file");
      }
      return own == null ? Usage.BOTH : own;
    }
    Usage above = Objects.requireNonNull(usages.get(parent));
    return own == null || above != Usage.BOTH ? above : own;
  }

  private Usage used(Draft draft) {
    return Objects.requireNonNull(usages.get(draft));
  }

  int slot(Draft draft) {
    return slots.computeIfAbsent(draft, d -> slots.size());
  }

  // ---- making fields

  private Field field(Draft draft) {
    FieldSettings says = settings(draft);
    boolean counted = !draft.count.isEmpty();
    Kind kind =
        draft.choice
            ? new Forms(this).of(draft)
            : draft.kind == null
                ? new Kind.Group(draft.children.stream().map(this::made).toList())
                : new FieldKind(description, says).of(draft, draft.kind);
    int known = draft.most;
    if (draft.unbounded && says.most() == 0) {
      known = counted && draft.fixedOutputSize > 0 ? draft.fixedOutputSize / kind.size() : 0;
      if (known == 0) {
        throw draft.wrong(
            "how much there can be is not said",
            "write “most: …” for it below “fields” in the API file");
      }
    }
    if (says.most() > 0 && !draft.unbounded && (!counted || says.most() > draft.most)) {
      throw section(says)
          .wrong("most", "the description says how much there can be", "remove the key");
    }
    if (says.fewer() && (counted || !draft.repeated)) {
      throw section(says)
          .wrong("fewer", "is for arrays of a fixed number of elements", "remove the key");
    }
    int most = !counted || says.most() == 0 ? known : says.most();
    Field shape =
        new Field(
            draft.path(),
            draft.choice ? "" : name(draft, says),
            kind,
            draft.repeated,
            most,
            draft.fixedOutputSize,
            used(draft),
            links(draft),
            options(draft, says, null, null));
    checkSize(draft, shape);
    return new Field(
        shape.path(),
        shape.name(),
        kind,
        shape.repeated(),
        most,
        shape.outputSize(),
        shape.usage(),
        shape.links(),
        options(
            draft,
            says,
            says.constant().isPresent()
                ? InitialValue.of(shape, section(says), "constant", says.constant().get())
                : null,
            says.otherwise().isPresent()
                ? InitialValue.of(shape, section(says), "default", says.otherwise().get())
                : draft.init == null ? null : InitialValue.of(shape, draft, draft.init)));
  }

  private static void checkSize(Draft draft, Field field) {
    long size = (long) field.kind().size() * field.most();
    if (size > Encoder.MOST_BYTES) {
      throw draft.wrong("is larger than 16 MB", "check lengths and counts");
    }
  }

  private Options options(
      Draft draft, FieldSettings says, @Nullable Object constant, @Nullable Object otherwise) {
    boolean hidden = says.hidden() || draft.name.isEmpty() || draft.name.startsWith("_unnamed_");
    String description = says.description().isEmpty() ? draft.description : says.description();
    if (!draft.conditions.isEmpty() && says.description().isEmpty()) {
      description =
          draft.conditions.entrySet().stream()
              .map(c -> String.join(", ", c.getValue()) + ": " + c.getKey())
              .collect(Collectors.joining("; "));
    }
    return new Options(
        hidden,
        constant,
        otherwise,
        says.as(),
        says.invalid().orElse(description().invalid()),
        says.fewer(),
        description,
        constant == null ? derived(draft) : List.of());
  }

  private Description description() {
    return description;
  }

  /** The arrays and texts of which this field is the count or length, where they are sent. */
  private List<Draft> targets(Draft draft) {
    return slots.containsKey(draft)
        ? all.stream()
            .filter(
                t -> used(t).input() && (counts(draft, t, t.count) || counts(draft, t, t.length)))
            .toList()
        : List.of();
  }

  private boolean counts(Draft draft, Draft target, String name) {
    return !name.isEmpty() && references.of(target, name, true) == draft;
  }

  private List<Derived> derived(Draft draft) {
    List<Derived> derived = new ArrayList<>();
    for (Draft target : targets(draft)) {
      if (made(target).asked()) {
        derived.add(derived(draft, target, counts(draft, target, target.length)));
      }
    }
    return derived;
  }

  private Derived derived(Draft draft, Draft target, boolean length) {
    int up = 0;
    Draft group = draft.parent;
    while (group != null && !References.within(target, group)) {
      up += group.choice ? 0 : 1;
      group = group.parent;
    }
    List<String> names = new ArrayList<>();
    for (Draft at = target; at != group && at != null; at = at.parent) {
      if (at != target && at.repeated) {
        throw target.wrong(
            "is counted once for many elements", "let a field of the same element count it");
      }
      if (!at.choice) {
        names.addFirst(name(at, settings(at)));
      }
    }
    return new Derived(up, names, made(target), length);
  }

  private Links links(Draft draft) {
    int base = 0;
    if (!draft.offsetFrom.isEmpty()) {
      Draft group = draft.parent;
      while (group != null && !group.name.equalsIgnoreCase(draft.offsetFrom)) {
        group = group.parent;
        base++;
      }
      if (group == null) {
        throw draft.wrong(
            "offsetfrom names “" + draft.offsetFrom + "”, which is not around it",
            "name a structure that the field stands in");
      }
    }
    return new Links(
        slots.getOrDefault(draft, -1),
        link(draft, draft.count),
        link(draft, draft.length),
        link(draft, draft.outputSize),
        link(draft, draft.ccsid),
        link(draft, draft.offset),
        draft.fixedOffset,
        base);
  }

  private int link(Draft draft, String name) {
    return name.isEmpty() ? -1 : slot(references.of(draft, name, true));
  }

  // ---- names

  private String name(Draft draft, FieldSettings says) {
    if (says.name().isPresent()) {
      String name = says.name().get();
      if (!Names.MEMBER.matcher(name).matches()) {
        throw section(says)
            .wrong(
                "name",
                "“" + name + "” is not a name",
                "begin with a letter and use up to 64 letters, digits and _");
      }
      return name;
    }
    return Names.member(draft.name);
  }

  /** Parameters in the order in which they can be read: what others refer to comes first. */
  private List<Integer> ordered() {
    List<Draft> left = new ArrayList<>(top.children);
    List<Integer> ordered = new ArrayList<>();
    while (!left.isEmpty()) {
      Draft next =
          left.stream()
              .filter(p -> needed(p).stream().noneMatch(n -> n != p && left.contains(n)))
              .findFirst()
              .orElseThrow(
                  () ->
                      left.getFirst()
                          .wrong(
                              "refers to a parameter that refers back to it",
                              "break the circle in one of the two"));
      left.remove(next);
      ordered.add(top.children.indexOf(next));
    }
    return ordered;
  }

  private Set<Draft> needed(Draft parameter) {
    Set<Draft> needed = new HashSet<>();
    for (Draft draft : all) {
      if (References.within(draft, parameter)) {
        for (String name :
            List.of(draft.count, draft.length, draft.ccsid, draft.offset, draft.outputSize)) {
          if (!name.isEmpty()) {
            needed.add(references.root(references.of(draft, name, true)));
          }
        }
      }
    }
    return needed;
  }
}
