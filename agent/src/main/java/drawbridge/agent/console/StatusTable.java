package drawbridge.agent.console;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.io.PrintWriter;
import java.time.Duration;

/** A {@link Status} as people read it on a terminal. */
public final class StatusTable {
  private final PrintWriter out;

  public StatusTable(PrintWriter out) {
    this.out = out;
  }

  /** Prints all of it, what needs somebody last: it stands nearest to the prompt. */
  public void print(Status status) {
    line(
        "agent",
        "%s/%s, version %s, up for %s%s",
        status.site(),
        status.agent(),
        status.version(),
        ago(status, status.started()),
        status.draining() ? ", shutting down" : "");
    line(
        "service bus",
        (status.connected() ? "connected" : "NOT CONNECTED")
            + (status.way().isEmpty() ? "" : " by " + status.way()));
    for (Status.Channel channel : status.channels()) {
      line(
          "channel",
          "%s  %s for %s%s",
          channel.gateway(),
          channel.open() && !channel.suspect()
              ? "open"
              : Words.channel(channel).toUpperCase(java.util.Locale.ROOT),
          ago(status, channel.since()),
          channel.detail().equals("open") ? "" : "  " + channel.detail());
    }
    Status.Calls calls = status.calls();
    Status.Last last = calls.last();
    line("calls", "%s under way", Words.number(calls.running()));
    line(
        "",
        "last minute  %s answered, %s refused, %s failed, p50 %s, p99 %s",
        Words.number(last.answered()),
        Words.number(last.refused()),
        Words.number(last.failed()),
        Words.micros(last.p50()),
        Words.micros(last.p99()));
    line(
        "",
        "since start  %s answered, %s refused, %s failed",
        Words.number(calls.answered()),
        Words.number(calls.refused()),
        Words.number(calls.failed()));
    for (Status.Source source : status.sources()) {
      String figures = Words.figures(source);
      line(
          "source",
          "%s  %s%s%s",
          source.name(),
          source.available() ? "" : "NOT AVAILABLE, ",
          source.detail(),
          figures.isEmpty() ? "" : "  (" + figures + ")");
    }
    if (status.notAfter() != null) {
      line("certificate", Words.ends(status.notAfter(), status.now()));
    }
    line(
        "audit",
        "%s, %s records signed, %s",
        status.audit().healthy() ? "healthy" : "NOT WRITTEN",
        Words.number(status.audit().records()),
        status.audit().folder());
    line("paused", status.paused().isEmpty() ? "nothing" : String.join(", ", status.paused()));
    line(
        "site folder",
        "%s, digest %s, loaded %s",
        status.folder().path(),
        status.folder().digest(),
        Words.instant(status.folder().loaded()));
    line("console", status.console().isEmpty() ? "off" : status.console());
    for (Status.Recent one : status.recent()) {
      line(
          "lately",
          "%s  %s%s%s%s%s",
          Words.instant(one.last()),
          one.code(),
          one.count() > 1 ? " (" + Words.number(one.count()) + " times)" : "",
          one.operation().isEmpty() ? "" : " " + one.operation(),
          one.reference().isEmpty() ? "" : " reference " + one.reference(),
          one.what().isEmpty() ? "" : ": " + one.what());
      line("", "→ %s", one.fix());
    }
    out.println();
    for (Status.Trouble trouble : status.troubles()) {
      line("TROUBLE", trouble.what());
      line("", "→ %s", trouble.fix());
    }
    if (status.ok()) {
      out.println("all is well");
    }
    out.flush();
  }

  private static String ago(Status status, java.time.Instant since) {
    return Words.time(Duration.between(since, status.now()));
  }

  private void line(String what, String text) {
    out.println("%-12s %s".formatted(what, plain(text)));
  }

  @FormatMethod
  private void line(String what, @FormatString String text, Object... values) {
    line(what, text.formatted(values));
  }

  /** Text from outside can't steer the terminal. */
  private static String plain(String text) {
    return text.replaceAll("\\p{Cntrl}|\\p{Cf}|[\u2028\u2029]", "?");
  }
}
