package drawbridge.settings;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * What a check finds, in its order: a line each for people as soon as it is known, or one JSON
 * object for machines at the end. Not thread-safe.
 */
public final class Findings {
  private final List<Finding> all = new ArrayList<>();
  private final PrintWriter out;
  private final boolean json;
  private final StringWriter lines = new StringWriter();

  public Findings(PrintWriter out, boolean json) {
    this.out = out;
    this.json = json;
  }

  public void add(Finding finding) {
    all.add(finding);
    String line = line(finding);
    lines.append(line);
    if (!json) {
      out.print(line);
      out.flush();
    }
  }

  public void addAll(List<Finding> findings) {
    findings.forEach(this::add);
  }

  /**
   * Adds what a step finds, and where it throws because a file is wrong, that.
   *
   * @return false: it threw, so what stands on it cannot be looked at
   */
  public boolean step(Supplier<List<Finding>> step) {
    try {
      addAll(step.get());
      return true;
    } catch (SettingsException e) {
      add(Finding.failed(e));
      return false;
    }
  }

  public boolean good() {
    return all.stream().allMatch(Finding::good);
  }

  public List<Finding> all() {
    return List.copyOf(all);
  }

  /** As people read it. */
  public String text() {
    return lines.toString();
  }

  /**
   * For machines, as docs/check.md says.
   *
   * @param program agent or gateway
   */
  public String json(String program, String version) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.writeStartObject();
      json.writeBooleanField("ok", good());
      json.writeStringField("program", program);
      json.writeStringField("version", version);
      json.writeStringField("at", Instant.now().toString());
      json.writeArrayFieldStart("findings");
      for (Finding finding : all) {
        json.writeStartObject();
        json.writeStringField("verdict", finding.verdict().word());
        json.writeStringField("what", finding.what());
        json.writeStringField("detail", finding.detail());
        json.writeStringField("fix", finding.fix());
        if (finding.took().isPresent()) {
          json.writeNumberField("milliseconds", finding.took().get().toMillis());
        }
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("a writer of text cannot fail", e);
    }
    return text.append('\n').toString();
  }

  /** Writes the object where one was asked for, and returns the exit code. */
  public int end(String program, String version) {
    if (json) {
      out.print(json(program, version));
      out.flush();
    }
    return good() ? Program.DONE : Program.FAILED;
  }

  private static String line(Finding finding) {
    String time = finding.took().map(took -> " (" + millis(took) + ")").orElse("");
    String detail = finding.detail().isEmpty() ? "" : ": " + oneLine(finding.detail());
    String fix =
        finding.fix().isEmpty() ? "" : "%n             Fix: %s".formatted(oneLine(finding.fix()));
    return "%s %-8s %s%s%s%s%n"
        .formatted(
            finding.verdict().sign(), finding.verdict().word(), finding.what(), detail, time, fix);
  }

  private static String millis(Duration took) {
    return took.toMillis() + " ms";
  }

  /** Text that came from outside can't forge a second line. */
  private static String oneLine(String text) {
    return text.replace('\n', ' ').replace('\r', ' ');
  }
}
