package drawbridge.traces;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;

/** A span of OpenTelemetry's SDK. */
record OtlpSpan(Tracer tracer, io.opentelemetry.api.trace.Span span) implements Span {
  static OtlpSpan begin(Tracer tracer, Kind kind, String name, Context parent) {
    SpanKind theirs =
        switch (kind) {
          case SERVER -> SpanKind.SERVER;
          case CLIENT -> SpanKind.CLIENT;
        };
    return new OtlpSpan(
        tracer, tracer.spanBuilder(name).setParent(parent).setSpanKind(theirs).startSpan());
  }

  @Override
  public void name(String name) {
    span.updateName(name);
  }

  @Override
  public void note(String key, String value) {
    if (!value.isEmpty()) {
      span.setAttribute(key, value);
    }
  }

  @Override
  public void note(String key, long value) {
    span.setAttribute(key, value);
  }

  @Override
  public void failed(String code) {
    span.setAttribute("error.type", code);
    span.setStatus(StatusCode.ERROR);
  }

  @Override
  public Span child(Kind kind, String name) {
    return begin(tracer, kind, name, Context.root().with(span));
  }

  @Override
  public String traceparent(String otherwise) {
    SpanContext context = span.getSpanContext();
    return "00-"
        + context.getTraceId()
        + "-"
        + context.getSpanId()
        + "-"
        + context.getTraceFlags().asHex();
  }

  @Override
  public void end() {
    span.end();
  }
}
