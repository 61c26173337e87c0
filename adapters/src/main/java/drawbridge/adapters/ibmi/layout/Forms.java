package drawbridge.adapters.ibmi.layout;

import drawbridge.settings.Section;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The forms of one storage, and what chooses among them. */
record Forms(Assembly assembly) {
  /** Refuses storage of which nobody says which form it has. */
  Kind of(Draft draft) {
    FieldSettings says = assembly.settings(draft);
    List<Draft> shown =
        draft.children.stream()
            .filter(c -> !assembly.settings(c).hidden() && !c.name.isEmpty())
            .toList();
    if (says.chooser().isEmpty()) {
      if (shown.size() > 1) {
        throw draft.wrong(
            "one storage has several forms (" + paths(shown) + "), and nothing chooses",
            "write “choose: { by: FIELD, when: { VALUE: FORM } }” at the first of them in the API"
                + " file, or “hidden: true” at all but one");
      }
      Draft only = shown.isEmpty() ? draft.children.getFirst() : shown.getFirst();
      List<Kind.Alternative> forms = new ArrayList<>();
      forms.add(new Kind.Alternative(assembly.made(only), Set.of()));
      draft.children.stream()
          .filter(c -> c != only)
          .forEach(c -> forms.add(new Kind.Alternative(assembly.made(c), Set.of())));
      // The others give the storage its size, and have no members.
      return new Kind.Choice(-1, forms);
    }
    Draft chooser = assembly.references.of(draft, says.chooser(), false);
    Map<Draft, Set<String>> when = new HashMap<>();
    Section cases = assembly.section(says).section("choose").section("when");
    says.when()
        .forEach(
            (value, form) -> {
              Draft found = References.named(draft, form);
              if (found == null || !shown.contains(found)) {
                throw cases.wrong(
                    value, "“" + form + "” is no form of this storage", "write " + paths(shown));
              }
              when.computeIfAbsent(found, _ -> new HashSet<>())
                  .addAll(chooser.conditions.getOrDefault(value, List.of(value)));
            });
    List<Kind.Alternative> forms = new ArrayList<>();
    for (Draft form : draft.children) {
      if (shown.contains(form) && !when.containsKey(form)) {
        throw cases.wrong(
            "", "no value chooses “" + form.path() + "”", "add one, or hide the form");
      }
      forms.add(new Kind.Alternative(assembly.made(form), when.getOrDefault(form, Set.of())));
    }
    return new Kind.Choice(assembly.slot(chooser), forms);
  }

  static String paths(List<Draft> drafts) {
    return drafts.stream().map(Draft::path).collect(Collectors.joining(" or "));
  }
}
