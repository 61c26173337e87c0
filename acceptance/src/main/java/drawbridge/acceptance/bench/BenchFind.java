package drawbridge.acceptance.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import drawbridge.audit.AuditFolder;
import drawbridge.audit.AuditKey;
import drawbridge.audit.AuditLog;
import drawbridge.audit.AuditRecord;
import drawbridge.audit.Found;
import drawbridge.audit.Identity;
import drawbridge.audit.Query;
import drawbridge.audit.Recorded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Searches in many records of several logs, as {@code audit find} does them: what stands in one
 * record, in some, and in nearly every block but never together. For one thread.
 */
final class BenchFind {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int WRITERS = 2_048;
  private static final int MOST = 1_000;
  private static final String CALLER = "CN=connector-%d,O=Contoso";

  /** The fields that {@code audit find} looks in. */
  private static final String[] CALLERS = {Identity.SUBJECT, Identity.FINGERPRINT, Identity.APP};

  private static final String[] USER = {Identity.USER, Identity.USER_NAME, Identity.OBJECT};

  private final long records;
  private final boolean json;
  private final List<Path> logs = new ArrayList<>();

  /**
   * In folders of their own below one.
   *
   * @param records of all of them together
   */
  BenchFind(Path base, int folders, long records, boolean json) {
    this.records = records;
    this.json = json;
    for (int i = 0; i < folders; i++) {
      logs.add(base.resolve("log-" + i));
    }
  }

  void run() throws Exception {
    long from = System.nanoTime();
    for (int i = 0; i < logs.size(); i++) {
      AuditKey key = AuditKey.generate("drawbridge/bench/agent/bench-" + i);
      write(logs.get(i), key, i);
      // The log that ended in order is opened once more, and its housekeeping closes the rest.
      AuditLog.tidy(logs.get(i), key);
    }
    double wrote = seconds(from);
    long bytes = 0;
    for (Path log : logs) {
      bytes += size(log);
    }
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("records", records);
    figures.put("folders", logs.size());
    figures.put("bytes", bytes);
    figures.put("seconds", wrote);
    say("written", figures);
    for (Map.Entry<String, Query> one : queries().entrySet()) {
      find(one.getKey(), one.getValue(), MOST);
    }
    Instant middle =
        AuditFolder.find(folders(), Query.builder().any(call(records / 3), "call").build(), 1)
            .getFirst()
            .time();
    find("time", Query.builder().from(middle).to(middle.plusSeconds(1)).build(), MOST);
    find("user, all there is", Query.builder().any("user-7", USER).build(), Integer.MAX_VALUE);
  }

  private List<AuditFolder> folders() {
    return logs.stream().map(AuditFolder::of).toList();
  }

  private void find(String what, Query query, int most) throws IOException {
    for (String time : List.of("first", "again")) {
      find(what, query, most, time);
    }
  }

  private void find(String what, Query query, int most, String time) throws IOException {
    long from = System.nanoTime();
    List<Found> found = AuditFolder.find(folders(), query, most);
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("what", what);
    figures.put("time", time);
    figures.put("found", found.size());
    figures.put("seconds", seconds(from));
    say("find", figures);
  }

  private Map<String, Query> queries() {
    long wanted = records / 3;
    Map<String, Query> all = new LinkedHashMap<>();
    all.put("argument", Query.builder().any("v" + wanted, "arguments.customerId.value").build());
    all.put("nothing", Query.builder().any("v-1", "arguments.customerId.value").build());
    all.put("returned", Query.builder().any("r" + wanted, "keys.id.value").build());
    all.put("call", Query.builder().any(call(wanted), "call").build());
    all.put(
        "reference",
        Query.builder().any("ref-" + (wanted - wanted % 1_000 + 77), "reference").build());
    all.put("caller", Query.builder().any(CALLER.formatted(7), CALLERS).build());
    all.put("user", Query.builder().any("user-7", USER).build());
    all.put("operation", Query.builder().any("orders/v1/Op-3", "operation").build());
    all.put("failed", Query.builder().any("failed", "outcome").build());
    all.put(
        "user and failed", Query.builder().any("user-7", USER).any("failed", "outcome").build());
    all.put(
        "caller, operation and failed",
        Query.builder()
            .any(CALLER.formatted(7), CALLERS)
            .any("orders/v1/Op-3", "operation")
            .any("failed", "outcome")
            .build());
    all.put(
        "operation and user, never together",
        Query.builder().any("orders/v1/Op-3", "operation").any("user-8", USER).build());
    return all;
  }

  private void write(Path log, AuditKey key, int folder) throws Exception {
    try (AuditLog writer = AuditLog.open(log, key);
        ExecutorService all = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      for (int t = 0; t < WRITERS; t++) {
        long first = folder + (long) t * logs.size();
        running.add(
            all.submit(
                () -> {
                  for (long i = first; i < records; i += (long) WRITERS * logs.size()) {
                    writer.record(record(i));
                  }
                  return null;
                }));
      }
      for (Future<?> one : running) {
        one.get();
      }
    }
  }

  private static String call(long i) {
    return "%032x".formatted(i * 0x9E3779B97F4A7C15L);
  }

  /**
   * Of a thousand users, fifty callers and ten operations; one in a thousand failed, one in a
   * hundred refused.
   */
  static AuditRecord record(long i) {
    long mixed = (i * 0x9E3779B97F4A7C15L) >>> 40;
    // User n calls every operation but the one of his own last digit and five.
    long user = mixed % 1_000;
    long operation = (user + 6 + mixed / 1_000 % 9) % 10;
    AuditRecord.Outcome outcome =
        i % 1_000 == 77
            ? AuditRecord.Outcome.FAILED
            : i % 100 == 3 ? AuditRecord.Outcome.REFUSED : AuditRecord.Outcome.OK;
    return AuditRecord.call(
        new AuditRecord.About(
            call(i),
            1,
            "orders/v1/Op-" + operation,
            "gateway-1",
            Identity.builder()
                .proven(Identity.USER, "user-" + user)
                .claimed(Identity.SUBJECT, CALLER.formatted(mixed / 9_000 % 50))
                .claimed(Identity.ISSUER, "CN=Connectors CA,O=Contoso")
                .claimed(Identity.ADDRESS, "10.0.0.1")
                .build(),
            "apps-read-orders",
            "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            List.of(Recorded.clear("customerId", "v" + i)),
            "",
            "00-" + call(~i) + "-b7ad6b7169203331-01"),
        new AuditRecord.Result(
                outcome,
                "",
                200,
                "",
                outcome == AuditRecord.Outcome.OK ? "" : "ref-" + i,
                1,
                120,
                800,
                1_000)
            .told(List.of(Recorded.clear("id", "r" + i)), false, ""));
  }

  private void say(String how, Map<String, Object> figures) throws IOException {
    if (json) {
      Map<String, Object> line = new LinkedHashMap<>(Map.of("how", how));
      line.putAll(figures);
      System.out.println(JSON.writeValueAsString(line));
    } else {
      StringBuilder line = new StringBuilder(how);
      figures.forEach(
          (name, value) ->
              line.append(", ")
                  .append(name)
                  .append(' ')
                  .append(value instanceof Double d ? "%.2f".formatted(d) : value));
      System.out.println(line);
    }
  }

  private static double seconds(long from) {
    return (System.nanoTime() - from) / 1e9;
  }

  private static long size(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      long size = 0;
      for (Path one : all.toList()) {
        size += Files.size(one);
      }
      return size;
    }
  }
}
