package drawbridge.agent.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import drawbridge.agent.console.Console.Reply;
import drawbridge.audit.AuditFolder;
import drawbridge.audit.AuditLog;
import drawbridge.audit.Found;
import drawbridge.audit.ValueKeys;
import java.io.IOException;
import java.net.URLEncoder;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * The pages of the audit log: find, one record with its proof, verify, and calls over time. What is
 * looked at is recorded. Reads beside the writer and never waits for it. Thread-safe; at most two
 * people search at a time.
 */
final class AuditPage {
  private static final int MOST = 100;
  private static final int BARS = 48;
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final JsonFactory JSON = new JsonFactory();

  private final AuditFolder folder;
  private final ValueKeys values;
  private final Verification verification;
  private final BiConsumer<String, String> record;
  private final Semaphore room = new Semaphore(2);

  /**
   * Over a log that is being written.
   *
   * @param record takes what is done here and what was asked for
   */
  AuditPage(AuditLog log, ValueKeys values, BiConsumer<String, String> record) {
    this.folder = log.reader();
    this.values = values;
    this.record = record;
    this.verification = new Verification(log);
  }

  Reply answer(Status status, String path, boolean post, Form form) throws IOException, Form.Wrong {
    return switch (path) {
      case "/audit" -> guarded(() -> Reply.page(200, find(status, form)));
      case "/audit/verify" -> post ? verify(form) : Reply.page(200, verified(status));
      case "/audit/record" -> {
        long seq = seq(form);
        record.accept("record", Long.toString(seq));
        yield guarded(() -> Reply.page(200, one(status, seq)));
      }
      case "/audit/proof" -> {
        long seq = seq(form);
        record.accept("proof", Long.toString(seq));
        yield guarded(
            () ->
                Reply.text(200, folder.prove(seq))
                    .with(
                        "Content-Disposition",
                        "attachment; filename=\"record-" + seq + ".tlog-proof\""));
      }
      default -> Reply.page(404, Page.message("No such page", "Begin at the overview."));
    };
  }

  private Reply verify(Form form) throws Form.Wrong {
    verification.start(form.get("checkpoint"));
    record.accept("verify", "");
    return Reply.redirect("/audit/verify");
  }

  private Html verified(Status status) {
    return Page.of(
        "Verify",
        "audit",
        status,
        Html.of("<p><a href='/audit'>← Find</a></p>{}", verification.show()));
  }

  private interface Work {
    Reply run() throws IOException, Form.Wrong;
  }

