package drawbridge.acceptance.faults;

import drawbridge.acceptance.AuditTrail;
import drawbridge.acceptance.Stack;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Every call of a run, held against what stands in the table and in the agents' audit logs.
 *
 * @param calls requests that were sent
 * @param failed answers that the fault's rule does not allow, and answers that were untrue
 * @param refused answers that it does allow
 * @param duplicated writes that stand in the table more than once
 * @param unknown writes whose caller was told that nobody knows
 * @param longestPauseMs the longest time in which no caller had a good answer
 * @param why the first reasons for {@code failed} and {@code duplicated}, for people
 */
record Account(
    long calls,
    long failed,
    long refused,
    long duplicated,
    long unknown,
    long longestPauseMs,
    List<String> why) {
  private static final int MOST_REASONS = 10;

  /** Clocks of one machine, read by different programs. */
  private static final long SKEW_MS = 250;

  /** A row of the table. */
  private record Note(long copies, long lastMadeAt) {}

  static Account of(Stack stack, String run, List<Seen> seen, Predicate<Seen> allowed, int slack)
      throws IOException, SQLException {
    return new Reckoning(notes(stack, run), recorded(stack), allowed, slack * SKEW_MS).reckon(seen);
  }

  boolean good() {
    return failed == 0 && duplicated == 0;
  }

  private static Map<String, Note> notes(Stack stack, String run) throws IOException, SQLException {
    Map<String, Note> notes = new HashMap<>();
    try (var connection = stack.database().connect();
        var statement =
            connection.prepareStatement(
                "select text, count(*), max(extract(epoch from made_at) * 1000)::bigint"
                    + " from sales.notes where text like ? group by text")) {
      statement.setString(1, run + "-%");
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          notes.put(rows.getString(1), new Note(rows.getLong(2), rows.getLong(3)));
        }
      }
    }
    return notes;
  }

  /** Ids of the calls that an audit log says went well, or may have. */
  private static Map<String, List<String>> recorded(Stack stack) throws IOException {
    Map<String, List<String>> outcomes = new HashMap<>();
    for (Path audit : stack.audits()) {
      AuditTrail.calls(
          audit,
          record -> {
            if (record.has("outcome")) {
              outcomes
                  .computeIfAbsent(record.path("call").asText(), call -> new ArrayList<>())
                  .add(record.path("outcome").asText());
            }
          });
    }
    return outcomes;
  }

  private static final class Reckoning {
    private final Map<String, Note> notes;
    private final Map<String, List<String>> recorded;
    private final Predicate<Seen> allowed;
    private final long skewMs;
    private final List<String> why = new ArrayList<>();
    private long failed;

    Reckoning(
        Map<String, Note> notes,
        Map<String, List<String>> recorded,
        Predicate<Seen> allowed,
        long skewMs) {
      this.skewMs = skewMs;
      this.notes = notes;
      this.recorded = recorded;
      this.allowed = allowed;
    }

    Account reckon(List<Seen> seen) {
      long refused = 0;
      Set<String> unknown = new HashSet<>();
      Set<String> good = new HashSet<>();
      Set<String> asked = new HashSet<>();
      for (Seen one : seen) {
        asked.add(one.key());
        if (one.good()) {
          good.add(one.key());
          // Refused and unknown ones may lack a record; what went well may not.
          if (!recorded.getOrDefault(one.call(), List.of()).contains("ok")) {
            fail("no audit record says that it went well: ", one);
          }
        } else if (allowed.test(one)) {
          refused++;
        } else {
          fail("not allowed: ", one);
        }
        if (one.unknown()) {
          unknown.add(one.key());
        }
      }
      long duplicated = 0;
      for (Map.Entry<String, Note> entry : notes.entrySet()) {
        if (entry.getValue().copies() > 1) {
          duplicated++;
          because("done " + entry.getValue().copies() + " times: " + entry.getKey());
        }
      }
      Set<String> admitted = new HashSet<>();
      for (Seen one : seen) {
        List<String> outcomes = recorded.getOrDefault(one.call(), List.of());
        if (outcomes.contains("ok") || outcomes.contains("unknown")) {
          admitted.add(one.key());
        }
      }
      for (Seen one : seen) {
        check(one, good, unknown);
        if (one.unknown()) {
          reconcile(one, admitted);
        }
      }
      asked.remove("");
      if (!asked.containsAll(notes.keySet())) {
        failed++;
        because("a note that nobody asked for");
      }
      return new Account(
          seen.size(), failed, refused, duplicated, unknown.size(), longestPause(seen), why);
    }

    private void check(Seen one, Set<String> good, Set<String> unknown) {
      if (!one.write()) {
        return;
      }
      Note note = notes.get(one.key());
      if (one.good() && note == null) {
        fail("answered as done, and not done: ", one);
      }
      if (note != null && !good.contains(one.key()) && !unknown.contains(one.key())) {
        fail("done, though its caller was told that it was not: ", one);
      }
      if (note != null
          && one.patience() > 0
          && note.lastMadeAt() > one.beganAt() + one.patience() * 1_000L + skewMs) {
        fail("done after its deadline: ", one);
      }
    }

    /** What callers do with an answer of which nobody knows: audit log and table agree on it. */
    private void reconcile(Seen one, Set<String> admitted) {
      Note note = notes.get(one.key());
      if (note == null && recorded.getOrDefault(one.call(), List.of()).contains("ok")) {
        fail("recorded as done, and not done: ", one);
      }
      // A broken connection names no call, so its record cannot be looked for.
      if (note != null && !one.call().isEmpty() && !admitted.contains(one.key())) {
        fail("done, and no audit record says so or leaves it open: ", one);
      }
    }

    private void fail(String reason, Seen one) {
      failed++;
      because(
          reason
              + (one.write() ? "write " : "read ")
              + one.status()
              + " "
              + one.code()
              + " after "
              + (one.ended() - one.began()) / 1_000_000
              + " ms, "
              + one.call());
    }

    private void because(String reason) {
      if (why.size() < MOST_REASONS) {
        why.add(reason);
      }
    }

    private static long longestPause(List<Seen> seen) {
      List<Seen> good =
          seen.stream().filter(Seen::good).sorted(Comparator.comparingLong(Seen::ended)).toList();
      long longest = 0;
      for (int i = 1; i < good.size(); i++) {
        longest = Math.max(longest, good.get(i).ended() - good.get(i - 1).ended());
      }
      return longest / 1_000_000;
    }
  }
}
