package drawbridge.adapters.ibmi.layout;

import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.ibmi.layout.Field.Derived;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Turns JSON values into host bytes; everything is checked before it is encoded, so that nothing is
 * cut, rounded or replaced. For one thread.
 */
final class Encoder {
  /** A program or a record of the host is never larger than this. */
  static final int MOST_BYTES = 16 << 20;

  private final @Nullable Object[] slots;

  /** The objects around the place where we are, the innermost first. */
  private final Deque<Map<String, ?>> around = new ArrayDeque<>();

  /** Above zero: inside of what the caller doesn't give, so nothing is missing. */
  private int filling;

  Encoder(@Nullable Object[] slots) {
    this.slots = slots;
  }

  byte[] record(List<Field> fields, Map<String, ?> values) throws FaultException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    fields(fields, values, "", out);
    return out.toByteArray();
  }

  List<Layout.Passed> parameters(Layout layout, Map<String, ?> values) throws FaultException {
    checkKnown(layout.fields(), values, "");
    around.push(values);
    Layout.Passed[] passed = new Layout.Passed[layout.fields().size()];
    for (int index : layout.order()) {
      Field field = layout.fields().get(index);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      if (field.usage().input()) {
        field(field, values, "", out);
      }
      int reserved = 0;
      if (field.usage().output()) {
        reserved =
            field.links().size() >= 0 ? number(field.links().size(), field.path()) : field.size();
        if (reserved < 0 || reserved > MOST_BYTES) {
          throw wrong(field.name(), "asks for more room than there is");
        }
      }
      passed[index] = new Layout.Passed(field.usage().input() ? out.toByteArray() : null, reserved);
    }
    around.pop();
    return List.of(passed);
  }

  private void fields(
      List<Field> fields, Map<String, ?> values, String path, ByteArrayOutputStream out)
      throws FaultException {
    checkKnown(fields, values, path);
    around.push(values);
    for (Field field : fields) {
      field(field, values, path, out);
    }
    around.pop();
  }

  private static void checkKnown(List<Field> fields, Map<String, ?> values, String path)
      throws FaultException {
    for (String name : values.keySet()) {
      if (!asked(fields, name)) {
        String known = name.replaceAll("[^A-Za-z0-9_$.-]", "?");
        throw wrong(
            path + (known.length() > 64 ? known.substring(0, 64) : known),
            "is not known to this operation");
      }
    }
  }

  private static boolean asked(List<Field> fields, String name) {
    for (Field field : fields) {
      if (field.kind() instanceof Kind.Choice(_, var alternatives)) {
        for (Kind.Alternative alternative : alternatives) {
          if (asked(List.of(alternative.field()), name)) {
            return true;
          }
        }
      } else if (field.asked() && field.name().equals(name)) {
        return true;
      }
    }
    return false;
  }

  /** The fields that have a name on this level of JSON: alternatives stand in place of choices. */
  static Stream<Field> members(List<Field> fields) {
    return fields.stream()
        .flatMap(
            field ->
                field.kind() instanceof Kind.Choice(_, var alternatives)
                    ? members(alternatives.stream().map(Kind.Alternative::field).toList())
                    : Stream.of(field));
  }

  private void field(Field field, Map<String, ?> values, String path, ByteArrayOutputStream out)
      throws FaultException {
    if (field.kind() instanceof Kind.Choice choice) {
      choice(choice, values, path, out);
      return;
    }
    String name = path + (field.name().isEmpty() ? field.path() : field.name());
    Object value = value(field, values, name);
    if (!field.repeated()) {
      element(field, value, name, out);
      return;
    }
    List<?> items = items(field, value, name);
    for (int i = 0; i < items.size(); i++) {
      Object item = items.get(i);
      if (item == null) {
        throw wrong(name + "[" + i + "]", "must not be null");
      }
      element(field, item, name + "[" + i + "]", out);
    }
    int elements = field.links().count() >= 0 ? items.size() : field.most();
    filling++;
    for (int i = items.size(); i < elements; i++) {
      element(field, field.options().constant(), name + "[" + i + "]", out);
    }
    filling--;
  }

  /** What is to be sent, or null for the empty value of the field's type. */
  private @Nullable Object value(Field field, Map<String, ?> values, String name)
      throws FaultException {
    if (!field.usage().input()) {
      return null;
    }
    if (field.options().constant() != null) {
      return field.repeated() ? null : field.options().constant();
    }
    if (!field.options().derived().isEmpty()) {
      return derived(field);
    }
    if (!field.visible() || filling > 0) {
      return field.repeated() ? null : field.options().otherwise();
    }
    Object value = values.get(field.name());
    if (value != null) {
      return value;
    }
    if (values.containsKey(field.name())) {
      throw wrong(name, "must not be null");
    }
    if (field.required()) {
      throw wrong(name, "is required");
    }
    return field.repeated() ? null : field.options().otherwise();
  }

  private List<?> items(Field field, @Nullable Object value, String name) throws FaultException {
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof List<?> items)) {
      throw wrong(name, "must be a list");
    }
    if (items.size() > field.most()) {
      throw wrong(name, "has more than " + field.most() + " elements");
    }
    if (field.links().count() < 0 && items.size() < field.most() && !field.options().fewer()) {
      throw wrong(name, "must have " + field.most() + " elements");
    }
    return items;
  }

  private Object derived(Field field) throws FaultException {
    long found = -1;
    for (Derived derived : field.options().derived()) {
      long one = derived(derived);
      if (found >= 0 && one != found) {
        throw wrong(derived.target().name(), "must be as long as what shares its count with it");
      }
      found = one;
    }
    return found;
  }

  private long derived(Derived derived) throws FaultException {
    Iterator<Map<String, ?>> outwards = around.iterator();
    Map<String, ?> values = outwards.next();
    for (int i = 0; i < derived.up(); i++) {
      values = outwards.next();
    }
    Object value = values;
    for (String name : derived.names()) {
      if (!(value instanceof Map<?, ?> inner)) {
        return 0;
      }
      value = inner.get(name);
    }
    Field target = derived.target();
    if (value == null && !target.repeated()) {
      value = target.options().otherwise();
    }
    if (value == null) {
      return 0;
    }
    if (!derived.length()) {
      return value instanceof List<?> list ? list.size() : 0;
    }
    return Leaves.encode(target, value, target.name(), -1, ccsid(target)).length;
  }

  private void element(Field field, @Nullable Object value, String name, ByteArrayOutputStream out)
      throws FaultException {
    int start = out.size();
    if (field.kind() instanceof Kind.Group(var inner)) {
      if (value != null && !(value instanceof Map<?, ?>)) {
        throw wrong(name, "must be an object");
      }
      boolean given = field.asked();
      filling += given ? 0 : 1;
      fields(inner, value == null ? Map.of() : members(value), name + ".", out);
      filling -= given ? 0 : 1;
    } else {
      byte[] bytes =
          value == null
              ? Leaves.empty(field, length(field, name), ccsid(field))
              : Leaves.encode(field, value, name, length(field, name), ccsid(field));
      out.writeBytes(bytes);
      if (field.links().own() >= 0) {
        slots[field.links().own()] = Leaves.key(field, bytes, 0, bytes.length, ccsid(field));
      }
    }
    if (out.size() - start > MOST_BYTES || out.size() > MOST_BYTES) {
      throw wrong(name, "makes the call larger than 16 MB");
    }
  }

  @SuppressWarnings("unchecked") // JSON's names are strings.
  private static Map<String, ?> members(Object value) {
    return (Map<String, ?>) value;
  }

  private void choice(
      Kind.Choice choice, Map<String, ?> values, String path, ByteArrayOutputStream out)
      throws FaultException {
    Field chosen = filling > 0 ? choice.alternatives().getFirst().field() : chosen(choice, slots);
    if (chosen == null) {
      throw Fault.argument("", "no form of the record belongs to the value that chooses").thrown();
    }
    for (Kind.Alternative other : choice.alternatives()) {
      if (!other.field().path().equals(chosen.path()) && values.get(other.field().name()) != null) {
        throw wrong(path + other.field().name(), "does not belong to the value that chooses");
      }
    }
    int start = out.size();
    field(chosen, values, path, out);
    for (int i = out.size() - start; i < choice.size(); i++) {
      out.write(0x40);
    }
  }

  /** Null: the value that chooses belongs to none. */
  static @Nullable Field chosen(Kind.Choice choice, @Nullable Object[] slots) {
    if (choice.slot() < 0) {
      return choice.alternatives().getFirst().field();
    }
    Object value = slots[choice.slot()];
    return choice.alternatives().stream()
        .filter(a -> value != null && a.when().contains(value.toString()))
        .map(Kind.Alternative::field)
        .findFirst()
        .orElse(null);
  }

  private int length(Field field, String name) throws FaultException {
    return field.links().length() < 0 ? -1 : number(field.links().length(), name);
  }

  private int ccsid(Field field) throws FaultException {
    return field.links().ccsid() < 0 ? -1 : number(field.links().ccsid(), field.path());
  }

  private int number(int slot, String name) throws FaultException {
    if (slots[slot] instanceof Long value && value >= 0 && value <= MOST_BYTES) {
      return Math.toIntExact(value);
    }
    throw wrong(name, "depends on a number that is not given, or out of range");
  }

  static FaultException wrong(String name, String problem) {
    return Fault.argument(name, "“" + name + "” " + problem).thrown();
  }
}
