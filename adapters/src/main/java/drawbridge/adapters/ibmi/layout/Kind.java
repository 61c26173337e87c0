package drawbridge.adapters.ibmi.layout;

import java.util.List;
import java.util.Set;

/**
 * What stands in a piece of storage. Lengths are bytes, and the most there can be where a field of
 * the host says how many there are.
 */
sealed interface Kind {

  /** Bytes of one element. */
  int size();

  /** Characters, padded with blanks. */
  record Text(int size, int ccsid, Trim trim) implements Kind {}

  /** Characters behind a binary count of their bytes (of pairs, where each character is a pair). */
  record Varying(int prefix, int most, int ccsid) implements Kind {
    @Override
    public int size() {
      return prefix + most;
    }
  }

  record Bytes(int size) implements Kind {}

  /** Two digits a byte, the sign in the last half-byte. */
  record Packed(int digits, int scale, boolean signed) implements Kind {
    @Override
    public int size() {
      return digits / 2 + 1;
    }
  }

  /** A digit a byte. */
  record Zoned(int digits, int scale, Sign sign) implements Kind {
    @Override
    public int size() {
      return digits + (sign.separate() ? 1 : 0);
    }
  }

  /**
   * Big-endian two's complement.
   *
   * @param digits the most decimal digits allowed; 0: all that the bytes can hold
   */
  record Binary(int size, int digits, int scale, boolean signed) implements Kind {}

  /** IEEE 754, of 4 or 8 bytes. */
  record Floating(int size) implements Kind {}

  record Date(HostDates.DateForm form) implements Kind {
    @Override
    public int size() {
      return form.length();
    }
  }

  record Time(HostDates.TimeForm form) implements Kind {
    @Override
    public int size() {
      int separators = form.separator().length() * (form.usa() ? 1 : 2);
      return (form.usa() ? 7 : 6) + separators;
    }
  }

  /** {@code yyyy-mm-dd-hh.mm.ss}, then a point and up to 12 digits where there is room. */
  record Timestamp(int size) implements Kind {}

  /** One character for true, one for false, such as an indicator. */
  record Flag(char yes, char no, int ccsid) implements Kind {
    @Override
    public int size() {
      return 1;
    }
  }

  record Group(List<Field> fields) implements Kind {
    public Group {
      fields = List.copyOf(fields);
    }

    @Override
    public int size() {
      return (int) Math.min(Integer.MAX_VALUE, fields.stream().mapToLong(Field::size).sum());
    }
  }

  /**
   * One storage with several descriptions, of which one holds at a time.
   *
   * @param slot of the field whose value chooses; -1: the first always holds
   */
  record Choice(int slot, List<Alternative> alternatives) implements Kind {
    public Choice {
      alternatives = List.copyOf(alternatives);
    }

    @Override
    public int size() {
      return alternatives.stream().mapToInt(a -> a.field().size()).max().orElse(0);
    }
  }

  /**
   * One description of the storage.
   *
   * @param when the values of the chooser, as text
   */
  record Alternative(Field field, Set<String> when) {
    public Alternative {
      when = Set.copyOf(when);
    }
  }

  /** What is taken off decoded text. */
  enum Trim {
    NONE,
    LEFT,
    RIGHT,
    BOTH;

    String of(String text) {
      int from = 0;
      int to = text.length();
      while ((this == RIGHT || this == BOTH) && to > from && blank(text.charAt(to - 1))) {
        to--;
      }
      while ((this == LEFT || this == BOTH) && from < to && blank(text.charAt(from))) {
        from++;
      }
      return text.substring(from, to);
    }

    /** The second is the blank of fields whose characters are two bytes each. */
    private static boolean blank(char c) {
      return c == ' ' || c == '\u3000';
    }
  }

  /** Where zoned decimals have their sign. */
  enum Sign {
    NONE,
    /** In the zone of the last digit, as RPG and COBOL have it where nothing else is said. */
    LAST,
    FIRST,
    SEPARATE_LAST,
    SEPARATE_FIRST;

    boolean separate() {
      return this == SEPARATE_LAST || this == SEPARATE_FIRST;
    }
  }
}
