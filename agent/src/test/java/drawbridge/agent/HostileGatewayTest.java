package drawbridge.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import drawbridge.certs.SampleTokens;
import drawbridge.relay.wire.Argument;
import drawbridge.relay.wire.Fault.Code;
import drawbridge.relay.wire.Head;
import drawbridge.relay.wire.Request;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * What a gateway in an attacker's hands tries. The measure: it cannot run what the admin did not
 * list for the gateway it is, exceed the budgets, or act as a user whose token it does not hold.
 */
class HostileGatewayTest extends HostileGateway {
  @Test
  void itRunsNothingThatIsNotListedForTheGatewayThatItIs() {
    assertEquals(Code.FORBIDDEN, code(as("CN=anybody", "OfAnother")));
    assertEquals(Code.FORBIDDEN, code(as("CN=anybody", "OfNobody")));
    assertEquals(Code.FORBIDDEN, code(as("CN=anybody", "OfNobody/../ByCertificate")));
    assertEquals(Code.FORBIDDEN, code(as("CN=anybody", "")));
    assertEquals(Code.FORBIDDEN, code(as("CN=anybody", "x".repeat(100_000))));
    assertEquals(0, ran.get());
  }

  @Test
  void itCannotActAsSomebodyWhoseTokenItDoesNotHold() {
    assertEquals(Code.FORBIDDEN, code(as("CN=app-1", "ByToken")));
    String forged = SampleTokens.create("k1").token(SampleTokens.claims("app-1", Instant.now()));
    assertEquals(Code.UNAUTHENTICATED, code(as("CN=app-1", "ByToken").setToken(forged)));
    String ofAnother = issuer.token(SampleTokens.claims("app-2", Instant.now()));
    assertEquals(Code.FORBIDDEN, code(as("CN=app-1", "ByToken").setToken(ofAnother)));
    String over = issuer.token(SampleTokens.claims("app-1", Instant.now().minusSeconds(7200)));
    assertEquals(Code.UNAUTHENTICATED, code(as("CN=app-1", "ByToken").setToken(over)));
    assertEquals(0, ran.get());
    String live = issuer.token(SampleTokens.claims("app-1", Instant.now()));
    assertEquals(Code.UNSPECIFIED, code(as("CN=app-1", "ByToken").setToken(live)));
    assertEquals(1, ran.get(), "what it can do: use a live token that it was given");
  }

  /** Nor as somebody else by a token that means something else. */
  @Test
  void aTokenOfAnotherAudienceTenantUserOrKindOpensNothing() {
    Map<String, Object> claims = SampleTokens.claims("app-1", Instant.now());
    assertEquals(Code.UNAUTHENTICATED, code(byToken(claims, "aud", "api://another")));
    assertEquals(
        Code.UNAUTHENTICATED,
        code(byToken(claims, "aud", List.of(SampleTokens.AUDIENCE, "api://another"))));
    assertEquals(
        Code.UNAUTHENTICATED, code(byToken(claims, "tid", "99999999-2222-3333-4444-555555555555")));
    assertEquals(
        Code.UNAUTHENTICATED, code(byToken(claims, "iss", "https://login.example/another")));
    Map<String, Object> user = SampleTokens.claims("app-9", Instant.now());
    user.put("scp", "Orders");
    user.put("oid", "u2");
    assertEquals(Code.FORBIDDEN, code(as("u1", "OfUser").setToken(issuer.token(user))));
    Map<String, Object> application = SampleTokens.claims("app-9", Instant.now());
    application.put("oid", "u1");
    assertEquals(
        Code.FORBIDDEN,
        code(as("u1", "OfUser").setToken(issuer.token(application))),
        "nobody signed in");
    assertEquals(0, ran.get());
    user.put("oid", "u1");
    assertEquals(Code.UNSPECIFIED, code(as("x", "OfUser").setToken(issuer.token(user))));
  }

  private Head.Builder byToken(Map<String, Object> claims, String name, Object value) {
    Map<String, Object> bent = new HashMap<>(claims);
    bent.put(name, value);
    return as("CN=app-1", "ByToken").setToken(issuer.token(bent));
  }

  @Test
  void aTokenThatItKeptIsWorthNothingPastTheAgeThatTheRuleAllows() {
    Instant then = Instant.now().minusSeconds(400);
    String kept = issuer.token(SampleTokens.claims("app-1", then));
    assertEquals(Code.FORBIDDEN, code(as("CN=a", "Aged").setToken(kept)));
    assertEquals(0, ran.get());
    assertEquals(Code.UNSPECIFIED, code(as("CN=a", "ByToken").setToken(kept)), "it lives still");
    String young = issuer.token(SampleTokens.claims("app-1", Instant.now()));
    assertEquals(Code.UNSPECIFIED, code(as("CN=a", "Aged").setToken(young)));
  }

  @Test
  void anApiOrVersionThatIsNotThereIsForbiddenLikeAnyOther() {
    for (String id :
        List.of(
            "orders/v2/ByCertificate",
            "stock/v1/ByCertificate",
            "orders/v1/bycertificate",
            "orders/v1/ByCertificate/",
            "/orders/v1/ByCertificate",
            "orders//ByCertificate",
            "*",
            "orders/v1/*")) {
      assertEquals(Code.FORBIDDEN, code(as("CN=a", "x").setOperation(id)), id);
    }
    assertEquals(0, ran.get());
  }

