package drawbridge.agent.console;

import com.google.errorprone.annotations.CompileTimeConstant;

/**
 * A piece of a page. Whatever is put into a template is escaped, unless it is a piece itself; and a
 * template is written in the source, which the compiler sees to. For one thread.
 */
final class Html {
  private final StringBuilder text = new StringBuilder();

  static Html of(@CompileTimeConstant final String template, Object... values) {
    return new Html().fill(template, values);
  }

  /** Adds a template; each {@code {}} in it is a value. */
  Html add(@CompileTimeConstant final String template, Object... values) {
    return fill(template, values);
  }

  private Html fill(String template, Object... values) {
    int from = 0;
    for (Object value : values) {
      int at = template.indexOf("{}", from);
      if (at < 0) {
        throw new IllegalArgumentException("too many values for " + template);
      }
      text.append(template, from, at);
      if (value instanceof Html piece) {
        text.append(piece.text);
      } else {
        escape(String.valueOf(value));
      }
      from = at + 2;
    }
    if (template.indexOf("{}", from) >= 0) {
      throw new IllegalArgumentException("too few values for " + template);
    }
    text.append(template, from, template.length());
    return this;
  }

  private void escape(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '&' -> text.append("&amp;");
        case '<' -> text.append("&lt;");
        case '>' -> text.append("&gt;");
        case '"' -> text.append("&quot;");
        case '\'' -> text.append("&#39;");
        default -> text.append(unseen(c) ? '\uFFFD' : c);
      }
    }
  }

  /** Controls, and what turns the direction of the text around it. */
  private static boolean unseen(char c) {
    return (Character.isISOControl(c) && c != '\n' && c != '\t')
        || Character.getType(c) == Character.FORMAT;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
