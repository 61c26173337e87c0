package drawbridge.adapters.ibmi.layout;

import drawbridge.adapters.ibmi.layout.CopybookSettings.Comp;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes drafts of the entries of a copybook. */
final class CopybookFields {
  /** CCSID of {@code PIC N}: UTF-16. */
  private static final int NATIONAL = 1200;

  private static final int MOST_OCCURRENCES = 1_000_000;

  private final Path file;
  private final CopybookSettings settings;
  private final int ccsid;

  CopybookFields(Path file, CopybookSettings settings, int ccsid) {
    this.file = file;
    this.settings = settings;
    this.ccsid = ccsid;
  }

  /**
   * Adds the entries to the group.
   *
   * @param around clauses of the group, whose USAGE and SIGN hold for what stands in it
   */
  void add(Draft parent, List<CopybookEntry> entries, Map<String, String> around) {
    for (CopybookEntry entry : entries) {
      around.forEach(
          (clause, value) -> {
            if (Set.of("usage", "sign").contains(clause)) {
              entry.clauses().putIfAbsent(clause, value);
            }
          });
      Draft draft = draft(entry, parent);
      String redefined = entry.clauses().get("redefines");
      if (redefined == null) {
        parent.children.add(draft);
      } else {
        redefine(parent, draft, entry, redefined);
      }
    }
  }

  private static void redefine(Draft parent, Draft draft, CopybookEntry entry, String redefined) {
    for (int i = 0; i < parent.children.size(); i++) {
      Draft other = parent.children.get(i);
      if (other.choice && References.named(other, redefined) != null) {
        draft.parent = other;
        other.children.add(draft);
        return;
      }
      if (other.name.equalsIgnoreCase(redefined)) {
        if (i != parent.children.size() - 1) {
          throw entry.wrong(
              "redefines “" + redefined + "”, which does not stand right before it",
              "put the two one behind the other");
        }
        Draft choice = new Draft(parent.file, other.line, "", parent);
        choice.choice = true;
        choice.children.add(other);
        choice.children.add(draft);
        other.parent = choice;
        draft.parent = choice;
        parent.children.set(i, choice);
        return;
      }
    }
    throw entry.wrong(
        "redefines “" + redefined + "”, which is not beside it",
        "name the field of the same level right before it");
  }

  private Draft draft(CopybookEntry entry, Draft parent) {
    Draft draft = new Draft(file, entry.line(), entry.name(), parent);
    draft.conditions.putAll(entry.conditions());
    occurs(entry, draft);
    String usage = entry.clauses().getOrDefault("usage", "DISPLAY");
    boolean floating = usage.equals("COMP-1") || usage.equals("COMP-2");
    String picture = entry.clauses().get("pic");
    if (!entry.children().isEmpty()) {
      if (picture != null) {
        throw entry.wrong("a group has no picture", "check the levels of what follows");
      }
      add(draft, entry.children(), entry.clauses());
    } else if (floating) {
      draft.kind = new Kind.Floating(usage.equals("COMP-1") ? 4 : 8);
      value(entry, draft);
    } else if (picture == null) {
      throw entry.wrong("has neither a picture nor fields in it", "write PIC, or check the levels");
    } else {
      draft.kind = kind(entry, picture, usage);
      value(entry, draft);
    }
    return draft;
  }

  private static void occurs(CopybookEntry entry, Draft draft) {
    String times = entry.clauses().get("occurs");
    if (times == null) {
      return;
    }
    draft.repeated = true;
    String most = entry.clauses().getOrDefault("to", times);
    draft.most = most.matches("[0-9]{1,7}") ? Integer.parseInt(most) : 0;
    if (draft.most < 1 || draft.most > MOST_OCCURRENCES) {
      throw entry.wrong("OCCURS is not a number from 1 to 1000000", "write such a number");
    }
    draft.count = entry.clauses().getOrDefault("depending", "");
    if (draft.count.isEmpty() && entry.clauses().containsKey("to")) {
      throw entry.wrong("OCCURS … TO has no DEPENDING ON", "write the field that counts");
    }
  }

