package drawbridge.adapters.ibmi.layout;

import static drawbridge.adapters.ibmi.layout.PcmlReader.number;

import drawbridge.adapters.ibmi.layout.Field.Usage;
import drawbridge.adapters.ibmi.layout.PcmlReader.Element;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the attributes of one PCML element say. */
final class PcmlField {
  private static final Set<String> ALL =
      Set.of("name", "usage", "count", "minvrm", "maxvrm", "offset", "offsetfrom", "outputsize");
  private static final Set<String> DATA =
      Set.of("type", "length", "precision", "ccsid", "init", "passby", "bidistringtype");

  private static final int MOST_DIGITS = 63;

  private PcmlField() {}

  static Draft draft(Element element, Draft parent, int ccsid) {
    String type = element.tag().equals("struct") ? "struct" : element.get("type");
    checkAttributes(element, type);
    String name = element.get("name");
    if (parent.parent == null && name.isEmpty()) {
      throw element.wrong("a parameter has no name", "write name=\"…\"");
    }
    Draft draft = new Draft(parent.file, element.line(), name, parent);
    draft.usage =
        switch (element.get("usage")) {
          case "", "inherit" -> null;
          case "input" -> Usage.INPUT;
          case "output" -> Usage.OUTPUT;
          case "inputoutput" -> Usage.BOTH;
          default ->
              throw element.wrong(
                  "usage=\"" + element.get("usage") + "\" is not known",
                  "write input, output, inputoutput or inherit");
        };
    count(element, draft);
    places(element, draft);
    draft.kind = kind(element, type, draft, ccsid);
    if (element.attributes().containsKey("init")) {
      draft.init = element.attributes().get("init");
    }
    return draft;
  }

  private static void checkAttributes(Element element, String type) {
    Set<String> known = new HashSet<>(ALL);
    if (element.tag().equals("data")) {
      known.addAll(DATA);
      known.addAll(
          switch (type) {
            case "char" -> Set.of("trim", "chartype", "boolean");
            case "varchar" -> Set.of("trim", "chartype", "varlength");
            case "date" -> Set.of("dateformat", "dateseparator");
            case "time" -> Set.of("timeformat", "timeseparator");
            case "struct" -> Set.of("struct");
            default -> Set.<String>of();
          });
    }
    for (String attribute : element.attributes().keySet()) {
      if (!known.contains(attribute)) {
        throw element.wrong(
            "the attribute “" + attribute + "” is not known for " + type, "remove it");
      }
    }
    for (String attribute : Set.of("minvrm", "maxvrm")) {
      if (!element.get(attribute).isEmpty()) {
        throw element.wrong(
            attribute + " makes the layout depend on the release of the host",
            "remove the attribute, or the field, as your release needs it");
      }
    }
    if (!Set.of("", "DEFAULT", "NONE").contains(element.get("bidistringtype"))) {
      throw element.wrong("bidistringtype is not supported", "write DEFAULT, or remove it");
    }
    if (!Set.of("", "reference", "value").contains(element.get("passby"))) {
      throw element.wrong("passby is neither reference nor value", "remove it");
    }
  }

  private static boolean isNumber(String text) {
    return text.matches("[0-9]+");
  }

  private static void count(Element element, Draft draft) {
    String count = element.get("count");
    if (count.isEmpty()) {
      return;
    }
    draft.repeated = true;
    if (isNumber(count)) {
      draft.most = number(element, "count", 1, 1_000_000);
    } else {
      draft.count = count;
      draft.unbounded = true;
    }
  }

  private static void places(Element element, Draft draft) {
    String offset = element.get("offset");
    if (isNumber(offset)) {
      draft.fixedOffset = number(element, "offset", 0, Encoder.MOST_BYTES);
    } else {
      draft.offset = offset;
    }
    draft.offsetFrom = element.get("offsetfrom");
    if (!draft.offsetFrom.isEmpty() && offset.isEmpty()) {
      throw element.wrong("has offsetfrom, but no offset", "write offset=\"…\" too");
    }
    if (isNumber(draft.offsetFrom)) {
      throw element.wrong("offsetfrom is a number", "name a structure that the field stands in");
    }
    String size = element.get("outputsize");
    if (isNumber(size)) {
      draft.fixedOutputSize = number(element, "outputsize", 1, Encoder.MOST_BYTES);
    } else {
      draft.outputSize = size;
    }
    if (!draft.outputSize.isEmpty() && draft.parent != null && draft.parent.parent != null) {
      throw element.wrong(
          "takes its outputsize from a field, inside of a structure",
          "write outputsize at the parameter itself");
    }
  }

