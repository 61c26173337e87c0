package drawbridge.adapters.ibmi.layout;

import drawbridge.adapters.Column;
import drawbridge.adapters.FaultException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a host program's parameters, or one record, stand in bytes and in JSON; immutable,
 * thread-safe. JSON values are trees of {@code Map<String, Object>}, {@code List<Object>}, String,
 * numbers, Boolean and null.
 */
public final class Layout {
  private final List<Field> fields;
  private final List<Integer> order;
  private final int slots;

  /**
   * Made by {@link Assembly}.
   *
   * @param fields in their order in storage
   * @param order their indexes in the order in which they can be read: what others refer to first
   * @param slots places for values that others refer to
   */
  Layout(List<Field> fields, List<Integer> order, int slots) {
    this.fields = List.copyOf(fields);
    this.order = List.copyOf(order);
    this.slots = slots;
  }

  /** What a caller may give, as a document says it. */
  public List<Column> request() {
    return Schemas.members(fields, true);
  }

  /** Of {@link #request()}, the names that must be given. */
  public List<String> required() {
    return Encoder.members(fields).filter(Field::required).map(Field::name).toList();
  }

  /** What is answered. */
  public List<Column> reply() {
    return Schemas.members(fields, false);
  }

  /** The most bytes of all fields together. */
  public int size() {
    return (int) Math.min(Integer.MAX_VALUE, fields.stream().mapToLong(Field::size).sum());
  }

  /** Whether each of its records has {@link #size()} bytes. */
  public boolean fixed() {
    return fields.stream().allMatch(Layout::fixed);
  }

  private static boolean fixed(Field field) {
    if (field.links().count() >= 0 || field.links().length() >= 0 || field.links().placed()) {
      return false;
    }
    return switch (field.kind()) {
      case Kind.Group(var inner) -> inner.stream().allMatch(Layout::fixed);
      case Kind.Choice(_, var alternatives) ->
          alternatives.stream().allMatch(a -> fixed(a.field()));
      default -> true;
    };
  }

  int slots() {
    return slots;
  }

  List<Field> fields() {
    return fields;
  }

  List<Integer> order() {
    return order;
  }

  /** One exchange with a program: its parameters there, and back. */
  public Exchange exchange() {
    return new Exchange(this);
  }

  /**
   * The bytes of one record.
   *
   * @throws FaultException INVALID_ARGUMENT that names the member
   */
  public byte[] encode(Map<String, ?> values) throws FaultException {
    return new Encoder(new Object[slots]).record(fields, values);
  }

  /**
   * The values of one record, which must be as long as it says itself.
   *
   * @throws FaultException SOURCE_ERROR where the bytes are none
   */
  public Map<String, @Nullable Object> decode(byte[] record) throws FaultException {
    return new Decoder(new Object[slots]).record(fields, record);
  }

  /** The parameters of one call: what is sent decides how the answer is read. For one thread. */
  public static final class Exchange {
    private final Layout layout;
    private final @Nullable Object[] slots;

    private Exchange(Layout layout) {
      this.layout = layout;
      this.slots = new Object[layout.slots];
    }

    /**
     * What is passed: one for each parameter, in order.
     *
     * @throws FaultException INVALID_ARGUMENT that names the member
     */
    public List<Passed> encode(Map<String, ?> values) throws FaultException {
      return new Encoder(slots).parameters(layout, values);
    }

    /**
     * The values of the answer.
     *
     * @param outputs one for each parameter, in order; null where it has no output
     * @throws FaultException SOURCE_ERROR where the bytes are no values
     */
    public Map<String, @Nullable Object> decode(List<byte @Nullable []> outputs)
        throws FaultException {
      return new Decoder(slots).parameters(layout, outputs);
    }
  }

  /**
   * One parameter as it is passed.
   *
   * @param input null: nothing is sent
   * @param output bytes to reserve for what comes back; 0: nothing does
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed over once; never compared.
  public record Passed(byte @Nullable [] input, int output) {}
}
