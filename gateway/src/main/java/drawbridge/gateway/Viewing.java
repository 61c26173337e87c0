package drawbridge.gateway;

import drawbridge.relay.wire.Api;
import drawbridge.relay.wire.BridgeGrpc;
import drawbridge.relay.wire.Caller;
import drawbridge.relay.wire.ViewReply;
import drawbridge.relay.wire.ViewReply.Seen;
import drawbridge.relay.wire.ViewRequest;
import io.grpc.StatusRuntimeException;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * What a caller may see, as the agents say. An answer is believed for some seconds, since a page
 * asks for many things at once; calls themselves are judged each time. Thread-safe.
 */
final class Viewing {
  private static final System.Logger LOG = System.getLogger("drawbridge.gateway.viewing");

  /** A rule that is taken away shows for so long what there is, and lets nobody call it. */
  static final long BELIEVED = TimeUnit.SECONDS.toNanos(10);

  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(5);

  /** Of all that is remembered; more, and everybody is asked about again. */
  private static final int REMEMBERED_BYTES = 32 << 20;

  private static final int CALLERS = 1_000;

  /** Of one answer: 4,096 operations with their rules. */
  private static final int BYTES = 4 << 20;

  private final LongSupplier clock;
  private final ConcurrentHashMap<Asking, Answered> remembered = new ConcurrentHashMap<>();
  private long bytes;

  /**
   * With an empty memory.
   *
   * @param clock as {@link System#nanoTime()}
   */
  Viewing(LongSupplier clock) {
    this.clock = clock;
  }

  /** Without what says nothing of who it is: the address, and headers of the way. */
  private record Asking(String site, Caller caller, String token) {}

  private record Answered(ViewReply reply, long at) {}

  /**
   * Asks an agent of the site, or remembers.
   *
   * @param token the caller's; empty: none
   * @return empty: no agent can say, so nothing may be shown
   */
  Optional<ViewReply> of(Site site, Caller caller, String token) throws InterruptedException {
    Asking asking =
        new Asking(site.name(), caller.toBuilder().clearAddress().clearHeaders().build(), token);
    Answered known = remembered.get(asking);
    if (known != null && clock.getAsLong() - known.at() < BELIEVED) {
      return Optional.of(known.reply());
    }
    Link link =
        site.pick("", System.nanoTime() + TimeUnit.SECONDS.toNanos(1), () -> false).orElse(null);
    if (link == null) {
      return Optional.empty();
    }
    try {
      ViewReply reply =
          BridgeGrpc.newBlockingStub(link.agent().calls())
              .withDeadlineAfter(PATIENCE, TimeUnit.NANOSECONDS)
              .withMaxInboundMessageSize(BYTES)
              .view(ViewRequest.newBuilder().setCaller(caller).setToken(token).build());
      remember(asking, reply);
      return Optional.of(reply);
    } catch (StatusRuntimeException e) {
      LOG.log(
          Level.DEBUG,
          () -> "the site " + site.name() + " did not say what a caller may see: " + e.getStatus());
      return Optional.empty();
    }
  }

  private synchronized void remember(Asking asking, ViewReply reply) {
    bytes += reply.getSerializedSize();
    if (bytes > REMEMBERED_BYTES || remembered.size() >= CALLERS) {
      remembered.clear();
      bytes = reply.getSerializedSize();
    }
    remembered.put(asking, new Answered(reply, clock.getAsLong()));
  }

  /** What is said of one API; empty: the caller may see nothing of it. */
  static Optional<Seen> of(ViewReply reply, Api api) {
    String id = api.getName() + "/" + api.getVersion();
    return reply.getApisList().stream().filter(seen -> seen.getApi().equals(id)).findFirst();
  }
}
