package drawbridge.traces;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * OpenTelemetry's SDK with what binds it: a queue that drops what it can't hold, one request at a
 * time, no wait on a call's own thread.
 */
final class OtlpTraces implements Traces {
  /** Spans that wait; a call makes two or three in each program. */
  private static final int QUEUE = 4_096;

  private static final int BATCH = 512;
  private static final Duration EVERY = Duration.ofSeconds(2);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  /** Of one value, so that no text from outside makes a span large. */
  private static final int VALUE = 256;

  private static final long CLOSING_SECONDS = 3;

  private final SdkTracerProvider provider;
  private final Tracer tracer;

  private OtlpTraces(SdkTracerProvider provider) {
    this.provider = provider;
    this.tracer = provider.get("drawbridge");
  }

  static OtlpTraces open(TraceSettings settings, Map<String, String> about) {
    OtlpHttpSpanExporterBuilder exporter =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(settings.url().toString())
            .setCompression("gzip")
            .setRetryPolicy(null) // what is not taken is lost, and said; nothing is kept for long
            .setConnectTimeout(TIMEOUT)
            .setTimeout(TIMEOUT);
    settings
        .token()
        .ifPresent(token -> exporter.addHeader("Authorization", "Bearer " + token.reveal()));
    AttributesBuilder attributes = Attributes.builder();
    about.forEach(attributes::put);
    return new OtlpTraces(
        SdkTracerProvider.builder()
            .setResource(Resource.create(attributes.build()))
            .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(settings.share())))
            .setSpanLimits(SpanLimits.builder().setMaxAttributeValueLength(VALUE).build())
            .addSpanProcessor(
                BatchSpanProcessor.builder(new ToldOnce(exporter.build(), settings.url()))
                    .setMaxQueueSize(QUEUE)
                    .setMaxExportBatchSize(BATCH)
                    .setScheduleDelay(EVERY)
                    .setExporterTimeout(TIMEOUT)
                    .build())
            .build());
  }

  @Override
  public Span begin(Span.Kind kind, String name, String traceparent) {
    Context parent =
        W3CTraceContextPropagator.getInstance().extract(Context.root(), traceparent, OneHeader.GET);
    return OtlpSpan.begin(tracer, kind, name, parent);
  }

  @Override
  public void close() {
    var _ = provider.shutdown().join(CLOSING_SECONDS, TimeUnit.SECONDS);
  }

  /** The one header that is carried: {@code tracestate} is not. */
  private enum OneHeader implements TextMapGetter<String> {
    GET;

    @Override
    public Iterable<String> keys(String carrier) {
      return List.of("traceparent");
    }

    @Override
    public @Nullable String get(@Nullable String carrier, String key) {
      return key.equals("traceparent") ? carrier : null;
    }
  }
}
