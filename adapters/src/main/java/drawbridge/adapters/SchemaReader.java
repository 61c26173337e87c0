package drawbridge.adapters;

import drawbridge.settings.Section;
import java.math.BigDecimal;
import java.util.List;
import java.util.regex.PatternSyntaxException;

/**
 * Reads the type of a parameter or column and its bounds: {@code type, max-length, pattern,
 * minimum, maximum, values}.
 */
public final class SchemaReader {
  private SchemaReader() {}

  /** The key {@code type} must be there. */
  public static Schema read(Section section, boolean nullable) {
    section.text("type");
    Type type = section.choice("type", Type.class, Type.STRING);
    if (type == Type.OBJECT) {
      throw section.wrong("type", "“object” is not one value", "write the type of a single value");
    }
    boolean string = type == Type.STRING;
    boolean number =
        type == Type.INTEGER || type == Type.LONG || type == Type.DECIMAL || type == Type.DOUBLE;
    for (String key : List.of("max-length", "pattern", "values")) {
      if (section.has(key) && !string) {
        throw section.wrong(key, "is of strings only", "remove it, or write “type: string”");
      }
    }
    for (String key : List.of("minimum", "maximum")) {
      if (section.has(key) && !number) {
        throw section.wrong(key, "is of numbers only", "remove it");
      }
    }
    return new Schema(
        type,
        nullable,
        false,
        pattern(section),
        section.integer("max-length", 1, Values.LONGEST_STRING, 0),
        bound(section, "minimum"),
        bound(section, "maximum"),
        section.texts("values"),
        false,
        0,
        List.of());
  }

  private static String pattern(Section section) {
    String pattern = section.text("pattern", "");
    try {
      var _ = java.util.regex.Pattern.compile(pattern);
      return pattern;
    } catch (PatternSyntaxException e) {
      throw section.wrong(
          "pattern", "is no regular expression: " + e.getDescription(), "write one such as [A-Z]+");
    }
  }

  private static String bound(Section section, String key) {
    String text = section.text(key, "");
    try {
      return text.isEmpty() ? "" : new BigDecimal(text).toPlainString();
    } catch (NumberFormatException e) {
      throw section.wrong(key, "“" + text + "” is no number", "write one such as 100");
    }
  }
}
