package drawbridge.gateway;

import drawbridge.relay.Reference;
import drawbridge.relay.wire.Fault;
import drawbridge.relay.wire.Fault.Code;
import drawbridge.traces.Span;
import drawbridge.traces.Traces;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.RequestException;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Every request of the front door: judged, led to its site and answered. One call runs on its
 * connection's own virtual thread from beginning to end; it waits for nothing longer than its
 * deadline. The one place where a failure becomes an answer.
 */
final class Calls implements Handler {
  private static final System.Logger LOG = System.getLogger("drawbridge.gateway.calls");
  private static final HeaderName TRACEPARENT = HeaderNames.create("traceparent");

  /** The call's id, by which both audit logs know it. */
  private static final HeaderName REQUEST_ID = HeaderNames.create("x-ms-request-id");

  private static final HeaderName PREFER = HeaderNames.create("prefer");

  /** {@code wait=SECONDS} below {@link #DEADLINE}, alone or among other preferences. */
  private static final Pattern WAIT =
      Pattern.compile("(?:^|,)\\s*wait\\s*=\\s*\"?([1-9][0-9]?)\"?\\s*(?:$|[,;])");

  /** Logic Apps waits 120 s and so does API Management by default: answer before they give up. */
  static final Duration DEADLINE = Duration.ofSeconds(100);

  /** For the rest of a request that was refused before its end. */
  private static final Duration LEFTOVER = Duration.ofSeconds(5);

  private final GatewaySettings settings;
  private final Agents agents;
  private final Measures measures;
  private final Library library;
  private final Records records;
  private final Refusals refusals;
  private final Traces traces;
  private final Retries retries;
  private final Semaphore room;
  private final Bearers bearers;
  private final FrontDoorFiles door;
  private final SecureRandom random = new SecureRandom();

  Calls(
      GatewaySettings settings,
      Agents agents,
      Measures measures,
      FrontDoorFiles door,
      Bearers bearers,
      Library library,
      Records records,
      Refusals refusals,
      Traces traces,
      int most) {
    this.settings = settings;
    this.door = door;
    this.bearers = bearers;
    this.agents = agents;
    this.measures = measures;
    this.library = library;
    this.records = records;
    this.refusals = refusals;
    this.traces = traces;
    this.retries = new Retries(agents::inFlight);
    this.room = new Semaphore(most);
  }

  @Override
  public void handle(ServerRequest request, ServerResponse response) {
    long start = System.nanoTime();
    byte[] id = new byte[16];
    random.nextBytes(id);
    Optional<String> given = request.headers().value(TRACEPARENT).filter(TraceParent::valid);
    Span span = traces.begin(Span.Kind.SERVER, "call", given.orElse(""));
    String trace = given.orElseGet(() -> span.traceparent(TraceParent.of(id)));
    response.header(TRACEPARENT, trace);
    String name = HexFormat.of().formatHex(id);
    response.header(REQUEST_ID, name);
    if (!room.tryAcquire()) {
      Fault busy =
          Faults.of(
              Code.BUSY, "The gateway has all the calls it can carry.", true, Reference.next());
      answer(
          request,
          response,
          busy,
          busy.getMessage(),
          new Found(name, trace, span, records, measures),
          start);
      return;
    }
    Found found = new Found(name, trace, span, records, measures);
    try {
      Connection connection = (Connection) request.remotePeer();
      found.caller = From.of(connection.caller(), request);
      believe(connection, response);
      authenticate(request, connection, found);
      Target target = Objects.requireNonNull(found.target);
      if (library.has(target)) {
        found.shown = library.word(target);
        library.answer(request, response, target, connection.caller(), found.token);
        found.done("done", start);
        return;
      }
      long deadline = start + patience(request).toNanos();
      find(request, found, deadline);
      if (!records.healthy()) {
        throw new Refusal(
            Faults.of(
                Code.AUDIT_UNAVAILABLE, "The call cannot be recorded.", true, Reference.next()));
      }
      Call call =
          new Call(
              settings,
              connection,
              request,
              response,
              found,
              id,
              trace,
              deadline,
              retries,
              measures);
      call.run();
      found.done("done", start);
    } catch (Refusal e) {
      answer(request, response, referenced(e.fault()), e.why(), found, start);
      if (((Connection) request.remotePeer()).isBroken()) {
        throw new CloseConnectionException("where the next request begins is not clear");
      }
    } catch (HungUp e) {
      measures.hungUp();
      found.done("hung-up", start);
      throw new CloseConnectionException("the caller hung up");
    } catch (BrokenOff e) {
      found.why = String.valueOf(e.getMessage());
      found.done("broken-off", start);
      LOG.log(Level.DEBUG, () -> "a reply broke off: " + e.getMessage());
      throw new CloseConnectionException("the reply broke off");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      found.done("broken-off", start);
      throw new CloseConnectionException("the gateway stops");
    } catch (CloseConnectionException | UncheckedIOException e) {
      found.done("hung-up", start);
      throw e;
    } catch (RequestException e) {
      found.refusedBelow(start);
      throw e;
    } catch (RuntimeException e) {
      String reference = Reference.next();
      LOG.log(Level.WARNING, "a call failed unexpectedly, reference " + reference, e);
      if (found.replying) {
        found.why = e.getClass().getName();
        found.reference = reference;
        found.done("broken-off", start);
        throw new CloseConnectionException("the reply broke off");
      }
      Fault fault = Faults.of(Code.INTERNAL, "The gateway failed.", false, reference);
      answer(request, response, fault, e.getClass().getName(), found, start);
    } finally {
      room.release();
    }
  }

