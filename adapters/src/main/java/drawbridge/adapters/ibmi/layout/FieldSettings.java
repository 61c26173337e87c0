package drawbridge.adapters.ibmi.layout;

import drawbridge.adapters.ibmi.layout.Field.As;
import drawbridge.adapters.ibmi.layout.Field.Invalid;
import drawbridge.adapters.ibmi.layout.Field.Usage;
import drawbridge.settings.Section;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an API file says of one field of a description; docs/mainframe.md lists the keys.
 *
 * @param section for messages; null: the file says nothing
 * @param chooser the field whose value chooses among alternatives; empty: none
 * @param when by value of the chooser or name of its condition, the alternative
 */
record FieldSettings(
    @Nullable Section section,
    Optional<String> name,
    boolean hidden,
    Optional<String> constant,
    Optional<String> otherwise,
    As as,
    Optional<Invalid> invalid,
    Optional<Integer> ccsid,
    Optional<Usage> usage,
    int most,
    boolean fewer,
    Optional<Flag> flag,
    String description,
    String chooser,
    Map<String, String> when) {

  /** The characters of a boolean. */
  record Flag(char yes, char no) {}

  static final FieldSettings NOTHING =
      new FieldSettings(
          null,
          Optional.empty(),
          false,
          Optional.empty(),
          Optional.empty(),
          As.DECLARED,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          0,
          false,
          Optional.empty(),
          "",
          "",
          Map.of());

  static FieldSettings read(Section section) {
    Optional<Section> choose = section.optionalSection("choose");
    Map<String, String> when = new LinkedHashMap<>();
    String chooser = "";
    if (choose.isPresent()) {
      chooser = choose.get().text("by");
      Section cases = choose.get().section("when");
      for (String value : List.copyOf(cases.keys())) {
        when.put(value, cases.text(value));
      }
      cases.done();
      choose.get().done();
    }
    FieldSettings settings =
        new FieldSettings(
            section,
            section.optionalText("name"),
            section.flag("hidden", false),
            section.optionalText("constant"),
            section.optionalText("default"),
            section.choice("as", As.class, As.DECLARED),
            section.has("invalid")
                ? Optional.of(section.choice("invalid", Invalid.class, Invalid.ERROR))
                : Optional.empty(),
            section.has("ccsid")
                ? Optional.of(section.integer("ccsid", 1, HostText.BYTES))
                : Optional.empty(),
            section.has("usage")
                ? Optional.of(section.choice("usage", Usage.class, Usage.BOTH))
                : Optional.empty(),
            section.integer("most", 1, 1_000_000, 0),
            section.flag("fewer", false),
            section.optionalSection("boolean").map(FieldSettings::flag),
            section.text("description", ""),
            chooser,
            Map.copyOf(when));
    section.done();
    if (settings.constant.isPresent() && settings.otherwise.isPresent()) {
      throw section.wrong("default", "what is constant has no default", "remove one of the two");
    }
    return settings;
  }

  private static Flag flag(Section section) {
    Flag flag = new Flag(one(section, "true"), one(section, "false"));
    section.done();
    if (flag.yes == flag.no) {
      throw section.wrong("false", "is the same character as true", "write another one");
    }
    return flag;
  }

  private static char one(Section section, String key) {
    String text = section.text(key);
    if (text.length() != 1) {
      throw section.wrong(key, "one character is expected", "write one, such as \"1\"");
    }
    return text.charAt(0);
  }
}
