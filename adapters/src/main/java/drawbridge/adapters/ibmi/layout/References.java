package drawbridge.adapters.ibmi.layout;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What fields of a description refer to, by names that are looked for outwards, group by group, as
 * JTOpen does it.
 *
 * @param all every field below the top, in the order of storage
 * @param parameters each child of the top has its own storage
 */
record References(Draft top, List<Draft> all, boolean parameters) {

  /**
   * The field that another one means.
   *
   * @param number it must be a whole number
   * @throws drawbridge.settings.SettingsException where it is none, or can't be known in time
   */
  Draft of(Draft from, String name, boolean number) {
    String inside =
        !top.name.isEmpty() && name.startsWith(top.name + ".")
            ? name.substring(top.name.length() + 1)
            : name;
    for (Draft group = from.parent; group != null; group = group.parent) {
      Draft found = descend(group, inside);
      if (found != null && found != from) {
        checkReferred(from, found, name, number);
        return found;
      }
    }
    throw from.wrong(
        "refers to “" + name + "”, which is not there", "name a field that stands before it");
  }

  private static @Nullable Draft descend(Draft group, String name) {
    Draft at = group;
    for (String part : name.split("\\.", -1)) {
      Draft next = named(at, part);
      if (next == null) {
        return null;
      }
      at = next;
    }
    return at;
  }

  static @Nullable Draft named(Draft group, String name) {
    for (Draft child : group.children) {
      if (!child.choice && child.name.equalsIgnoreCase(name)) {
        return child;
      }
      Draft inner = child.choice ? named(child, name) : null;
      if (inner != null) {
        return inner;
      }
    }
    return null;
  }

  private void checkReferred(Draft from, Draft found, String name, boolean number) {
    Kind kind = found.kind;
    int scale =
        switch (kind) {
          case Kind.Packed k -> k.scale();
          case Kind.Zoned k -> k.scale();
          case Kind.Binary k -> k.scale();
          case null, default -> -1;
        };
    if (number && scale != 0) {
      throw from.wrong(
          "refers to “" + name + "”, which is no whole number", "name a field without decimals");
    }
    if (found.repeated || inArray(found, from)) {
      throw from.wrong(
          "refers to “" + name + "”, of which there are many", "name one that stands once");
    }
    if (all.indexOf(found) > all.indexOf(from) && (!parameters || root(found) == root(from))) {
      throw from.wrong(
          "refers to “" + name + "”, which stands behind it", "name a field that stands before it");
    }
  }

  /** The one referred to stands in an array that the other one is not in. */
  private static boolean inArray(Draft found, Draft from) {
    for (Draft group = found.parent; group != null; group = group.parent) {
      if (group.repeated && !within(from, group)) {
        return true;
      }
    }
    return false;
  }

  static boolean within(Draft draft, Draft group) {
    for (Draft at = draft; at != null; at = at.parent) {
      if (at == group) {
        return true;
      }
    }
    return false;
  }

  Draft root(Draft draft) {
    Draft at = draft;
    while (at.parent != null && at.parent != top) {
      at = at.parent;
    }
    return at;
  }
}
