package drawbridge.agent.console;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/** Calls over time as bars: answered, refused on top, failed on top of both. */
final class Chart {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 140;
  private static final int LABELS = 4;
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm").withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("MM-dd HH:mm").withZone(ZoneOffset.UTC);

  private Chart() {}

  /**
   * Draws it.
   *
   * @param from of the first bar
   * @param step of each
   * @param bars how many there is room for
   * @param counts those of which there are any
   */
  static Html of(Instant from, Duration step, int bars, List<Status.Minute> counts) {
    long most = 1;
    long answered = 0;
    long refused = 0;
    long failed = 0;
    for (Status.Minute one : counts) {
      most = Math.max(most, one.answered() + one.refused() + one.failed());
      answered += one.answered();
      refused += one.refused();
      failed += one.failed();
    }
    boolean days = step.multipliedBy(bars).compareTo(Duration.ofHours(24)) > 0;
    DateTimeFormatter format = days ? DAY : CLOCK;
    Html svg =
        Html.of(
            "<figure class=chart><div class=plot><span class=most>{}</span><svg viewBox='0 0 {} {}' preserveAspectRatio=none role=img aria-label='{} answered, {} refused, {} failed'>",
            Words.number(most),
            WIDTH,
            HEIGHT,
            Words.number(answered),
            Words.number(refused),
            Words.number(failed));
    svg.add(
        "<path class=grid d='M0 1H{}M0 {}H{}M0 {}H{}'/>",
        WIDTH,
        HEIGHT / 2,
        WIDTH,
        HEIGHT - 1,
        WIDTH);
    double width = (double) WIDTH / bars;
    for (Status.Minute one : counts) {
      long place = Duration.between(from, one.from()).dividedBy(step);
      if (place < 0 || place >= bars) {
        continue;
      }
      String when = format.format(one.from());
      svg.add(
          "<g><title>{} UTC: {} answered, {} refused, {} failed</title>",
          when,
          one.answered(),
          one.refused(),
          one.failed());
      double x = place * width + width * 0.1;
      double bottom = HEIGHT - 1;
      bottom = bar(svg, "ok", x, bottom, width * 0.8, one.answered(), most);
      bottom = bar(svg, "refused", x, bottom, width * 0.8, one.refused(), most);
      bar(svg, "failed", x, bottom, width * 0.8, one.failed(), most);
      svg.add("</g>");
    }
    svg.add("</svg></div><div class=axis aria-hidden=true>");
    for (int i = 0; i <= LABELS; i++) {
      svg.add(
          "<span>{}</span>",
          format.format(from.plus(step.multipliedBy(bars).multipliedBy(i).dividedBy(LABELS))));
    }
    return svg.add(
        "</div><figcaption><span class='key ok'>{} answered</span> <span class='key refused'>{} refused</span> <span class='key failed'>{} failed</span> <span class=soft>times in UTC</span></figcaption></figure>",
        Words.number(answered),
        Words.number(refused),
        Words.number(failed));
  }

  /** Draws upwards from the bottom and returns where it ends; one call is still seen. */
  private static double bar(
      Html svg, String kind, double x, double bottom, double width, long count, long most) {
    if (count == 0) {
      return bottom;
    }
    double height = Math.max(2, count * (HEIGHT - 4.0) / most);
    svg.add(
        "<rect class={} x={} y={} width={} height={} />",
        kind,
        pixels(x),
        pixels(bottom - height),
        pixels(width),
        pixels(height));
    return bottom - height;
  }

  private static String pixels(double value) {
    return String.format(java.util.Locale.ROOT, "%.2f", value);
  }
}