  private static @Nullable Kind kind(Element element, String type, Draft draft, int ccsid) {
    return switch (type) {
      case "struct" -> null;
      case "char" -> text(element, draft, ccsid);
      case "byte" -> new Kind.Bytes(length(element, draft));
      case "varchar" -> varying(element, draft, ccsid);
      case "int" -> whole(element);
      case "packed" -> {
        int digits = number(element, "length", 1, MOST_DIGITS);
        yield new Kind.Packed(digits, precision(element, digits), true);
      }
      case "zoned" -> {
        int digits = number(element, "length", 1, MOST_DIGITS);
        yield new Kind.Zoned(digits, precision(element, digits), Kind.Sign.LAST);
      }
      case "float" ->
          switch (element.get("length")) {
            case "4" -> new Kind.Floating(4);
            case "8" -> new Kind.Floating(8);
            default -> throw element.wrong("a float has 4 or 8 bytes", "write length=\"8\"");
          };
      case "date" ->
          HostDates.DateForm.of(element.get("dateformat"), element.get("dateseparator"))
              .map(Kind.Date::new)
              .orElseThrow(
                  () -> element.wrong("its date format is not known", "write dateformat=\"ISO\""));
      case "time" ->
          HostDates.TimeForm.of(element.get("timeformat"), element.get("timeseparator"))
              .map(Kind.Time::new)
              .orElseThrow(
                  () -> element.wrong("its time format is not known", "write timeformat=\"ISO\""));
      case "timestamp" -> timestamp(element);
      default ->
          throw element.wrong(
              type.isEmpty() ? "has no type" : "the type “" + type + "” is not known",
              "write char, varchar, byte, int, packed, zoned, float, date, time, timestamp or"
                  + " struct");
    };
  }

  private static int length(Element element, Draft draft) {
    String length = element.get("length");
    if (!length.isEmpty() && !isNumber(length)) {
      draft.length = length;
      draft.unbounded = draft.unbounded || draft.fixedOutputSize < 0;
      if (draft.repeated) {
        throw element.wrong(
            "is an array of values whose length a field says", "give it a fixed length");
      }
      return Math.max(1, draft.fixedOutputSize);
    }
    return number(element, "length", 1, Encoder.MOST_BYTES);
  }

  private static int precision(Element element, int digits) {
    return element.get("precision").isEmpty() ? 0 : number(element, "precision", 0, digits);
  }

  /** The CCSID of text; {@link HostText#BYTES} stays for the caller to see. */
  private static int ccsid(Element element, Draft draft, int otherwise) {
    String ccsid = element.get("ccsid");
    if (ccsid.isEmpty()) {
      return element.get("chartype").equals("twobyte") ? 13488 : otherwise;
    }
    if (!isNumber(ccsid)) {
      draft.ccsid = ccsid;
      return otherwise;
    }
    int number = number(element, "ccsid", 0, HostText.BYTES);
    if (number == 0) {
      return otherwise;
    }
    if (number != HostText.BYTES && HostText.of(number).isEmpty()) {
      throw element.wrong(
          "there is no CCSID " + number + " of characters", "write one such as 37 or 1208");
    }
    return number;
  }

  private static Kind text(Element element, Draft draft, int otherwise) {
    int length = length(element, draft);
    int ccsid = ccsid(element, draft, otherwise);
    if (element.get("boolean").equals("true")) {
      if (length != 1 || !draft.length.isEmpty()) {
        throw element.wrong("a boolean has one character", "write length=\"1\"");
      }
      return new Kind.Flag('1', '0', ccsid);
    }
    if (ccsid == HostText.BYTES) {
      return new Kind.Bytes(length);
    }
    Kind.Trim trim =
        switch (element.get("trim")) {
          case "", "right" -> Kind.Trim.RIGHT;
          case "left" -> Kind.Trim.LEFT;
          case "both" -> Kind.Trim.BOTH;
          case "none" -> Kind.Trim.NONE;
          default -> throw element.wrong("trim is not known", "write none, left, right or both");
        };
    return new Kind.Text(length, ccsid, trim);
  }

  private static Kind varying(Element element, Draft draft, int otherwise) {
    int prefix =
        switch (element.get("varlength")) {
          case "", "2" -> 2;
          case "4" -> 4;
          default -> throw element.wrong("varlength is neither 2 nor 4", "write one of them");
        };
    int ccsid = ccsid(element, draft, otherwise);
    if (ccsid == HostText.BYTES) {
      throw element.wrong("varying bytes are not supported", "write a CCSID of characters");
    }
    return new Kind.Varying(
        prefix, number(element, "length", 1, prefix == 2 ? 65535 : Encoder.MOST_BYTES), ccsid);
  }

  private static Kind whole(Element element) {
    int size =
        switch (element.get("length")) {
          case "1", "2", "4", "8" -> number(element, "length", 1, 8);
          default -> throw element.wrong("an int has 1, 2, 4 or 8 bytes", "write length=\"4\"");
        };
    int bits = size * 8;
    int precision =
        element.get("precision").isEmpty() ? bits - 1 : number(element, "precision", 1, 64);
    if (precision != bits && precision != bits - 1) {
      throw element.wrong(
          "an int of "
              + size
              + " bytes has the precision "
              + (bits - 1)
              + ", or "
              + bits
              + " without a sign",
          "write one of the two");
    }
    return new Kind.Binary(size, 0, 0, precision == bits - 1);
  }

  private static Kind timestamp(Element element) {
    int size = element.get("length").isEmpty() ? 26 : number(element, "length", 19, 32);
    if (size == 20) {
      throw element.wrong("a time stamp has 19 characters, or 21 to 32", "write length=\"26\"");
    }
    return new Kind.Timestamp(size);
  }
}
