package drawbridge.agent.console;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Whether calls flow, at a glance; then the rest. */
final class OverviewPage {
  private static final int MINUTES = 60;

  private OverviewPage() {}

  static Html of(Status status) {
    Html main = Html.of("<div data-live>{}", verdict(status));
    main.add("{}", tiles(status.calls()));
    Instant from =
        status.now().truncatedTo(ChronoUnit.MINUTES).minus(Duration.ofMinutes(MINUTES - 1));
    main.add(
        "<section class=sheet><h2>Calls a minute, the last hour</h2>{}</section>",
        Chart.of(from, Duration.ofMinutes(1), MINUTES, status.minutes()));
    main.add("<div class=columns>{}{}</div>", channels(status), sources(status));
    main.add("{}{}", recent(status), facts(status));
    return Page.of("Overview", "overview", status, main.add("</div>"));
  }

  private static Html verdict(Status status) {
    if (status.ok()) {
      return Html.of(
          "<section class='verdict good'><h2>✓ Calls flow</h2><p>Connected, every channel open, every source available. {}</p></section>",
          status.paused().isEmpty() ? "" : "Paused: " + String.join(", ", status.paused()) + ".");
    }
    boolean flows =
        status.connected()
            && status.audit().healthy()
            && status.channels().stream().anyMatch(one -> one.open() && !one.suspect())
            && !status.paused().contains("all calls");
    Html troubles =
        Html.of(
            "<section class='verdict bad'><h2>✗ {}</h2><ul>",
            flows ? "Calls flow, but not all is well" : "Calls do not flow");
    for (Status.Trouble trouble : status.troubles()) {
      troubles.add("<li><strong>{}</strong><br>→ {}</li>", trouble.what(), trouble.fix());
    }
    return troubles.add("</ul></section>");
  }

  private static Html tiles(Status.Calls calls) {
    Status.Last last = calls.last();
    return Html.of("<dl class=tiles aria-label='The last minute'>")
        .add("{}", tile("under way", Words.number(calls.running()), ""))
        .add("{}", tile("answered in the last minute", Words.number(last.answered()), ""))
        .add("{}", tile("refused", Words.number(last.refused()), last.refused() > 0 ? "warn" : ""))
        .add("{}", tile("failed", Words.number(last.failed()), last.failed() > 0 ? "bad" : ""))
        .add("{}", tile("median time", Words.micros(last.p50()), ""))
        .add("{}", tile("99 of 100 within", Words.micros(last.p99()), ""))
        .add("</dl>");
  }

  private static Html tile(String what, String value, String kind) {
    return Html.of("<div class='tile {}'><dt>{}</dt><dd>{}</dd></div>", kind, what, value);
  }

  private static Html channels(Status status) {
    Html rows = Html.of("<section class=sheet><h2>Channels</h2><ul class=list>");
    for (Status.Channel one : status.channels()) {
      rows.add(
          "<li><span class=name>{}</span> {}<span class=soft>for {}</span>{}</li>",
          one.gateway(),
          pill(one.open() && !one.suspect(), Words.channel(one)),
          Words.time(Duration.between(one.since(), status.now())),
          one.detail().equals("open")
              ? Html.of("")
              : Html.of("<p class=detail>{}</p>", one.detail()));
    }
    return rows.add(
        "</ul>{}</section>",
        status.channels().isEmpty() ? Html.of("<p class=soft>None yet.</p>") : Html.of(""));
  }

  private static Html sources(Status status) {
    Html rows = Html.of("<section class=sheet><h2>Sources</h2><ul class=list>");
    for (Status.Source one : status.sources()) {
      rows.add(
          "<li><span class=name>{}</span> {}<span class=soft>{}</span>{}</li>",
          one.name(),
          pill(one.available(), one.available() ? "available" : "not available"),
          Words.figures(one),
          one.detail().equals("available")
              ? Html.of("")
              : Html.of("<p class=detail>{}</p>", one.detail()));
    }
    return rows.add(
        "</ul>{}</section>",
        status.sources().isEmpty()
            ? Html.of("<p class=soft>The site folder has none.</p>")
            : Html.of(""));
  }

  private static Html pill(boolean good, String text) {
    return good
        ? Html.of("<span class='pill good'>✓ {}</span> ", text)
        : Html.of("<span class='pill bad'>✗ {}</span> ", text);
  }

  private static Html recent(Status status) {
    Html section = Html.of("<section class=sheet><h2>Last problems</h2>");
    if (status.recent().isEmpty()) {
      return section.add("<p class=soft>None since the start.</p></section>");
    }
    section.add("<ul class=problems>");
    for (Status.Recent one : status.recent()) {
      section.add(
          "<li><p class=head><span class=code>{}</span> <span class=name>{}</span>{}<span class=soft>{} ago</span></p><p>{}</p><p class=fix>→ {}</p>{}</li>",
          one.code(),
          one.operation(),
          one.count() > 1
              ? Html.of("<span class=pill>{} times</span> ", Words.number(one.count()))
              : Html.of(""),
          Words.time(Duration.between(one.last(), status.now())),
          one.what(),
          one.fix(),
          one.reference().isEmpty()
              ? Html.of("")
              : Html.of(
                  "<p class=soft>reference <a class=mono href='/audit?reference={}'>{}</a></p>",
                  one.reference(),
                  one.reference()));
    }
    return section.add("</ul></section>");
  }

  private static Html facts(Status status) {
    Html facts = Html.of("<section class=sheet><h2>This agent</h2><dl class=facts>");
    Status.Calls calls = status.calls();
    facts.add(
        "<dt>Running</dt><dd>version {}, up for {}, since {}</dd>",
        status.version(),
        Words.time(Duration.between(status.started(), status.now())),
        Words.instant(status.started()));
    facts.add(
        "<dt>Since then</dt><dd>{} answered, {} refused, {} failed</dd>",
        Words.number(calls.answered()),
        Words.number(calls.refused()),
        Words.number(calls.failed()));
    facts.add(
        "<dt>Service Bus</dt><dd>{}{}</dd>",
        status.connected() ? "connected" : "not connected",
        status.way().isEmpty() ? "" : " by " + status.way());
    facts.add(
        "<dt>Certificate</dt><dd>{}</dd>",
        status.notAfter() == null
            ? "not known yet"
            : Words.ends(status.notAfter(), status.now())
                + ", "
                + Words.instant(status.notAfter()));
    facts.add(
        "<dt>Audit log</dt><dd>{}, {} records signed, <code>{}</code></dd>",
        status.audit().healthy() ? "written" : "not written",
        Words.number(status.audit().records()),
        status.audit().folder());
    facts.add(
        "<dt>Site folder</dt><dd>loaded {}, <code>{}</code><br><span class=soft>digest</span> <code>{}</code></dd>",
        Words.instant(status.folder().loaded()),
        status.folder().path(),
        status.folder().digest());
    facts.add(
        "<dt>Paused</dt><dd>{}</dd>",
        status.paused().isEmpty() ? "nothing" : String.join(", ", status.paused()));
    return facts.add("</dl></section>");
  }
}
