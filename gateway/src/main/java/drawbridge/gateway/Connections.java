package drawbridge.gateway;

import drawbridge.relay.Reference;
import drawbridge.relay.wire.Fault;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
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
  private final Refusals refusals;
  private final int most;
  private final AtomicInteger open = new AtomicInteger();
  private volatile boolean draining;

  Connections(Http1Config http, Refusals refusals, int most) {
    this.refusals = refusals;
    this.http = Http1ConnectionSelector.builder().config(http).build();
    this.most = most;
  }

  int open() {
    return open.get();
  }

  /** From now on every answer is the last of its connection. */
  void drain() {
    draining = true;
  }

  boolean draining() {
    return draining;
  }

  /** Says so to a caller whose next request should go over another connection. */
  void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    Connection connection = (Connection) request.remotePeer();
    connection.headRead();
    if (draining || request.headers().contains(HeaderValues.CONNECTION_CLOSE)) {
      response.header(HeaderValues.CONNECTION_CLOSE);
      connection.last();
    }
    if (Framing.clear(request.headers())) {
      chain.proceed();
    } else {
      unclear(response, connection);
    }
    connection.afterAnswer();
  }

  private void unclear(RoutingResponse response, Connection connection) {
    Fault fault =
        Fault.newBuilder()
            .setCode(Fault.Code.INVALID_ARGUMENT)
            .setMessage("It is not clear where this request ends.")
            .setReference(Reference.next())
            .build();
    Faults.Told told = new Faults.Told(400, fault.getCode(), false);
    refusals.early(connection.caller(), told.code(), 400, fault.getReference(), fault.getMessage());
    response.status(400);
    response.header(HeaderNames.CONTENT_TYPE, "application/problem+json");
    response.header(Faults.ERROR_CODE, Faults.word(told.code()));
    response.header(HeaderValues.CONNECTION_CLOSE);
    response.send(Faults.problem(fault, told));
    connection.broken();
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
    Connection mine = new Connection(context);
    ServerConnection connection = http.connection(mine);
    mine.onLast(() -> connection.close(false));
    return new ServerConnection() {
      @Override
      public void handle(Limit limit) throws InterruptedException {
        try {
          if (open.incrementAndGet() > most) {
            throw new CloseConnectionException("too many connections");
          }
          try {
            connection.handle(limit);
          } finally {
            mine.linger();
          }
        } finally {
          open.decrementAndGet();
        }
      }

      @Override
      public Duration idleTime() {
        return connection.idleTime();
      }

      // One whose first request is still to come is left alone: its caller has just connected.
      @Override
      public void close(boolean interrupt) {
        if (interrupt || mine.answered()) {
          connection.close(interrupt);
        }
      }
    };
  }
}
