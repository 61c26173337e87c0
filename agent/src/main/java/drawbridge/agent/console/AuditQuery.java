package drawbridge.agent.console;

import drawbridge.audit.AuditFolder;
import drawbridge.audit.Found;
import drawbridge.audit.Identity;
import drawbridge.audit.Query;
import drawbridge.audit.ValueKeys;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What was asked for in the form of the audit page.
 *
 * @param query as the log understands it
 * @param asked the conditions for the log: without the values that it only keeps hashed
 */
record AuditQuery(Query query, String asked) {
  /** Choices of the form, and the kinds of records that each stands for. */
  static final Map<String, Set<String>> KINDS = kinds();

  static final List<String> OUTCOMES = List.of("ok", "refused", "failed", "cancelled", "unknown");

  /** Looked at one after the other until there are enough: the newest are what people want. */
  private static final List<Duration> BACK =
      List.of(Duration.ofHours(1), Duration.ofDays(1), Duration.ofDays(14));

  private static Map<String, Set<String>> kinds() {
    Map<String, Set<String>> all = new LinkedHashMap<>();
    all.put("calls", Set.of("call", "begin", "end", "refused"));
    all.put("security", Set.of("security", "console"));
    all.put("channels", Set.of("channel-open", "channel-close"));
    all.put("changes", Set.of("reload", "reload-refused", "pause", "certificate"));
    all.put("the log itself", Set.of("start", "stop", "segment", "repair", "sealed", "removed"));
    return all;
  }

  /**
   * Reads the form.
   *
   * @throws Form.Wrong naming the field
   */
  static AuditQuery read(Form form, ValueKeys values) throws Form.Wrong {
    Query.Builder query = Query.builder();
    List<String> asked = new ArrayList<>();
    any(query, asked, form, "caller", Identity.SUBJECT, Identity.FINGERPRINT, Identity.APP);
    any(query, asked, form, "user", Identity.USER, Identity.USER_NAME, Identity.OBJECT);
    any(query, asked, form, "operation", "operation");
    any(query, asked, form, "reference", "reference");
    any(query, asked, form, "call", "call");
    any(query, asked, form, "outcome", "outcome");
    String argument = form.get("argument").strip();
    if (!argument.isEmpty()) {
      query.argument(name(argument, "Argument"), value(argument), values);
      asked.add("argument " + name(argument, "Argument"));
    }
    String returned = form.get("returned").strip();
    if (!returned.isEmpty()) {
      query.key(name(returned, "Returned key"), value(returned), values);
      asked.add("returned " + name(returned, "Returned key"));
    }
    for (String end : List.of("from", "to")) {
      String text = form.get(end).strip();
      if (!text.isEmpty()) {
        asked.add(end + "=" + text);
        if (end.equals("from")) {
          query.from(time(text));
        } else {
          query.to(time(text));
        }
      }
    }
    Query built = query.build();
    String kind = form.get("kind");
    Set<String> kinds = KINDS.get(kind);
    if (kinds != null) {
      asked.add("kind=" + kind);
      List<Query.Condition> conditions = new ArrayList<>(built.conditions());
      conditions.add(new Query.Condition(Map.of("kind", kinds)));
      built = new Query(conditions, built.from(), built.to());
    }
    return new AuditQuery(built, asked.isEmpty() ? "the newest" : String.join(", ", asked));
  }

  private static void any(
      Query.Builder query, List<String> asked, Form form, String field, String... paths) {
    String value = form.get(field).strip();
    if (!value.isEmpty()) {
      query.any(value, paths);
      asked.add(field + "=" + value);
    }
  }

  private static String name(String pair, String field) throws Form.Wrong {
    int equals = pair.indexOf('=');
    if (equals < 1) {
      throw new Form.Wrong(field + ": write NAME=VALUE.");
    }
    return pair.substring(0, equals);
  }

  private static String value(String pair) {
    return pair.substring(pair.indexOf('=') + 1);
  }

  private static Instant time(String text) throws Form.Wrong {
    try {
      return text.length() == 10
          ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
          : text.endsWith("Z")
              ? Instant.parse(text)
              : LocalDateTime.parse(text.replace(' ', 'T')).toInstant(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      throw new Form.Wrong("A time is written 2026-01-31 or 2026-01-31 12:00, in UTC.");
    }
  }

  /** The newest that fit, newest first. */
  List<Found> find(AuditFolder folder, Instant now, int most) throws IOException {
    if (query.from().equals(Instant.MIN)) {
      for (Duration back : BACK) {
        Instant from = now.minus(back);
        if (from.isBefore(query.to())) {
          List<Found> found =
              folder.findLast(new Query(query.conditions(), from, query.to()), most);
          if (found.size() >= most) {
            return found;
          }
        }
      }
    }
    return folder.findLast(query, most);
  }
}
