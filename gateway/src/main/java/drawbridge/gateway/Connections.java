package drawbridge.gateway;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Hands every connection of the front door to Helidon's HTTP/1.1 as a {@link Connection}.
 *
 * <p>HTTP/1.1 alone: Helidon 4.4 tells a handler neither that an HTTP/2 stream was reset nor lets
 * it out of a closed window, so a caller's hang-up would not cancel the statement. Bounds the
 * number of connections here, since Helidon's own bound loses a place at every failed handshake.
 */
final class Connections implements ServerConnectionSelector {
  private final ServerConnectionSelector http;
  private final int most;
  private final AtomicInteger open = new AtomicInteger();

  Connections(Http1Config http, int most) {
    this.http = Http1ConnectionSelector.builder().config(http).build();
    this.most = most;
  }

  int open() {
    return open.get();
  }

  @Override
  public int bytesToIdentifyConnection() {
    return http.bytesToIdentifyConnection();
  }

  @Override
  public Support supports(BufferData data) {
    return http.supports(data);
  }

  @Override
  public Set<String> supportedApplicationProtocols() {
    return http.supportedApplicationProtocols();
  }

  @Override
  public ServerConnection connection(ConnectionContext context) {
    ServerConnection connection = http.connection(new Connection(context));
    return new ServerConnection() {
      @Override
      public void handle(Limit limit) throws InterruptedException {
        try {
          if (open.incrementAndGet() > most) {
            throw new CloseConnectionException("too many connections");
          }
          connection.handle(limit);
        } finally {
          open.decrementAndGet();
        }
      }

      @Override
      public Duration idleTime() {
        return connection.idleTime();
      }

      @Override
      public void close(boolean interrupt) {
        connection.close(interrupt);
      }
    };
  }
}
