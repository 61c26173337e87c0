package drawbridge.documents;

import drawbridge.relay.wire.Column;
import drawbridge.relay.wire.Form;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Compares the forms of one value: narrower breaks what is asked, wider what is answered. */
record Forms(String where, List<String> broken) {
  static String type(String type, Form form) {
    return (form.getArray() ? "a list of " : "") + type + (form.getText() ? " as text" : "");
  }

  private void breaks(String what) {
    broken.add(where + " " + what);
  }

  /** Whatever was accepted must still be. */
  void asked(Form old, Form now) {
    if (narrower(old.getMaxLength(), now.getMaxLength())) {
      breaks("may be at most %d characters long now".formatted(now.getMaxLength()));
    }
    if (narrower(old.getMaxItems(), now.getMaxItems())) {
      breaks("may have at most %d elements now".formatted(now.getMaxItems()));
    }
    if (!now.getPattern().isEmpty() && !now.getPattern().equals(old.getPattern())) {
      breaks("must be of another pattern now");
    }
    if (less(now.getMaximum(), old.getMaximum())) {
      breaks("may be at most %s now".formatted(now.getMaximum()));
    }
    if (less(negated(now.getMinimum()), negated(old.getMinimum()))) {
      breaks("must be at least %s now".formatted(now.getMinimum()));
    }
    if (now.getValuesCount() > 0) {
      if (old.getValuesCount() == 0) {
        breaks("takes only some values now");
      }
      Set<String> gone = new HashSet<>(old.getValuesList());
      gone.removeAll(now.getValuesList());
      gone.stream().sorted().forEach(value -> breaks("does not take " + value + " any more"));
    }
    members(old, now);
  }

  private void members(Form old, Form now) {
    Map<String, Column> current = new LinkedHashMap<>();
    now.getMembersList().forEach(member -> current.put(member.getName(), member));
    for (Column member : old.getMembersList()) {
      Column other = current.remove(member.getName());
      Forms inside = new Forms(where + "." + member.getName(), broken);
      if (other == null) {
        inside.breaks("is gone");
        continue;
      }
      String before = type(member.getType(), member.getForm());
      String after = type(other.getType(), other.getForm());
      if (!before.equals(after)) {
        inside.breaks("is %s now, no longer %s".formatted(after, before));
      }
      if (member.getNullable() && !other.getNullable()) {
        inside.breaks("may not be null any more");
      }
      inside.asked(member.getForm(), other.getForm());
    }
    if (old.getMembersCount() > 0) {
      current.values().stream()
          .filter(member -> !member.getNullable())
          .forEach(
              member ->
                  new Forms(where + "." + member.getName(), broken).breaks("is new and required"));
    }
  }

  /** Nothing may come that could not come before. */
  void answered(Form old, Form now) {
    if (old.getValuesCount() > 0) {
      if (now.getValuesCount() == 0) {
        breaks("may have any value now");
      }
      Set<String> added = new HashSet<>(now.getValuesList());
      added.removeAll(old.getValuesList());
      added.stream().sorted().forEach(value -> breaks("may be " + value + " now"));
    }
    if (!old.getPattern().isEmpty() && !old.getPattern().equals(now.getPattern())) {
      breaks("is of another pattern now");
    }
  }

  /** 0: not said. */
  private static boolean narrower(int old, int now) {
    return now > 0 && (old == 0 || now < old);
  }

  private static boolean less(String now, String old) {
    BigDecimal after = number(now);
    BigDecimal before = number(old);
    return after != null && (before == null || after.compareTo(before) < 0);
  }

  private static String negated(String number) {
    BigDecimal value = number(number);
    return value == null ? "" : value.negate().toPlainString();
  }

  private static @org.jspecify.annotations.Nullable BigDecimal number(String text) {
    try {
      return text.isEmpty() || text.length() > 80 ? null : new BigDecimal(text);
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
