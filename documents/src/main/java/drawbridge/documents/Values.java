package drawbridge.documents;

import drawbridge.documents.Model.Scalar;
import drawbridge.relay.wire.Form;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** From the wire's types to those of JSON schema. What an agent says wrongly is left out. */
final class Values {
  private static final int VALUES = 200;
  private static final int PATTERN = 400;
  private static final int VALUE = 400;
  private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9]{1,40}(\\.[0-9]{1,40})?");

  private static final String WHOLE = "^-?[0-9]{1,19}$";

  private Values() {}

  static Scalar scalar(String type, Form form, boolean nullable) {
    Json limits = new Json();
    return switch (type) {
      case "integer" ->
          form.getText()
              ? text(form, WHOLE, limits, nullable)
              : number("integer", "int32", form, limits, nullable);
      case "long" ->
          form.getText()
              ? text(form, WHOLE, limits, nullable)
              : number("integer", "int64", form, limits, nullable);
      case "decimal" ->
          form.getText()
              ? text(form, "", limits, nullable)
              : number("number", "", form, limits, nullable);
      case "double" ->
          form.getText()
              ? text(form, "", limits, nullable)
              : number("number", "double", form, limits, nullable);
      case "boolean" -> new Scalar("boolean", "", limits, nullable);
      case "date" -> new Scalar("string", "date", limits, nullable);
      case "uuid" -> new Scalar("string", "uuid", limits, nullable);
      case "bytes" -> new Scalar("string", "byte", limits, nullable);
      // Times have no format that every importer knows; of a timestamp nobody says whether it has
      // an offset.
      default -> text(form, "", limits, nullable);
    };
  }

  private static Scalar text(Form form, String usual, Json limits, boolean nullable) {
    if (form.getMaxLength() > 0) {
      limits.put("maxLength", form.getMaxLength());
    }
    String pattern = form.getPattern().isEmpty() ? usual : form.getPattern();
    if (!pattern.isEmpty() && compiles(pattern)) {
      limits.put("pattern", pattern);
    }
    Scalar scalar = new Scalar("string", "", limits, nullable);
    choices(form, scalar, limits);
    return scalar;
  }

  private static Scalar number(
      String type, String format, Form form, Json limits, boolean nullable) {
    limits.put("minimum", decimal(form.getMinimum()));
    limits.put("maximum", decimal(form.getMaximum()));
    Scalar scalar = new Scalar(type, format, limits, nullable);
    choices(form, scalar, limits);
    return scalar;
  }

  private static void choices(Form form, Scalar scalar, Json limits) {
    List<Object> values = new ArrayList<>();
    for (String value : form.getValuesList()) {
      Object typed = typed(scalar, value);
      if (typed != null && !values.contains(typed)) {
        values.add(typed);
      }
    }
    if (!values.isEmpty() && values.size() <= VALUES) {
      limits.put("enum", List.copyOf(values));
    }
  }

  /** A default or one of an enumeration as JSON has it; null: not of that type. */
  static @Nullable Object typed(Scalar scalar, String value) {
    if (value.length() > VALUE) {
      return null;
    }
    return switch (scalar.type()) {
      case "integer", "number" -> {
        BigDecimal number = decimal(value);
        yield number == null || (scalar.type().equals("integer") && number.scale() > 0)
            ? null
            : number;
      }
      case "boolean" ->
          value.equals("true") || value.equals("false") ? Boolean.valueOf(value) : null;
      default -> value.equals(Wording.line(value, VALUE)) ? value : null;
    };
  }

  private static @Nullable BigDecimal decimal(String text) {
    return text.length() <= 82 && NUMBER.matcher(text).matches() ? new BigDecimal(text) : null;
  }

  private static boolean compiles(String pattern) {
    try {
      return pattern.length() <= PATTERN && Pattern.compile(pattern) != null;
    } catch (PatternSyntaxException e) {
      return false;
    }
  }
}
