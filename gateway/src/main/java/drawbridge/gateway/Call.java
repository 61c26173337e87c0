package drawbridge.gateway;

import com.google.protobuf.ByteString;
import drawbridge.relay.wire.Fault;
import drawbridge.relay.wire.Fault.Code;
import drawbridge.relay.wire.Head;
import drawbridge.relay.wire.Reply;
import drawbridge.relay.wire.ReplyHead;
import drawbridge.relay.wire.Request;
import drawbridge.traces.Span;
import io.grpc.Status;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One call: request to agent, reply to caller. Confined to its thread, but for the caller's hang-up
 * which another thread reports.
 */
final class Call {
  /** As long as a call waits without looking whether its caller is still there. */
  private static final long PATIENCE = TimeUnit.MILLISECONDS.toNanos(50);

  /** While it waits on, how often it looks whether the channel has become suspect. */
  private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(100);

  /** So many looks without anything heard, after which the channel is asked for a sign of life. */
  private static final int LONG = 50;

  /** How often a call that waits for its turn to be sent once more asks again. */
  private static final long TURN = TimeUnit.MILLISECONDS.toNanos(20);

  /** For a channel to come back. */
  private static final long PICK = TimeUnit.SECONDS.toNanos(3);

  /** The agent ends a call at its deadline; gRPC only if the agent does not. */
  private static final long GRACE = TimeUnit.SECONDS.toNanos(2);

  private final GatewaySettings settings;
  private final Connection connection;
  private final ServerRequest request;
  private final ReplyWriter writer;
  private final Found found;
  private final Site site;
  private final Routes.Match match;
  private final Target target;
  private final ByteString id;
  private final String trace;
  private final long deadline;
  private final Retries retries;
  private final Measures measures;
  private final Body body;

  private int silences;

  /** Holds one of the few turns to be sent once more. */
  private boolean resending;

  /** Of the attempt under way. */
  private @Nullable Span attempt;

  private volatile boolean hungUp;
  private volatile @Nullable Exchange exchange;

  Call(
      GatewaySettings settings,
      Connection connection,
      ServerRequest request,
      ServerResponse response,
      Found found,
      byte[] id,
      String trace,
      long deadline,
      Retries retries,
      Measures measures) {
    this.settings = settings;
    this.connection = connection;
    this.request = request;
    this.writer = new ReplyWriter(response, found);
    this.found = found;
    this.site = Objects.requireNonNull(found.site);
    this.match = Objects.requireNonNull(found.match);
    this.target = Objects.requireNonNull(found.target);
    this.id = ByteString.copyFrom(id);
    this.trace = trace;
    this.deadline = deadline;
    this.retries = retries;
    this.measures = measures;
    this.body = new Body(request);
  }

  /**
   * Returns when the caller has the whole reply.
   *
   * @throws Refusal nothing of a reply was sent, and this is why
   * @throws Calls.HungUp the caller is gone
   * @throws Calls.BrokenOff part of a reply was sent, and no more will come
   */
  void run() throws Refusal, InterruptedException {
    connection.bodyDeadline(deadline);
    ByteString first = body.next(); // where this fails, no more is waited for
    try {
      long until = Math.min(deadline, System.nanoTime() + PICK);
      Link link = site.pick(match.id(), until, this::gone).orElse(null);
      if (link == null) {
        if (hungUp) {
          throw new Calls.HungUp();
        }
        throw Calls.unavailable();
      }
      Object answer = attempt(1, link, first);
      if (answer instanceof Status broken) {
        answer = again(broken, link, first);
      }
      reply((Reply) answer);
    } finally {
      connection.bodyDeadline(0);
      giveTurnBack();
      endAttempt();
      Exchange last = exchange;
      if (last != null) {
        last.over();
        last.link().ended();
      }
    }
  }

  // ---- request

