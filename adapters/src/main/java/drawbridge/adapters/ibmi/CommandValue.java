package drawbridge.adapters.ibmi;

import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Parameter;
import drawbridge.adapters.Type;
import drawbridge.adapters.ibmi.layout.HostText;
import drawbridge.settings.Section;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The value of one keyword of a command: fixed by the file, or an argument that is checked and
 * quoted.
 *
 * @param fixed as it goes into the command; empty: an argument does
 * @param parameter whose argument it is; empty: none
 * @param special the values beginning with * that a caller may give
 */
record CommandValue(
    String fixed, String parameter, As as, int longest, List<String> special, int ccsid) {
  private static final Pattern FIXED =
      Pattern.compile("[A-Z0-9#@$_.*/%:+-]+|'([^'\\p{Cntrl}]|'')*'");
  private static final Pattern SPECIAL = Pattern.compile("\\*[A-Z0-9]{1,20}");
  private static final int LONGEST = 2_000;

  /** What a value is to the command. */
  enum As {
    /** A name of an object, without quotes. */
    NAME,
    /** In quotes. */
    TEXT,
    NUMBER,
    /** {@code *YES} or {@code *NO}. */
    YES_NO
  }

  CommandValue {
    special = List.copyOf(special);
  }

  static CommandValue read(Section section, Map<String, Parameter> declared, int ccsid) {
    if (section.has("value")) {
      String fixed = section.text("value");
      if (!FIXED.matcher(fixed).matches()) {
        throw section.wrong(
            "value",
            "is not one value of a command",
            "write a word such as *YES, or a text in apostrophes: \"'…'\"");
      }
      section.done();
      return new CommandValue(fixed, "", As.TEXT, 0, List.of(), ccsid);
    }
    String name = section.text("from");
    Parameter parameter = declared.get(name);
    if (parameter == null) {
      throw section.wrong(
          "from", "“" + name + "” is not declared", "add it to the operation's parameters");
    }
    As natural =
        switch (parameter.type()) {
          case INTEGER, LONG, DECIMAL -> As.NUMBER;
          case BOOLEAN -> As.YES_NO;
          default -> As.TEXT;
        };
    As as = section.choice("as", As.class, natural);
    boolean fits =
        natural == as || (natural == As.TEXT && as == As.NAME && parameter.type() == Type.STRING);
    if (!fits || parameter.type() == Type.BYTES || parameter.type() == Type.DOUBLE) {
      throw section.wrong(
          "as", "does not go with the type of “" + name + "”", "change one of the two");
    }
    List<String> special = section.texts("special");
    for (String one : special) {
      if (!SPECIAL.matcher(one).matches()) {
        throw section.wrong(
            "special", "“" + one + "” is no special value", "write one such as *ALL");
      }
    }
    CommandValue value =
        new CommandValue("", name, as, section.integer("longest", 1, LONGEST, 256), special, ccsid);
    section.done();
    return value;
  }

  /** As it goes into the command; empty: the caller left it out. */
  String text(Map<String, Object> arguments) throws FaultException {
    if (parameter.isEmpty()) {
      return fixed;
    }
    Object given = arguments.get(parameter);
    if (given == null) {
      return "";
    }
    return switch (as) {
      case NUMBER -> new BigDecimal(given.toString()).toPlainString();
      case YES_NO -> given.equals(true) ? "*YES" : "*NO";
      case NAME -> name(given.toString());
      case TEXT -> quoted(given.toString());
    };
  }

  private String name(String given) throws FaultException {
    if (!special.contains(given) && !HostNames.OBJECT.matcher(given).matches()) {
      throw wrong("must be a name of up to 10 of A-Z, 0-9, #, @, $, _ and .");
    }
    return given;
  }

  /**
   * The host takes a special or generic value in quotes for the same as without, so a caller can't
   * have one that the file doesn't name.
   */
  private String quoted(String given) throws FaultException {
    if (special.contains(given)) {
      return given;
    }
    if (given.strip().startsWith("*") || given.strip().endsWith("*")) {
      throw wrong("must not begin or end with *");
    }
    if (given.length() > longest) {
      throw wrong("is longer than " + longest + " characters");
    }
    boolean control = given.codePoints().anyMatch(Character::isISOControl);
    if (control || HostText.of(ccsid).map(page -> page.encode(given) == null).orElse(true)) {
      throw wrong("has a character that CCSID " + ccsid + " lacks, or a control character");
    }
    return "'" + given.replace("'", "''") + "'";
  }

  private FaultException wrong(String problem) {
    return Fault.argument(parameter, "“" + parameter + "” " + problem).thrown();
  }
}
