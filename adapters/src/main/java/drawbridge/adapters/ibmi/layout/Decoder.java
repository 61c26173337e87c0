package drawbridge.adapters.ibmi.layout;

import drawbridge.adapters.Fault;
import drawbridge.adapters.Fault.Code;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.ibmi.layout.Field.Invalid;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns host bytes into JSON values. The host is trusted with nothing: lengths, counts and places
 * that it names stay within the bytes there are, and what is no value of its type is an error, null
 * or marked, as the API file wants it. For one thread.
 */
final class Decoder {
  private static final int MOST_ELEMENTS = 2_000_000;

  private final @Nullable Object[] slots;

  /** Where the groups around begin, the innermost first. */
  private final Deque<Integer> starts = new ArrayDeque<>();

  private byte[] data = new byte[0];
  private int at;

  /** So far: elements of no length must not make an answer of any length. */
  private int elements;

  Decoder(@Nullable Object[] slots) {
    this.slots = slots;
  }

  Map<String, @Nullable Object> record(List<Field> fields, byte[] record) throws FaultException {
    data = record;
    at = 0;
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    fields(fields, members);
    if (at != record.length) {
      throw broken("a record of the source is longer than its description").thrown();
    }
    return members;
  }

  Map<String, @Nullable Object> parameters(Layout layout, List<byte @Nullable []> outputs)
      throws FaultException {
    Map<String, @Nullable Object> found = new LinkedHashMap<>();
    for (int index : layout.order()) {
      Field field = layout.fields().get(index);
      byte[] output = outputs.get(index);
      if (!field.usage().output()) {
        continue;
      }
      if (output == null) {
        throw broken("the source left out a parameter of its answer").thrown();
      }
      data = output;
      at = 0;
      starts.push(0);
      field(field, found);
      starts.pop();
    }
    // In the order of the description, whatever was read first.
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    for (Field field : layout.fields()) {
      for (String name : List.of(field.name(), field.name() + Schemas.INVALID)) {
        if (found.containsKey(name)) {
          members.put(name, found.get(name));
        }
      }
    }
    return members;
  }

  private void fields(List<Field> fields, Map<String, @Nullable Object> members)
      throws FaultException {
    starts.push(at);
    for (Field field : fields) {
      field(field, members);
    }
    starts.pop();
  }

  private void field(Field field, Map<String, @Nullable Object> members) throws FaultException {
    if (field.kind() instanceof Kind.Choice choice) {
      choice(choice, members);
      return;
    }
    if (field.links().placed()) {
      place(field);
    }
    int count = field.most();
    if (field.links().count() >= 0) {
      count = number(field.links().count());
      if (count > field.most()) {
        throw broken("the source answered with more elements than allowed").thrown();
      }
    }
    boolean[] invalid = {false};
    if (!field.repeated()) {
      Object value = element(field, invalid);
      if (field.shown()) {
        members.put(field.name(), value);
      }
    } else {
      List<@Nullable Object> items = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        items.add(element(field, invalid));
      }
      if (field.shown()) {
        members.put(field.name(), items);
      }
    }
    if (field.shown() && Schemas.flagged(field)) {
      members.put(field.name() + Schemas.INVALID, invalid[0]);
    }
  }

  private void place(Field field) throws FaultException {
    Iterator<Integer> outwards = starts.iterator();
    int base = outwards.next();
    for (int i = 0; i < field.links().base(); i++) {
      base = outwards.next();
    }
    int offset =
        field.links().offset() >= 0 ? number(field.links().offset()) : field.links().fixedOffset();
    if ((long) base + offset > data.length) {
      throw broken("the source names a place outside of its answer").thrown();
    }
    at = base + offset;
  }

  private @Nullable Object element(Field field, boolean[] invalid) throws FaultException {
    if (++elements > MOST_ELEMENTS) {
      throw broken("the source answered with more elements than allowed").thrown();
    }
    if (field.kind() instanceof Kind.Group(var inner)) {
      Map<String, @Nullable Object> members = new LinkedHashMap<>();
      fields(inner, members);
      return members;
    }
    int size = field.kind().size();
    if (field.links().length() >= 0) {
      size = number(field.links().length());
      if (size > field.kind().size()) {
        throw broken("the source answered with a longer value than allowed").thrown();
      }
    }
    if (size > data.length - at) {
      throw broken("the answer of the source is shorter than its description").thrown();
    }
    int ccsid = field.links().ccsid() < 0 ? -1 : number(field.links().ccsid());
    // What the caller never sees is looked at only where something depends on it.
    Object value = field.shown() ? Leaves.decode(field, data, at, size, ccsid) : null;
    if (field.links().own() >= 0) {
      slots[field.links().own()] = Leaves.key(field, data, at, size, ccsid);
    }
    at += size;
    if (field.shown() && value == null) {
      invalid[0] = true;
      if (field.options().invalid() == Invalid.ERROR) {
        throw broken("the source's field “" + field.name() + "” holds no valid value").thrown();
      }
    }
    return value;
  }

  private void choice(Kind.Choice choice, Map<String, @Nullable Object> members)
      throws FaultException {
    Field chosen = Encoder.chosen(choice, slots);
    if (chosen == null) {
      throw broken("the source answered with a form of record that is not described").thrown();
    }
    int start = at;
    if (choice.size() > data.length - start) {
      throw broken("the answer of the source is shorter than its description").thrown();
    }
    field(chosen, members);
    at = start + choice.size();
  }

  private int number(int slot) throws FaultException {
    if (slots[slot] instanceof Long value && value >= 0 && value <= Encoder.MOST_BYTES) {
      return Math.toIntExact(value);
    }
    throw broken("the source answered with a count or length that is none").thrown();
  }

  private static Fault broken(String sentence) {
    return Fault.of(Code.SOURCE_ERROR, sentence);
  }
}
