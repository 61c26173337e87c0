package drawbridge.adapters.ibmi.layout;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One described piece of storage and its place in JSON; immutable.
 *
 * @param path as the description and the API file name it, such as {@code LINES.QTY}
 * @param name of the member in JSON; empty: it has none of its own
 * @param repeated an array, also where it has one element
 * @param most elements
 * @param outputSize bytes to reserve where the description says so; -1: what the kind needs
 */
record Field(
    String path,
    String name,
    Kind kind,
    boolean repeated,
    int most,
    int outputSize,
    Usage usage,
    Links links,
    Options options) {

  /** Which way a field travels. */
  enum Usage {
    INPUT,
    OUTPUT,
    BOTH;

    boolean input() {
      return this != OUTPUT;
    }

    boolean output() {
      return this != INPUT;
    }
  }

  /**
   * Slots are places for values that other fields need; -1 means none.
   *
   * @param own where this field's value is kept
   * @param count the number of elements
   * @param length of text or bytes
   * @param size bytes to reserve
   * @param ccsid of the text
   * @param offset slot of the place behind the base, or -1
   * @param fixedOffset a fixed place behind the base, or -1
   * @param base groups up from the field to the one whose first byte is the base
   */
  record Links(
      int own, int count, int length, int size, int ccsid, int offset, int fixedOffset, int base) {
    static final Links NONE = new Links(-1, -1, -1, -1, -1, -1, -1, 0);

    boolean placed() {
      return offset >= 0 || fixedOffset >= 0;
    }
  }

  /**
   * What the API file says.
   *
   * @param constant always sent, never asked for
   * @param otherwise sent when the caller gives nothing
   * @param fewer an array may be given with fewer elements than it has
   * @param derived where the number to send follows from what else is given; empty: from nothing
   */
  record Options(
      boolean hidden,
      @Nullable Object constant,
      @Nullable Object otherwise,
      As as,
      Invalid invalid,
      boolean fewer,
      String description,
      List<Derived> derived) {
    public Options {
      derived = List.copyOf(derived);
    }
  }

  /** How a number is written in JSON. */
  enum As {
    DECLARED,
    NUMBER,
    TEXT
  }

  /** What stands in JSON for bytes that are no value of their type. */
  enum Invalid {
    ERROR,
    NULL,
    FLAG
  }

  /**
   * A number that follows from an array or a text.
   *
   * @param up groups from the one that this field stands in
   * @param names the members down from there
   * @param target the array or the text
   */
  record Derived(int up, List<String> names, Field target, boolean length) {
    public Derived {
      names = List.copyOf(names);
    }
  }

  /** The most bytes that it takes; where that is too many, the most of an int. */
  int size() {
    return outputSize >= 0
        ? Math.max(outputSize, repeated ? 0 : kind.size())
        : (int) Math.min(Integer.MAX_VALUE, (long) kind.size() * most);
  }

  boolean visible() {
    return !options.hidden() && !name.isEmpty();
  }

  /** The caller may give it. */
  boolean asked() {
    return usage.input() && visible() && options.constant() == null && options.derived().isEmpty();
  }

  /** The reply shows it. */
  boolean shown() {
    return usage.output() && visible() && options.derived().isEmpty();
  }

  /** The caller must give it. */
  boolean required() {
    if (!asked() || options.otherwise() != null) {
      return false;
    }
    if (repeated) {
      return links.count() < 0 && !options.fewer();
    }
    return switch (kind) {
      case Kind.Group(var fields) -> fields.stream().anyMatch(Field::required);
      case Kind.Choice _ -> true;
      default -> true;
    };
  }

  /** Whether a number is text in JSON. */
  boolean asText() {
    return switch (options.as()) {
      case TEXT -> true;
      case NUMBER -> false;
      case DECLARED ->
          switch (kind) {
            case Kind.Packed(int digits, int scale, _) -> wide(digits, scale);
            case Kind.Zoned(int digits, int scale, _) -> wide(digits, scale);
            case Kind.Binary b -> b.digits() == 0 ? b.size() == 8 : wide(b.digits(), b.scale());
            default -> false;
          };
    };
  }

  /** Digits that every reader's double holds exactly. */
  private static final int MOST_DIGITS = 15;

  /** With scaling positions (PIC P) a number has more places than digits stored. */
  private static boolean wide(int digits, int scale) {
    return Math.max(scale < 0 ? digits - scale : digits, scale) > MOST_DIGITS;
  }
}