  /** Whatever deadline it claims, and whoever it claims to call for. */
  @Test
  void itCannotExceedRowsBytesTimeOrCallsAtOnce() {
    assertEquals(Code.UNSPECIFIED, code(as("CN=a", "Rows")));
    assertEquals(Code.UNSPECIFIED, code(as("CN=a", "Rows")));
    assertEquals(5, mostRows.get(), "rows of one answer");
    assertEquals(Code.TOO_MANY_CALLS, code(as("CN=a", "Rows")), "ten rows are gone");
    assertEquals(Code.TOO_LARGE, code(as("CN=a", "Bytes")));

    long from = System.nanoTime();
    List<Bridge.Exchange> two = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Head.Builder head = as("CN=a", "Long").setDeadlineMs(Integer.MAX_VALUE);
      two.add(begin(Request.newBuilder().setHead(head).setLast(true).build()));
    }
    Bridge.await(() -> ran.get() == 2, "both run");
    assertEquals(Code.TOO_MANY_CALLS, code(as("CN=a", "Long")), "calls at once");
    for (Bridge.Exchange exchange : two) {
      assertEquals(Code.DEADLINE_EXCEEDED, exchange.toEnd().fault().getCode());
    }
    long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from);
    assertTrue(took < 6_000, "a call of at most one second took ms: " + took);
  }

  @Test
  void hugeArgumentsAndBodiesRunNothing() {
    Head.Builder many = as("CN=a", "ByCertificate");
    for (int i = 0; i < 10_000; i++) {
      many.addArguments(argument("n" + i, "1"));
    }
    assertEquals(Code.INVALID_ARGUMENT, code(many));
    String megabyte = "9".repeat(1 << 20);
    assertEquals(
        Code.INVALID_ARGUMENT,
        code(as("CN=a", "ByCertificate").addArguments(argument("n", megabyte))));
    assertEquals(
        Code.INVALID_ARGUMENT,
        code(as("CN=a", "ByCertificate").addArguments(argument(megabyte, "1"))));
    body("ByCertificate", Code.INVALID_ARGUMENT);
    assertEquals(0, ran.get());
    assertEquals(Code.UNSPECIFIED, code(as("CN=a", "ByCertificate")), "others are served on");
    // A record stays a line that anybody can read, whatever somebody puts into it.
    for (Map<String, String> record : AuditFiles.read(folder.resolve("audit"), "refused")) {
      assertTrue(record.toString().length() < 100_000, "a record of " + record.toString().length());
    }
  }

  /** Sends twice what a body may have, and lets go at the first answer, as gateways do. */
  private void body(String operation, Code refusal) {
    Bridge.Exchange call = begin(Request.newBuilder().setHead(as("CN=a", operation)).build());
    ByteString piece = ByteString.copyFromUtf8("[".repeat(64 << 10));
    for (int i = 0; i < 256 && call.replies.isEmpty(); i++) {
      Bridge.await(
          () -> call.control().isReady() || !call.replies.isEmpty(), "room for more of the body");
      call.requests().onNext(Request.newBuilder().setChunk(piece).build());
    }
    Bridge.await(() -> !call.replies.isEmpty(), "an answer");
    assertEquals(refusal, call.fault().getCode());
    call.control().cancel("over", null);
  }

  /** What was under way when a call was refused must not take the room of all others. */
  @Test
  void bodiesOfRefusedCallsLeaveRoomForOthers() {
    for (int i = 0; i < 40; i++) {
      body("OfNobody", Code.FORBIDDEN);
    }
    String live = issuer.token(SampleTokens.claims("app-1", Instant.now()));
    assertEquals(Code.UNSPECIFIED, code(as("CN=a", "ByToken").setToken(live)));
  }

  private static Argument argument(String name, String value) {
    return Argument.newBuilder()
        .setName(name)
        .setValue(value)
        .setIn(drawbridge.relay.wire.Parameter.In.QUERY)
        .build();
  }

  /** It may claim any certificate, but not multiply what the rule gives. */
  @Test
  void itCannotExceedTheBudgetsByInventingCallers() {
    for (int i = 0; i < 200; i++) {
      code(as("CN=invented-" + i, "ByCertificate"));
    }
    int beyond = 0;
    for (int i = 0; i < 20; i++) {
      beyond += code(as("CN=invented-1", "ByCertificate")) == Code.UNSPECIFIED ? 1 : 0;
      beyond += code(as("CN=invented-2", "ByCertificate")) == Code.UNSPECIFIED ? 1 : 0;
    }
    assertTrue(beyond <= 8, "the rest of two budgets, but " + beyond);
    assertTrue(ran.get() <= 4 * 5, "three callers and all others, five calls each, but " + ran);
  }

  @Test
  void malformedHeadsAndFloodsEndInFaultsAndOthersAreServedOn() throws Exception {
    assertEquals(
        Code.INVALID_ARGUMENT, code(as("CN=a", "ByCertificate").setCallId(ByteString.EMPTY)));
    Bridge.Exchange headless = begin(Request.newBuilder().setLast(true).build());
    headless.toEnd();
    assertNotNull(headless.error);
    assertEquals(Code.UNAUTHENTICATED, code(as("CN=a", "ByToken").setToken("x".repeat(200_000))));
    assertEquals(Code.FORBIDDEN, code(as("C".repeat(100_000), "ByToken")));
    List<Bridge.Exchange> silent = new ArrayList<>();
    for (int i = 0; i < 700; i++) {
      silent.add(begin(Request.newBuilder().setHead(as("CN=a", "OfNobody")).build()));
    }
    for (Bridge.Exchange exchange : silent) {
      exchange.requests().onError(new IllegalStateException("left"));
    }
    String live = issuer.token(SampleTokens.claims("app-1", Instant.now()));
    Bridge.await(
        () -> code(as("CN=a", "ByToken").setToken(live)) == Code.UNSPECIFIED, "served after it");
    assertFalse(ended.isDone(), "the agent lives");
  }
}
