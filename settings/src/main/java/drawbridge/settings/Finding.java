package drawbridge.settings;

import java.time.Duration;
import java.util.Optional;

/**
 * One thing that a check looked at.
 *
 * @param what such as {@code source erp}
 * @param detail what was seen, or what is wrong; empty: nothing to say
 * @param fix what to do; empty: nothing
 * @param took empty: nothing was waited for
 */
public record Finding(
    Verdict verdict, String what, String detail, String fix, Optional<Duration> took) {
  /** What came of it. Only {@code FAILED} makes a check fail. */
  public enum Verdict {
    OK("✓", "ok"),
    WARNING("!", "warning"),
    FAILED("✗", "failed");

    private final String sign;
    private final String word;

    Verdict(String sign, String word) {
      this.sign = sign;
      this.word = word;
    }

    String sign() {
      return sign;
    }

    /** As it is written for people and machines. */
    String word() {
      return word;
    }
  }

  public static Finding ok(String what, String detail) {
    return new Finding(Verdict.OK, what, detail, "", Optional.empty());
  }

  public static Finding warning(String what, String problem, String fix) {
    return new Finding(Verdict.WARNING, what, problem, fix, Optional.empty());
  }

  public static Finding failed(String what, String problem, String fix) {
    return new Finding(Verdict.FAILED, what, problem, fix, Optional.empty());
  }

  /** A mistake in a file: which file, line and key, what is wrong and how to mend it. */
  public static Finding failed(SettingsException mistake) {
    String line = mistake.line() > 0 ? ":" + mistake.line() : "";
    String key = mistake.key().isEmpty() ? "" : " " + mistake.key();
    return failed(mistake.file() + line + key, mistake.problem(), mistake.fix());
  }

  public Finding after(Duration time) {
    return new Finding(verdict, what, detail, fix, Optional.of(time));
  }

  /** The same where it is not needed to go on, so that it fails nothing. */
  public Finding unneeded(String why) {
    return good() ? this : new Finding(Verdict.WARNING, what, detail, why, took);
  }

  public boolean good() {
    return verdict != Verdict.FAILED;
  }

  /** Detail and fix, in one line. */
  public String sentence() {
    if (fix.isEmpty()) {
      return detail;
    }
    return detail + (detail.isEmpty() || detail.endsWith(".") ? "" : ".") + " Fix: " + fix;
  }
}
