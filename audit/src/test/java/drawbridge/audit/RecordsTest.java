package drawbridge.audit;

import static drawbridge.audit.AuditFiles.about;
import static drawbridge.audit.AuditFiles.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/audit.md and docs/audit.schema.json say what the log writes and what the code reads. */
class RecordsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern FIELD =
      Pattern.compile(
          "(?:text|put|heap|write\\w*Field\\w*|write\\w*FieldStart)\\(\\s*\"([a-z_.]+)\"");
  private static final Pattern KEY =
      Pattern.compile(
          "(?:audit|syslog|get\\(\\))\\s*\\.(?:path|size|flag|duration|optionalPath|optionalSection|existing|text|integer)\\(\\s*\"([a-z-]+)\"");

  @TempDir Path temp;

  private static String source(String name) throws Exception {
    return Files.readString(ROOT.resolve("audit/src/main/java/drawbridge/audit").resolve(name));
  }

  private static Set<String> all(Pattern pattern, String text) {
    Set<String> names = new TreeSet<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      names.add(matcher.group(1));
    }
    return names;
  }

  @Test
  void thePageNamesEveryFieldKindOutcomeAndKey() throws Exception {
    String page = Files.readString(ROOT.resolve("docs/audit.md"));
    Set<String> names = all(FIELD, source("Lines.java") + source("Recovery.java"));
    assertTrue(names.size() > 30, names.toString());
    for (AuditRecord.Kind kind : AuditRecord.Kind.values()) {
      names.add(kind.text);
    }
    for (AuditRecord.Outcome outcome : AuditRecord.Outcome.values()) {
      names.add(outcome.name().toLowerCase(Locale.ROOT));
    }
    Set<String> keys = all(KEY, source("AuditSettings.java"));
    assertTrue(keys.size() >= 6, keys.toString());
    keys.remove("values");
    keys.remove("rotate");
    keys.remove("syslog");
    names.addAll(keys);
    for (String key : all(KEY, source("SyslogSettings.java"))) {
      names.add("syslog." + key);
    }
    for (String name : names) {
      assertTrue(page.contains("`" + name + "`"), "docs/audit.md does not name " + name);
    }
  }

  @Test
  void realRecordsOfEveryKindFitTheSchema() throws Exception {
    Path folder = temp.resolve("audit");
    ValueKeys keys =
        ValueKeys.open(temp.resolve("keys"), Duration.ofDays(1), InstantSource.system());
    ValueKeys.Hashes hashes = keys.hashes();
    AuditRecord.About about =
        about(
            "0123456789abcdef0123456789abcdef",
            "orders/v1/FindOrders",
            List.of(hashes.hashed("a", "1"), Recorded.clear("b", "2"), Recorded.omitted("c")),
            hashes.key());
    try (AuditLog log = AuditFiles.open(folder, 3_000)) {
      log.record(
          AuditRecord.event(
              AuditRecord.Kind.START,
              Map.of("site", "s", "agent", "a", "service.version", "1", "digest", "d")));
      log.record(
          AuditRecord.event(AuditRecord.Kind.CHANNEL_OPEN, Map.of("gateway", "g", "tls", "x")));
      log.record(
          AuditRecord.event(AuditRecord.Kind.CHANNEL_CLOSE, Map.of("gateway", "g", "why", "x")));
      log.record(AuditRecord.event(AuditRecord.Kind.SECURITY, Map.of("gateway", "g", "what", "x")));
      log.record(
          AuditRecord.event(
              AuditRecord.Kind.RELOAD,
              Map.of("digest", "e", "before", "d", "revoked", "0", "changes", "x")));
      log.record(AuditRecord.event(AuditRecord.Kind.RELOAD_REFUSED, Map.of("why", "x")));
      log.record(
          AuditRecord.event(AuditRecord.Kind.CONSOLE, Map.of("action", "find", "asked", "user=x")));
      log.record(AuditRecord.event(AuditRecord.Kind.PAUSE, Map.of("paused", "x", "revoked", "0")));
      log.record(
          AuditRecord.event(
              AuditRecord.Kind.CERTIFICATE, Map.of("not_after", "2027-01-01T00:00:00Z")));
      log.record(AuditRecord.begin(about).with(Map.of("site", "s", "agent", "a")));
      log.record(AuditRecord.end(about, ok().told(List.of(hashes.hashed("id", "7")), true, "")));
      log.record(AuditRecord.call(about, ok()));
      log.record(
          AuditRecord.refused(
                  about,
                  new AuditRecord.Result(
                      AuditRecord.Outcome.REFUSED, "FORBIDDEN", 0, "no rule", "ref", 0, 0, 0, 9))
              .with(Map.of("sent", "no")));
      for (int i = 0; i < 20; i++) {
        log.record(AuditRecord.begin(about("open" + i)));
      }
    }
    Set<String> kinds = new TreeSet<>();
    List<String> wrong = new ArrayList<>();
    check(folder, kinds, wrong);
    try (AuditLog log = AuditFiles.open(folder, 3_000)) {
      new Housekeeping(log, folder, true, Duration.ofNanos(1), InstantSource.system()).tidy();
    }
    Path last = SegmentFiles.in(folder).getLast().lines();
    String torn = Files.readString(last);
    Files.writeString(last, torn + "{\"seq\":");
    AuditFiles.open(folder).close();
    check(folder, kinds, wrong);
    try (AuditLog log = AuditFiles.open(temp.resolve("marked"))) {
      AuditFiles.fill(log);
    }
    check(temp.resolve("marked"), kinds, wrong);
    assertEquals(List.of(), wrong);
    Set<String> every = new TreeSet<>();
    for (AuditRecord.Kind kind : AuditRecord.Kind.values()) {
      every.add(kind.text);
    }
    assertEquals(every, kinds);
    JsonNode schema = JSON.readTree(ROOT.resolve("docs/audit.schema.json").toFile());
    List<String> bad = new ArrayList<>();
    Schema.check(
        schema,
        schema,
        JSON.readTree("{\"seq\":0,\"time\":\"x\",\"kind\":\"y\",\"z\":1}"),
        "",
        bad);
    assertFalse(bad.isEmpty(), "the check checks");
  }

  private static void check(Path folder, Set<String> kinds, List<String> wrong) throws Exception {
    JsonNode schema = JSON.readTree(ROOT.resolve("docs/audit.schema.json").toFile());
    for (byte[] line : Independent.lines(folder)) {
      JsonNode record = JSON.readTree(line);
      kinds.add(record.path("kind").asText());
      Schema.check(schema, schema, record, "", wrong);
    }
  }
}
