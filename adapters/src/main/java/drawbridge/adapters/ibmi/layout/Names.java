package drawbridge.adapters.ibmi.layout;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/** The names of fields in JSON. */
record Names(Map<Draft, Field> made) {
  static final Pattern MEMBER = Pattern.compile("[A-Za-z][A-Za-z0-9_]{0,63}");

  /** {@code CUST-NO} is {@code custNo}; what has lower-case letters stays as it is. */
  static String member(String name) {
    String plain = name.replaceAll("[^A-Za-z0-9_-]", "");
    if (!plain.equals(plain.toUpperCase(Locale.ROOT))) {
      return plain.replace('-', '_').replaceFirst("^[0-9_]+", "");
    }
    StringBuilder member = new StringBuilder();
    for (String part : plain.toLowerCase(Locale.ROOT).split("[-_]+", -1)) {
      if (!part.isEmpty()) {
        member.append(
            member.isEmpty()
                ? part
                : part.substring(0, 1).toUpperCase(Locale.ROOT) + part.substring(1));
      }
    }
    String found = member.toString().replaceFirst("^[0-9]+", "");
    return found.length() <= 64 ? found : found.substring(0, 64);
  }

  /** Refuses two members of one object that have the same name. */
  void check(Draft group) {
    Map<String, Draft> names = new HashMap<>();
    for (Draft draft : flat(group)) {
      Field field = Objects.requireNonNull(made.get(draft));
      if (field.visible()) {
        for (String name :
            Schemas.flagged(field)
                ? List.of(field.name(), field.name() + Schemas.INVALID)
                : List.of(field.name())) {
          Draft other = names.put(name, draft);
          if (other != null) {
            throw draft.wrong(
                "would be called “" + name + "” in JSON, as " + other.path() + " is",
                "write “name: …” for one of them below “fields” in the API file");
          }
        }
      } else if (field.name().isEmpty() && !draft.name.isEmpty() && !field.options().hidden()) {
        throw draft.wrong(
            "its name has nothing that JSON names are made of",
            "write “name: …” for it below “fields” in the API file");
      }
      check(draft);
    }
  }

  private static List<Draft> flat(Draft group) {
    return group.children.stream()
        .flatMap(c -> c.choice ? flat(c).stream() : List.of(c).stream())
        .toList();
  }
}