  private Reply guarded(Work work) throws IOException, Form.Wrong {
    try {
      if (!room.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        return Reply.page(503, Page.message("Busy", "Others are searching; try again."));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Reply.page(503, Page.message("Shutting down", "The agent ends."));
    }
    try {
      return work.run();
    } finally {
      room.release();
    }
  }

  private static long seq(Form form) throws Form.Wrong {
    try {
      return Long.parseLong(form.get("seq"));
    } catch (NumberFormatException e) {
      throw new Form.Wrong("A record is named by its number.");
    }
  }

  // ---- find

  private Html find(Status status, Form form) throws IOException, Form.Wrong {
    AuditQuery asked = AuditQuery.read(form, values);
    record.accept("find", asked.asked());
    List<Found> found = asked.find(folder, status.now(), MOST);
    Html main = Html.of("<section class=sheet><h2>Find</h2>{}</section>", form(form));
    main.add("<section class=sheet><h2>Calls over time</h2>{}</section>", chart(status, asked));
    main.add(
        "<section class=sheet><h2 id=count>{}</h2><div class=scroll><table><thead><tr><th scope=col>Record</th><th scope=col>Time (UTC)</th><th scope=col>What</th><th scope=col>Operation</th><th scope=col>Caller, user</th><th scope=col class=right>Rows</th><th scope=col class=right>Time taken</th></tr></thead><tbody>",
        found.isEmpty()
            ? "No record fits"
            : found.size() == MOST
                ? "The newest " + MOST + " records"
                : found.size() == 1 ? "1 record" : found.size() + " records");
    for (Found one : found) {
      main.add("{}", row(one));
    }
    return Page.of("Audit", "audit", status, main.add("</tbody></table></div></section>"));
  }

  private static Html row(Found found) throws IOException {
    Map<String, String> fields = fields(found.line());
    String outcome = fields.getOrDefault("outcome", "");
    String kind = fields.getOrDefault("kind", "");
    String micros = fields.getOrDefault("total_us", "");
    return Html.of(
        "<tr><td><a href='/audit/record?seq={}'>{}</a></td><td class=nowrap>{}</td><td>{}</td><td class=mono>{}</td><td>{}</td><td class=right>{}</td><td class='right nowrap'>{}</td></tr>",
        found.seq(),
        found.seq(),
        Words.instant(found.time()).replace(" UTC", ""),
        outcome.isEmpty()
            ? Html.of("<span class=pill>{}</span>", kind)
            : Html.of(
                "<span class='pill {}'>{}</span>",
                outcome.equals("ok") ? "good" : outcome.equals("refused") ? "warn" : "bad",
                outcome),
        fields.getOrDefault("operation", first(fields, "action", "why", "what", "paused", "file")),
        first(
            fields,
            "proven/user.id",
            "claimed/user.name",
            "claimed/user.id",
            "proven/entra.app.id",
            "claimed/tls.client.subject",
            "asked"),
        fields.getOrDefault("rows", ""),
        micros.isEmpty() ? "" : Words.micros(Long.parseLong(micros)));
  }

  private static String first(Map<String, String> fields, String... names) {
    for (String name : names) {
      if (fields.containsKey(name)) {
        return fields.getOrDefault(name, "");
      }
    }
    return "";
  }

  private static Html form(Form form) {
    Html html = Html.of("<form method=post action='/audit' class=find>");
    html.add("{}", field(form, "caller", "Caller", "CN=… or app id"));
    html.add("{}", field(form, "user", "User", "object id or name"));
    html.add("{}", field(form, "operation", "Operation", "orders/v1/FindOrders"));
    html.add("{}", field(form, "argument", "Argument", "customerId=4711"));
    html.add("{}", field(form, "returned", "Returned key", "id=7"));
    html.add("{}", field(form, "reference", "Reference", "of a fault"));
    html.add("{}", field(form, "call", "Call id", "32 digits"));
    html.add("{}", choice(form, "outcome", "Outcome", AuditQuery.OUTCOMES));
    html.add("{}", choice(form, "kind", "Kind", List.copyOf(AuditQuery.KINDS.keySet())));
    html.add("{}", field(form, "from", "From (UTC)", "2026-01-31 12:00"));
    html.add("{}", field(form, "to", "To (UTC)", "2026-01-31 13:00"));
    return html.add(
        "<div class=actions><button class=first>Find</button> <a class=button href='/audit'>Clear</a> <a class=button href='/audit/verify'>Verify the log</a></div></form>");
  }

  private static Html field(Form form, String name, String label, String hint) {
    return Html.of(
        "<p><label for={}>{}</label><input id={} name={} value='{}' placeholder='{}' maxlength=512 autocomplete=off spellcheck=false></p>",
        name,
        label,
        name,
        name,
        form.get(name),
        hint);
  }

  private static Html choice(Form form, String name, String label, List<String> choices) {
    Html html =
        Html.of(
            "<p><label for={}>{}</label><select id={} name={}><option value=''>any</option>",
            name,
            label,
            name,
            name);
    for (String one : choices) {
      html.add(
          "<option {}>{}</option>",
          one.equals(form.get(name)) ? Html.of("selected") : Html.of(""),
          one);
    }
    return html.add("</select></p>");
  }

  /** Of the time that was asked for; of the last day where none was. */
  private Html chart(Status status, AuditQuery asked) throws IOException {
    Instant to = asked.query().to().equals(Instant.MAX) ? status.now() : asked.query().to();
    Instant from = asked.query().from();
    if (from.equals(Instant.MIN)) {
      from = to.minus(Duration.ofDays(1));
    }
    if (!from.isBefore(to)) {
      return Html.of("<p class=soft>That is no stretch of time.</p>");
    }
    long seconds = Math.max(60, Duration.between(from, to).toSeconds() / BARS);
    Duration step = Duration.ofSeconds((seconds + 59) / 60 * 60);
    Instant begin = from.truncatedTo(ChronoUnit.MINUTES);
    int bars =
        (int) Math.max(1, Duration.between(begin, to).plus(step).minusNanos(1).dividedBy(step));
    List<Status.Minute> counts =
        folder.counts(begin, to, step).stream()
            .map(n -> new Status.Minute(n.from(), n.answered(), n.refused(), n.failed()))
            .toList();
    return Chart.of(begin, step, bars, counts);
  }

  // ---- one record

  private Html one(Status status, long seq) throws IOException {
    String line = folder.line(seq);
    Map<String, String> fields = fields(line);
    Html main =
        Html.of(
            "<p><a href='/audit'>← Find</a></p><section class=sheet><h2>Record {}</h2><dl class=facts>",
            seq);
    fields.forEach(
        (name, value) ->
            main.add("<dt class=mono>{}</dt><dd>{}</dd>", name.replace('/', ' '), value));
    main.add("</dl>");
    String call = fields.getOrDefault("call", "");
    if (!call.isEmpty()) {
      main.add(
          "<p><a class=button href='/audit?call={}'>All records of this call</a></p>",
          URLEncoder.encode(call, UTF_8));
    }
    main.add(
        "<details><summary>The line as it stands in the log</summary><pre>{}</pre></details></section>",
        line);
    main.add("<section class=sheet><h2>Proof</h2>{}</section>", proof(seq));
    return Page.of("Record " + seq, "audit", status, main);
  }

  private Html proof(long seq) {
    try {
      String proof = folder.prove(seq);
      return Html.of(
          "<p>This proof shows that the record is in the log that the checkpoint at its end was signed for. Anybody can check it with the public key alone: <code>drawbridge audit check record-{}.tlog-proof --key audit.pub</code></p><p class=actions><a class='button first' href='/audit/proof?seq={}'>Download the proof</a></p><pre id=proof>{}</pre>",
          seq,
          seq,
          proof);
    } catch (IOException e) {
      return Html.of(
          "<p class=notice>{}. A checkpoint is signed within a second.</p>",
          String.valueOf(e.getMessage()));
    }
  }

  /** By path, with slashes; an array's values one after the other. */
  static Map<String, String> fields(String line) throws IOException {
    Map<String, String> fields = new LinkedHashMap<>();
    try (JsonParser json = JSON.createParser(line)) {
      while (json.nextToken() != null) {
        if (json.currentToken().isScalarValue()) {
          String name = json.getParsingContext().pathAsPointer().toString().substring(1);
          fields.put(name.replace("~1", "/").replace("~0", "~"), json.getText());
        }
      }
    }
    return fields;
  }
}
