package drawbridge.traces;

/**
 * A piece of work with a beginning and an end. Confined to no thread; ending it twice does no harm.
 * What is noted leaves this machine: names, counts and codes, never rows, parameters or secrets.
 */
public sealed interface Span permits NoSpan, OtlpSpan {
  /** What a span stands for, as OpenTelemetry tells them apart. */
  enum Kind {
    /** Work that somebody else asked for. */
    SERVER,
    /** The wait for somebody else's work. */
    CLIENT
  }

  /** Known only by now. */
  void name(String name);

  void note(String key, String value);

  void note(String key, long value);

  /** It did not go well. */
  void failed(String code);

  /** Work that is part of this. */
  Span child(Kind kind, String name);

  /**
   * This span in the form of a W3C {@code traceparent}, for whoever does the rest.
   *
   * @param otherwise what to hand on where there are no spans
   */
  String traceparent(String otherwise);

  void end();
}