  private Kind kind(CopybookEntry entry, String text, String usage) {
    Picture picture;
    try {
      picture = Picture.parse(text);
    } catch (Picture.Malformed e) {
      throw entry.wrong(
          "PIC " + text + " " + e.getMessage(),
          "describe the field with PIC X to have its characters as text");
    }
    return switch (picture.category()) {
      case TEXT -> new Kind.Text(only(entry, picture, usage, "DISPLAY"), ccsid, Kind.Trim.RIGHT);
      case NATIONAL ->
          new Kind.Text(
              2 * only(entry, picture, usage, "DISPLAY", "NATIONAL"), NATIONAL, Kind.Trim.RIGHT);
      case GRAPHIC -> {
        if (settings.graphic() == 0) {
          throw settings
              .section()
              .wrong(
                  "graphic",
                  "the copybook has PIC G, and its CCSID is not said",
                  "write one, such as “graphic: 300” for Japanese");
        }
        yield new Kind.Text(
            2 * only(entry, picture, usage, "DISPLAY", "DISPLAY-1"),
            settings.graphic(),
            Kind.Trim.RIGHT);
      }
      case NUMBER -> number(entry, picture, usage);
    };
  }

  private static int only(CopybookEntry entry, Picture picture, String usage, String... usages) {
    if (!List.of(usages).contains(usage)) {
      throw entry.wrong("its picture and USAGE " + usage + " don't belong together", "check both");
    }
    return picture.length();
  }

  private Kind number(CopybookEntry entry, Picture picture, String usage) {
    int digits = picture.length();
    int scale = picture.scale();
    String meant = usage;
    if (usage.equals("COMP")) {
      if (settings.comp() == Comp.UNKNOWN) {
        throw settings
            .section()
            .wrong(
                "comp",
                "the copybook has COMP, which compilers read in two ways",
                "write “comp: packed”, as ILE COBOL has it, or “comp: binary” for programs"
                    + " compiled with COMPASBIN and for other platforms");
      }
      meant = settings.comp() == Comp.PACKED ? "COMP-3" : "COMP-4";
    }
    return switch (meant) {
      case "DISPLAY" -> new Kind.Zoned(digits, scale, sign(entry, picture));
      case "COMP-3", "PACKED-DECIMAL" -> new Kind.Packed(digits, scale, picture.signed());
      case "COMP-4", "BINARY" -> binary(entry, digits, scale, picture.signed(), digits);
      case "COMP-5" -> binary(entry, digits, scale, picture.signed(), 0);
      default ->
          throw entry.wrong(
              "USAGE " + usage + " is not supported for numbers", "describe it as PIC X, as text");
    };
  }

  private static Kind binary(
      CopybookEntry entry, int digits, int scale, boolean signed, int limit) {
    if (digits > 18) {
      throw entry.wrong("a binary number has at most 18 digits", "check the picture");
    }
    return new Kind.Binary(digits <= 4 ? 2 : digits <= 9 ? 4 : 8, limit, scale, signed);
  }

  private static Kind.Sign sign(CopybookEntry entry, Picture picture) {
    String sign = entry.clauses().getOrDefault("sign", "TRAILING");
    return !picture.signed()
        ? Kind.Sign.NONE
        : switch (sign) {
          case "LEADING" -> Kind.Sign.FIRST;
          case "LEADING SEPARATE" -> Kind.Sign.SEPARATE_FIRST;
          case "TRAILING SEPARATE" -> Kind.Sign.SEPARATE_LAST;
          default -> Kind.Sign.LAST;
        };
  }

  private static void value(CopybookEntry entry, Draft draft) {
    String value = entry.clauses().get("value");
    if (value == null) {
      return;
    }
    boolean text = draft.kind instanceof Kind.Text;
    draft.init =
        switch (value) {
          case "SPACE", "SPACES" -> text ? "" : null;
          case "ZERO", "ZEROS", "ZEROES" -> text ? zeros(draft) : "0";
          case "LOW-VALUE", "LOW-VALUES", "NULL", "NULLS" -> filled(draft, "00");
          case "HIGH-VALUE", "HIGH-VALUES" -> filled(draft, "ff");
          case "QUOTE", "QUOTES" ->
              throw entry.wrong("VALUE QUOTE is not supported", "write the literal");
          default -> value;
        };
  }

  private static String zeros(Draft draft) {
    return draft.kind instanceof Kind.Text(int size, _, _) ? "0".repeat(size) : "0";
  }

  /** Storage without a name keeps such bytes; as the default of text they are no characters. */
  private static @Nullable String filled(Draft draft, String hex) {
    if (!draft.name.isEmpty() || draft.kind == null) {
      return null;
    }
    int size = draft.kind.size();
    draft.kind = new Kind.Bytes(size);
    return hex.repeat(size);
  }
}
