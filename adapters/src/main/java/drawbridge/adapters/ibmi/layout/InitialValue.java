package drawbridge.adapters.ibmi.layout;

import drawbridge.adapters.FaultException;
import drawbridge.settings.Section;
import java.util.HexFormat;

/** Values that stand in files as text: constants, defaults, and what fields begin with. */
final class InitialValue {
  private InitialValue() {}

  /** One of an API file. */
  static Object of(Field field, Section section, String key, String text) {
    try {
      return checked(field, text);
    } catch (FaultException e) {
      throw section.wrong(key, e.fault().message(), "write a value of this field's type");
    }
  }

  /** One of the description. */
  static Object of(Field field, Draft draft, String text) {
    try {
      return checked(field, text);
    } catch (FaultException e) {
      throw draft.wrong(
          "its initial value does not fit: " + e.fault().message(),
          "write a value of this field's type");
    }
  }

  private static Object checked(Field field, String text) throws FaultException {
    Object value = typed(field, text);
    Leaves.encode(field, value, field.path(), -1, -1);
    return value;
  }

  private static Object typed(Field field, String text) throws FaultException {
    return switch (field.kind()) {
      case Kind.Flag(char yes, char no, _) -> {
        if (text.equals("true") || text.equals(String.valueOf(yes))) {
          yield true;
        }
        if (text.equals("false") || text.equals(String.valueOf(no))) {
          yield false;
        }
        throw Encoder.wrong(field.path(), "must be true or false");
      }
      case Kind.Bytes(int size) -> {
        byte[] given = hex(field, text);
        // An empty one is as many zeros as there is room for, as JTOpen has it.
        yield given.length == 0 && field.links().length() < 0 ? new byte[size] : given;
      }
      case Kind.Group _, Kind.Choice _ ->
          throw Encoder.wrong(field.path(), "is a group, which has no value of its own");
      default -> text;
    };
  }

  private static byte[] hex(Field field, String text) throws FaultException {
    try {
      return HexFormat.of().parseHex(text.strip());
    } catch (IllegalArgumentException e) {
      throw Encoder.wrong(field.path(), "must be hexadecimal digits");
    }
  }
}
