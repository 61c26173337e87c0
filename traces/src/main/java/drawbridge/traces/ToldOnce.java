package drawbridge.traces;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;

/** Says once that the collector takes nothing, and once that it does again. */
final class ToldOnce implements SpanExporter {
  private static final Logger LOG = System.getLogger("drawbridge.traces");

  private final SpanExporter exporter;
  private final URI url;
  private final AtomicBoolean failing = new AtomicBoolean();

  ToldOnce(SpanExporter exporter, URI url) {
    this.exporter = exporter;
    this.url = url;
  }

  @Override
  public CompletableResultCode export(Collection<SpanData> spans) {
    CompletableResultCode result = exporter.export(spans);
    result.whenComplete(
        () -> {
          boolean failed = !result.isSuccess();
          if (failing.compareAndSet(!failed, failed)) {
            LOG.log(
                failed ? Level.WARNING : Level.INFO,
                failed
                    ? "traces cannot be sent to {0} and are lost; calls go on"
                    : "no longer: traces cannot be sent to {0}",
                url);
          }
        });
    return result;
  }

  @Override
  public CompletableResultCode flush() {
    return exporter.flush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return exporter.shutdown();
  }
}