  /** The first message of the reply, or a status: the channel broke, or is no good any more. */
  private Object attempt(int number, Link link, ByteString first)
      throws Refusal, InterruptedException {
    long left = deadline - System.nanoTime();
    Span span = found.span.child(Span.Kind.CLIENT, "agent");
    attempt = span;
    span.note("drawbridge.agent", link.agent().agent());
    span.note("drawbridge.attempt", number);
    String parent = span.traceparent(trace);
    Request.Builder message = Request.newBuilder().setHead(head(number, link, left, parent));
    message.setChunk(first).setLast(body.ended());
    found.sent(link, number);
    link.began();
    Exchange begun = Exchange.start(link, message.build(), left + GRACE);
    exchange = begun;
    if (hungUp) {
      begun.cancel("the caller hung up");
    }
    while (!body.ended() && !begun.answered()) {
      ByteString chunk = body.next();
      if (!begun.awaitRoom(deadline - System.nanoTime())) {
        throw new Refusal(deadlineExceeded());
      }
      if (!begun.answered()) {
        begun.send(Request.newBuilder().setChunk(chunk).setLast(body.ended()).build());
      }
    }
    boolean mayResend = number == 1 && match.safe() && body.whole();
    Object answer = begun.next(PATIENCE);
    while (answer == null) {
      watch();
      // While nothing can be done elsewhere, the first attempt may still be answered.
      if (mayResend
          && link.suspect()
          && site.other(match.id(), link).isPresent()
          && retries.begin()) {
        resending = true;
        return Status.UNAVAILABLE.withDescription("the channel is suspect");
      }
      if (link.suspect() && System.nanoTime() - deadline >= 0) {
        return Status.DEADLINE_EXCEEDED;
      }
      answer = look(begun);
    }
    return answer;
  }

  /**
   * A safe call whose reply has not begun is sent once more, on another channel. Nothing else is
   * ever sent twice.
   */
  private Object again(Status broken, Link link, ByteString first)
      throws Refusal, InterruptedException {
    Exchange lost = Objects.requireNonNull(exchange);
    if (hungUp) {
      throw new Calls.HungUp();
    }
    boolean unreached = !lost.couldHaveReached();
    Link other =
        broken.getCode() == Status.Code.UNAVAILABLE && (match.safe() || unreached) && body.whole()
            ? turn(link)
            : null;
    if (other == null) {
      throw new Refusal(fault(broken, unreached));
    }
    try {
      measures.resent();
      endAttempt();
      lost.cancel("sent once more elsewhere");
      link.ended();
      exchange = null;
      Object answer = attempt(2, other, first);
      if (answer instanceof Status again) {
        if (hungUp) {
          throw new Calls.HungUp();
        }
        throw new Refusal(fault(again, !Objects.requireNonNull(exchange).couldHaveReached()));
      }
      return answer;
    } finally {
      giveTurnBack();
    }
  }

  /**
   * Waits until this call may be sent once more, for many may have lost their channel at once;
   * null: no other channel came up in time.
   */
  private @Nullable Link turn(Link lost) throws InterruptedException {
    long lonely = System.nanoTime() + PICK;
    while (!gone()) {
      Link other = site.other(match.id(), lost).orElse(null);
      if (other != null) {
        lonely = System.nanoTime() + PICK;
        if (resending || retries.begin()) {
          resending = true;
          return other;
        }
      }
      long left = Math.min(deadline, lonely) - System.nanoTime();
      if (left <= 0) {
        break;
      }
      TimeUnit.NANOSECONDS.sleep(Math.min(left, TURN));
    }
    if (hungUp) {
      throw new Calls.HungUp();
    }
    return null;
  }

  /** However the call ends, for a turn that is kept is lost to all others. */
  private void giveTurnBack() {
    if (resending) {
      resending = false;
      retries.end();
    }
  }

  private void endAttempt() {
    Span last = attempt;
    if (last != null) {
      last.end();
    }
  }

