package drawbridge.adapters;

import java.util.List;

/**
 * The form of one value as JSON carries it; immutable. Documents are made of it, and what it says
 * is checked by the adapter that reads or writes the value.
 *
 * @param nullable may be null
 * @param text a number that travels as a string, since JSON readers would round it
 * @param pattern regular expression of a string; empty: none
 * @param maxLength of a string, in characters; 0: not said
 * @param minimum, maximum of a number, as decimal text; empty: not said
 * @param values the only ones there are; empty: any
 * @param array a list of such values
 * @param maxItems of an array; 0: not said
 * @param members of an {@link Type#OBJECT}, in order; empty for any other type
 */
public record Schema(
    Type type,
    boolean nullable,
    boolean text,
    String pattern,
    int maxLength,
    String minimum,
    String maximum,
    List<String> values,
    boolean array,
    int maxItems,
    List<Column> members) {
  public Schema {
    values = List.copyOf(values);
    members = List.copyOf(members);
  }

  /** Of that type, with nothing else said. */
  public static Schema of(Type type, boolean nullable) {
    return new Schema(type, nullable, false, "", 0, "", "", List.of(), false, 0, List.of());
  }

  public Schema nullable(boolean may) {
    return new Schema(
        type, may, text, pattern, maxLength, minimum, maximum, values, array, maxItems, members);
  }

  /** An object of these members. */
  public static Schema object(List<Column> members) {
    return new Schema(Type.OBJECT, false, false, "", 0, "", "", List.of(), false, 0, members);
  }

  /** A list of what this one is; {@code maxItems} 0: not said. */
  public Schema listOf(int maxItems) {
    return new Schema(
        type, nullable, text, pattern, maxLength, minimum, maximum, values, true, maxItems,
        members);
  }

  /** The same, as a string of that pattern. */
  public Schema asText(String pattern) {
    return new Schema(
        type, nullable, true, pattern, maxLength, minimum, maximum, values, array, maxItems,
        members);
  }

  /** The same, at most so many characters. */
  public Schema atMost(int maxLength) {
    return new Schema(
        type, nullable, text, pattern, maxLength, minimum, maximum, values, array, maxItems,
        members);
  }
}
