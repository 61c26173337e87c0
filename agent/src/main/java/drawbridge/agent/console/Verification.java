package drawbridge.agent.console;

import drawbridge.audit.AuditLog;
import drawbridge.audit.Checkpoint;
import drawbridge.audit.Verdict;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** “Verify now”: one at a time, beside everything else, as reading every byte may take long. */
final class Verification {
  private sealed interface State {}

  private record Never() implements State {}

  private record Running(Instant since) implements State {}

  private record Done(Verdict verdict, Instant at, Duration took) implements State {}

  private record Failed(String why) implements State {}

  private final AuditLog log;
  private volatile State state = new Never();

  Verification(AuditLog log) {
    this.log = log;
  }

  /**
   * Begins, unless one is under way.
   *
   * @param note checkpoint that was kept elsewhere; empty: none
   * @throws Form.Wrong it is none
   */
  synchronized void start(String note) throws Form.Wrong {
    List<Verdict.Anchor> anchors = anchors(note);
    if (!(state instanceof Running)) {
      Instant since = Instant.now();
      state = new Running(since);
      Thread.ofVirtual().name("verify").start(() -> state = run(anchors, since));
    }
  }

  private static List<Verdict.Anchor> anchors(String note) throws Form.Wrong {
    String text = note.replace("\r\n", "\n").strip();
    if (text.isEmpty()) {
      return List.of();
    }
    try {
      return List.of(
          new Verdict.Anchor("the checkpoint that was given", Checkpoint.parse(text + "\n")));
    } catch (IOException e) {
      throw new Form.Wrong("That is no checkpoint: " + e.getMessage());
    }
  }

  private State run(List<Verdict.Anchor> anchors, Instant since) {
    try {
      Verdict verdict = log.reader().verify(List.of(log.key()), anchors);
      Instant now = Instant.now();
      return new Done(verdict, now, Duration.between(since, now));
    } catch (IOException | RuntimeException e) {
      return new Failed(String.valueOf(e.getMessage()));
    }
  }

  Html show() {
    return Html.of(
        "<section class=sheet data-live><h2>Verify the log</h2><div id=verdict aria-live=polite>{}</div></section><section class=sheet><h2>Verify now</h2><form method=post action='/audit/verify'><p>Reads every byte of the audit folder and compares it with what was signed. With a checkpoint that was kept elsewhere (a gateway's, a SIEM's) it also tells whether the log is what it was then.</p><p><label for=checkpoint>Checkpoint kept elsewhere (optional)</label><textarea id=checkpoint name=checkpoint rows=6 spellcheck=false maxlength=32768></textarea></p><button class=first>Verify now</button></form></section>",
        verdict());
  }

  private Html verdict() {
    return switch (state) {
      case Never _ -> Html.of("<p class=soft>Not verified since the agent was started.</p>");
      case Running(Instant since) ->
          Html.of(
              "<p class=notice data-running>Reading since {}. <a href='/audit/verify'>Look again</a></p>",
              Words.instant(since));
      case Failed(String why) ->
          Html.of("<p class='verdict bad'>It could not be read: {}</p>", why);
      case Done(Verdict verdict, Instant at, Duration took) ->
          Html.of(
              "{}<p class=soft>{}, took {}</p>",
              told(verdict),
              Words.instant(at),
              Words.micros(took.toNanos() / 1_000));
    };
  }

  private static Html told(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Broken(List<Verdict.Break> breaks) -> {
        Html html = Html.of("<div class='verdict bad'><h3>✗ BROKEN</h3><ul>");
        breaks.forEach(one -> html.add("<li>{}</li>", one));
        yield html.add(
            "</ul><p>→ keep the folder as evidence; docs/audit.md, Alarms, says how to go on</p></div>");
      }
      case Verdict.Consistent(Verdict.Extent extent) ->
          Html.of(
              "<div class='verdict good'><h3>✓ CONSISTENT with itself, compared with nothing outside</h3><p>{} Nobody without the key changed, removed, inserted or moved a record. The end could have been cut, and whoever has the key could have written all of it anew: a checkpoint kept elsewhere tells.</p></div>",
              extent(extent));
      case Verdict.Anchored(Verdict.Extent extent, Instant upTo, long record, String place) ->
          Html.of(
              "<div class='verdict good'><h3>✓ ANCHORED up to {}</h3><p>{} Up to record {} it is what it was when somebody else saw it: {}.</p></div>",
              Words.instant(upTo),
              extent(extent),
              record,
              place);
    };
  }

  private static String extent(Verdict.Extent extent) {
    return "Records %s to %s, signed up to %s."
        .formatted(
            Words.number(extent.first()),
            Words.number(extent.last()),
            Words.number(extent.signed()));
  }
}
