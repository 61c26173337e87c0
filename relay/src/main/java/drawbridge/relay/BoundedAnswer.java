package drawbridge.relay;

import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpHeaders;
import com.azure.core.http.HttpResponse;
import com.azure.core.util.FluxUtil;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** An answer to Microsoft's SDK that is an error where it is longer than any good one. */
final class BoundedAnswer extends HttpResponse {
  static final int LONGEST = 1 << 20;

  private final HttpResponse whole;

  BoundedAnswer(HttpResponse whole) {
    super(whole.getRequest());
    this.whole = whole;
  }

  @Override
  public Flux<ByteBuffer> getBody() {
    return Flux.defer(
        () -> {
          long[] read = {0};
          return whole
              .getBody()
              .doOnNext(
                  part -> {
                    read[0] += part.remaining();
                    if (read[0] > LONGEST) {
                      throw new IllegalStateException("longer than 1 MB");
                    }
                  });
        });
  }

  @Override
  public Mono<byte[]> getBodyAsByteArray() {
    return FluxUtil.collectBytesInByteBufferStream(getBody());
  }

  @Override
  public Mono<String> getBodyAsString() {
    return getBodyAsString(StandardCharsets.UTF_8);
  }

  @Override
  public Mono<String> getBodyAsString(Charset charset) {
    return getBodyAsByteArray().map(bytes -> new String(bytes, charset));
  }

  @Override
  public int getStatusCode() {
    return whole.getStatusCode();
  }

  @Override
  @SuppressWarnings("deprecation") // the interface still has it
  public @Nullable String getHeaderValue(String name) {
    return whole.getHeaderValue(name);
  }

  @Override
  public @Nullable String getHeaderValue(HttpHeaderName name) {
    return whole.getHeaderValue(name);
  }

  @Override
  public HttpHeaders getHeaders() {
    return whole.getHeaders();
  }

  @Override
  public void close() {
    whole.close();
  }
}
