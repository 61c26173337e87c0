package drawbridge.gateway;

import com.code_intelligence.jazzer.junit.FuzzTest;
import drawbridge.relay.wire.Fault.Code;
import java.nio.charset.StandardCharsets;

/**
 * What a connector writes into a request line and its headers is a target, a format and a trace, or
 * our own refusal. Runs its seeds as a test; with {@code JAZZER_FUZZ=1} in the environment it
 * searches.
 */
final class RequestFuzzTest {
  @FuzzTest(maxDuration = "60s")
  void aTargetIsReadOrRefused(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int question = text.indexOf('?');
    String path = question < 0 ? text : text.substring(0, question);
    String query = question < 0 ? "" : text.substring(question + 1);
    try {
      Target target = Target.parse("/" + path, query);
      if (target.segments().isEmpty()
          || target.segments().size() > 32
          || target.segments().stream().anyMatch(segment -> segment.length() > 4096)) {
        throw new AssertionError("beyond its bounds: " + target);
      }
    } catch (Refusal e) {
      refused(e);
    }
  }

  @FuzzTest(maxDuration = "60s")
  void aFormatIsChosenOrRefused(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    try {
      String format = Formats.wanted("", text);
      if (format.length() > 100) {
        throw new AssertionError("not one of ours: " + format);
      }
    } catch (Refusal e) {
      refused(e);
    }
    Formats.gzip(text);
  }

  @FuzzTest(maxDuration = "60s")
  void onlyATraceIsHandedOn(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    String trace = TraceParent.valid(text) ? text : TraceParent.of(new byte[16]);
    if (trace.length() != 55 || !trace.matches("00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")) {
      throw new AssertionError("not a trace: " + trace);
    }
  }

  private static void refused(Refusal e) {
    Code code = e.fault().getCode();
    if (code == Code.INTERNAL || code == Code.UNRECOGNIZED) {
      throw new AssertionError("a failure of ours", e);
    }
  }
}
