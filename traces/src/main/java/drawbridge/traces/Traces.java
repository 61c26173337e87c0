package drawbridge.traces;

import java.util.Map;
import java.util.Optional;

/** Makes spans and sends them away, or does neither. Thread-safe; whoever opens it closes it. */
public sealed interface Traces extends AutoCloseable permits NoTraces, OtlpTraces {
  /** Nothing is traced. */
  Traces NONE = NoTraces.INSTANCE;

  /**
   * Sends to the collector that the settings name; without settings nothing is made or sent. Never
   * fails for want of a collector: spans that it does not take are lost, and the log says so once.
   *
   * @param about this program, such as {@code service.name}
   */
  static Traces open(Optional<TraceSettings> settings, Map<String, String> about) {
    return settings.isPresent() ? OtlpTraces.open(settings.get(), about) : NONE;
  }

  /**
   * Begins a span that came from outside.
   *
   * @param traceparent of whoever asked for the work; one that is empty or malformed begins a trace
   */
  Span begin(Span.Kind kind, String name, String traceparent);

  /** Sends what is left, for a bounded time. */
  @Override
  void close();
}