  /** The deadline of every call, or a shorter one that the caller asks for (RFC 7240). */
  private static Duration patience(ServerRequest request) {
    Matcher wait = WAIT.matcher(request.headers().value(PREFER).orElse(""));
    return wait.find() ? Duration.ofSeconds(Integer.parseInt(wait.group(1))) : DEADLINE;
  }

  /** A connection lives longer than a certificate may be believed. */
  private void believe(Connection connection, ServerResponse response) throws Refusal {
    if (connection.chain().isEmpty()) {
      return;
    }
    Optional<String> objection =
        door.now()
            .objection(connection.chain(), connection.caller().getFingerprint(), door.instant());
    if (objection.isPresent()) {
      response.header(HeaderValues.CONNECTION_CLOSE);
      connection.last();
      throw new Refusal(
          bearers.distrusted(), "the client certificate is no longer trusted: " + objection.get());
    }
  }

  private void authenticate(ServerRequest request, Connection connection, Found found)
      throws Refusal {
    Bearers.Shown shown = bearers.token(request.headers());
    found.token = shown.text();
    found.proof = shown.token();
    if (connection.caller().getFingerprint().isEmpty() && found.token.isEmpty()) {
      throw new Refusal(bearers.missing());
    }
    found.target =
        Target.parse(request.prologue().uriPath().rawPath(), request.prologue().query().rawValue());
  }

  private void find(ServerRequest request, Found found, long deadline)
      throws Refusal, InterruptedException {
    Target target = Objects.requireNonNull(found.target);
    found.format =
        Formats.wanted(target.format(), request.headers().value(HeaderNames.ACCEPT).orElse(""));
    Agents.Place place =
        agents
            .place(target.segments())
            .orElseThrow(() -> forbidden("no site of gateway.yaml owns such an API"));
    found.site = place.site();
    found.api = place.api();
    if (!place.site().awaitKnown(deadline)) {
      throw unavailable();
    }
    Optional<Routes.Match> match =
        place
            .site()
            .routes()
            .find(request.prologue().method().text(), target.segments(), place.api());
    found.match =
        match.orElseThrow(
            () -> forbidden("no agent of " + place.site().name() + " offers such an API"));
  }

  /** The same for the caller whatever the reason. */
  static Refusal forbidden(String why) {
    return new Refusal(Fault.newBuilder().setCode(Code.FORBIDDEN).build(), why);
  }

  static Refusal unavailable() {
    return new Refusal(
        Fault.newBuilder()
            .setCode(Code.SITE_UNAVAILABLE)
            .setMessage("No agent of the site can be reached.")
            .setRetryable(true)
            .setRetryAfterS(5)
            .build());
  }

  private void answer(
      ServerRequest request,
      ServerResponse response,
      Fault fault,
      String why,
      Found found,
      long start) {
    if (((Connection) request.remotePeer()).isBroken()) {
      response.header(HeaderValues.CONNECTION_CLOSE);
    } else {
      skipBody(request);
    }
    if (fault.getCode() == Code.UNAUTHENTICATED) {
      bearers.challenge(request.headers(), response);
    }
    Faults.Told told = Faults.told(fault, found.safe());
    found.status = told.status();
    found.why = why;
    found.reference = Refusals.plain(fault.getReference());
    // Before the answer: who gets the reference finds it.
    refusals.call(found.id(), told.code(), found.ending(Faults.word(told.code()), start));
    Faults.send(response, fault, told);
    found.done(Faults.word(told.code()), start);
  }

  /** So that the connection can be used again; one that dawdles is closed after the answer. */
  private static void skipBody(ServerRequest request) {
    if (!request.content().hasEntity() || request.content().consumed()) {
      return;
    }
    if (request.headers().contains(HeaderValues.EXPECT_100) && !request.continueSent()) {
      request.reset();
      return;
    }
    Connection connection = (Connection) request.remotePeer();
    connection.bodyDeadline(System.nanoTime() + LEFTOVER.toNanos());
    try {
      request.content().consume();
    } catch (RuntimeException e) {
      connection.last();
      LOG.log(Level.DEBUG, "the rest of a refused request did not come", e);
    } finally {
      connection.bodyDeadline(0);
    }
  }

  private static Fault referenced(Fault fault) {
    return fault.getReference().isEmpty()
        ? fault.toBuilder().setReference(Reference.next()).build()
        : fault;
  }

  /** The caller is gone, so there is nobody to answer. */
  static final class HungUp extends RuntimeException {
    private static final long serialVersionUID = 1;

    HungUp() {
      super("hung up", null, false, false);
    }
  }

  /**
   * A reply that has begun can't be finished: the connection is broken, so it never looks whole.
   */
  static final class BrokenOff extends RuntimeException {
    private static final long serialVersionUID = 1;

    BrokenOff(String why) {
      super(why, null, false, false);
    }
  }
}