  private Head head(int attempt, Link link, long left, String parent) {
    Head.Builder head =
        Head.newBuilder()
            .setCallId(id)
            .setAttempt(attempt)
            .setOperation(match.id())
            .setMethod(request.prologue().method().text())
            .setPath(target.pathFrom(found.api))
            .addAllOtherMethods(match.otherMethods())
            .setCaller(found.caller)
            .setDeadlineMs((int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)))
            .setClock(link.agent().clock().getAsLong())
            .setTraceparent(parent)
            .setToken(found.token)
            .setBaseUrl(baseUrl())
            .setFormat(found.format);
    if (Formats.gzip(request.headers().value(HeaderNames.ACCEPT_ENCODING).orElse(""))) {
      head.setEncoding("gzip");
    }
    List<String> segments = target.segments();
    if (match.entry() != null) {
      head.addAllArguments(match.entry().arguments(segments, found.api + 2));
      ForwardedHeaders.add(head, request.headers(), match.entry().operation());
    }
    head.addAllArguments(target.options());
    if (body.exists()) {
      head.setContentType(request.headers().value(HeaderNames.CONTENT_TYPE).orElse(""));
    }
    return head.build();
  }

  private String baseUrl() {
    List<String> segments = target.segments();
    return settings.publicUrl()
        + site.basePath()
        + "/"
        + segments.get(found.api)
        + "/"
        + segments.get(found.api + 1);
  }

  private boolean gone() {
    watch();
    return hungUp;
  }

  private void watch() {
    connection.watch(
        () -> {
          hungUp = true;
          Exchange running = exchange;
          if (running != null) {
            running.cancel("the caller hung up");
          }
        });
  }

  // ---- reply

  private void reply(Reply first) throws Refusal, InterruptedException {
    if (first.hasEnd() && first.getEnd().hasFault()) {
      throw Refusal.by(Objects.requireNonNull(exchange).link(), first.getEnd().getFault());
    }
    if (!first.hasHead()) {
      throw new Refusal(broken("The agent sent a reply without a head."));
    }
    ReplyHead head = first.getHead();
    if (first.hasEnd()) {
      writer.whole(head, first.getChunk());
    } else if (head.getLength() > 0 && head.getLength() == first.getChunk().size()) {
      // All of it is here, but it is not over until the agent says so.
      Object end = take();
      if (!(end instanceof Reply last) || !last.hasEnd() || !last.getChunk().isEmpty()) {
        throw new Refusal(end instanceof Status s ? fault(s, false) : broken("No end followed."));
      }
      if (last.getEnd().hasFault()) {
        throw Refusal.by(Objects.requireNonNull(exchange).link(), last.getEnd().getFault());
      }
      writer.whole(head, first.getChunk());
    } else {
      writer.stream(head, first.getChunk(), this::take);
    }
  }

  private @Nullable Object look(Exchange running) throws InterruptedException {
    Object next = running.next(LOOK);
    if (next == null && ++silences % LONG == 0) {
      running.link().ask();
    }
    return next;
  }

  /** The next message, or the status that ends it. */
  private Object take() throws InterruptedException {
    Exchange running = Objects.requireNonNull(exchange);
    Object next = running.next(PATIENCE);
    while (next == null) {
      watch();
      next = look(running);
    }
    if (next instanceof Status && hungUp) {
      throw new Calls.HungUp();
    }
    return next;
  }

  // ---- failures of the channel

  private Fault fault(Status status, boolean unreached) {
    return switch (status.getCode()) {
      case UNAVAILABLE ->
          Fault.newBuilder()
              .setCode(unreached || match.safe() ? Code.SITE_UNAVAILABLE : Code.OUTCOME_UNKNOWN)
              .setMessage("The channel to the site broke.")
              .setRetryable(unreached || match.safe())
              .setRetryAfterS(1)
              .build();
      case DEADLINE_EXCEEDED -> deadlineExceeded();
      default -> broken("The agent failed: " + status.getCode() + ".");
    };
  }

  private Fault deadlineExceeded() {
    return Fault.newBuilder()
        .setCode(Code.DEADLINE_EXCEEDED)
        .setMessage("The site did not answer in time.")
        .setRetryable(match.safe())
        .build();
  }

  private static Fault broken(String message) {
    return Fault.newBuilder().setCode(Code.INTERNAL).setMessage(message).build();
  }
}
