package drawbridge.agent;

import static drawbridge.agent.Bridge.head;
import static drawbridge.agent.Operations.reading;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Answer;
import drawbridge.adapters.Call;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.agent.policy.Budgets;
import drawbridge.certs.SampleTokens;
import drawbridge.relay.NetworkSettings;
import drawbridge.relay.wire.Caller;
import drawbridge.relay.wire.Fault.Code;
import drawbridge.settings.Section;
import drawbridge.tokens.TokenSettings;
import drawbridge.tokens.TokenVerifier;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a gateway can and can't do with the tokens of others: the agent believes none of its words
 * about them, and verifies each token itself.
 */
class TokenCallsTest {
  private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
  private static final String RULES =
      """
        - { name: app, allow: [orders/v1/Find], to: { token: { app: app-1 }, token-age: 10m }, limits: { calls: 3/h }, filter: "region eq 'n'", mask: { total: hash } }
        - { name: cert, allow: [orders/v1/Open], to: { certificate: { subject: CN=apim } } }
      """;

  @TempDir Path folder;
  private final SampleTokens issuer = SampleTokens.create("k1");
  private final AtomicReference<Call> seen = new AtomicReference<>();
  private volatile Instant now = NOON;

  private Pauses pauses = new Pauses(Path.of("pauses.yaml"));

  @BeforeEach
  void pauses() {
    pauses = new Pauses(folder.resolve("pauses.yaml"));
  }

  private Bridge bridge() throws IOException {
    Files.writeString(folder.resolve("keys.json"), SampleTokens.keys(issuer));
    Section section =
        Section.parse(
            folder.resolve("agent.yaml"),
            "{ tenant: %s, audience: '%s', keys: { file: keys.json } }"
                .formatted(SampleTokens.TENANT, SampleTokens.AUDIENCE));
    Guards guards =
        new Guards(
            new Budgets(System::nanoTime),
            Optional.of(
                TokenVerifier.open(TokenSettings.read(section), NetworkSettings.DIRECT, () -> now)),
            pauses,
            () -> now);
    return new Bridge(
        folder,
        Calls.Bounds.DEFAULT,
        guards,
        RULES,
        reading("Find", this::run),
        reading("Open", this::run));
  }

  private void run(Call call, Answer answer) throws FaultException {
    seen.set(call);
    try (OutputStream out = answer.begin(200, "application/json")) {
      out.write("[]".getBytes(UTF_8));
    } catch (IOException e) {
      throw Fault.of(Fault.Code.CANCELLED, "The answer was not wanted.", e).thrown();
    }
  }

  private String token(Object... more) {
    Map<String, Object> claims = SampleTokens.claims("app-1", now);
    for (int i = 0; i < more.length; i += 2) {
      claims.put((String) more[i], more[i + 1]);
    }
    return issuer.token(claims);
  }

  private static Code code(Bridge bridge, String operation, String token) {
    return bridge.call(head(operation).setToken(token)).fault().getCode();
  }

  @Test
  void aTokenThatTheAgentVerifiedDecidesAndIsRecordedByItsHash() throws Exception {
    try (Bridge bridge = bridge()) {
      String token = token();
      assertEquals("[]", bridge.call(head("Find").setToken(token)).body());
      String line = Files.readString(bridge.audit.resolve("000000000001.jsonl"));
      assertTrue(line.contains("\"proof\":\"token\""), line);
      assertTrue(line.contains("\"entra.app.id\":\"app-1\""), line);
      assertTrue(line.matches("(?s).*\"entra.token.hash\":\"[0-9a-f]{64}\".*"), line);
      assertFalse(line.contains(token), "never the token itself");
      Call call = java.util.Objects.requireNonNull(seen.get());
      assertEquals("app-1", call.request().caller().get("app"));
      assertEquals("region eq 'n'", call.request().restrictions().filter());
      assertTrue(call.request().restrictions().masks().containsKey("total"));
    }
  }

  @Test
  void aGatewayCannotInventATokenOrItsHolder() throws Exception {
    try (Bridge bridge = bridge()) {
      SampleTokens forger = SampleTokens.create("k1");
      String forged = forger.token(SampleTokens.claims("app-1", now));
      assertEquals(Code.UNAUTHENTICATED, code(bridge, "Find", forged));
      String genuine = token("azp", "app-2");
      assertEquals(Code.FORBIDDEN, code(bridge, "Find", genuine));
      String[] parts = genuine.split("\\.", -1);
      String altered = parts[0] + "." + token().split("\\.", -1)[1] + "." + parts[2];
      assertEquals(Code.UNAUTHENTICATED, code(bridge, "Find", altered));
      Caller claimed = Caller.newBuilder().setSubject("CN=app-1").setIssuer("CN=CA").build();
      assertEquals(Code.FORBIDDEN, bridge.call(head("Find").setCaller(claimed)).fault().getCode());
    }
  }

  /** A token of another API, tenant or time opens nothing here, whoever resends it. */
  @Test
  void aTokenMeantForOthersOrForThePastIsRefused() throws Exception {
    try (Bridge bridge = bridge()) {
      assertEquals(Code.UNAUTHENTICATED, code(bridge, "Find", token("aud", "api://other")));
      assertEquals(
          Code.UNAUTHENTICATED,
          code(bridge, "Find", token("tid", "99999999-2222-3333-4444-555555555555")));
      String token = token();
      assertEquals("[]", bridge.call(head("Find").setToken(token)).body());
      now = NOON.plusSeconds(601);
      assertEquals(Code.FORBIDDEN, code(bridge, "Find", token), "older than the rule allows");
      now = NOON.plusSeconds(7200);
      drawbridge.relay.wire.Fault late = bridge.call(head("Find").setToken(token)).fault();
      assertEquals(Code.UNAUTHENTICATED, late.getCode());
      assertEquals("The token was refused: token-expired.", late.getMessage());
      List<Map<String, String>> refused = bridge.records("refused", 4);
      assertTrue(
          refused.getLast().getOrDefault("reason", "").contains("expected an end after"),
          refused::toString);
    }
  }

  /** What it can do, and the threat model says so: use a live token until its budget is gone. */
  @Test
  void aLiveTokenThatIsSentAgainPaysFromItsOwnBudget() throws Exception {
    try (Bridge bridge = bridge()) {
      String token = token();
      for (int i = 0; i < 3; i++) {
        assertEquals("[]", bridge.call(head("Find").setToken(token)).body());
      }
      assertEquals(Code.TOO_MANY_CALLS, code(bridge, "Find", token));
      assertEquals(Code.TOO_MANY_CALLS, code(bridge, "Find", token("jti", "another")));
    }
  }

  @Test
  void aPausedUserIsHeldUpByIdAndNobodyElseIs() throws Exception {
    try (Bridge bridge = bridge()) {
      String user = token("oid", "u-1", "scp", "Orders");
      String colleague = token("oid", "u-2", "scp", "Orders");
      Pauses.Pause pause = new Pauses.Pause(Pauses.Kind.CALLER, "U-1");
      Pauses.change(folder.resolve("pauses.yaml"), pause, true);
      assertTrue(pauses.look());
      assertEquals(Code.FORBIDDEN, code(bridge, "Find", user));
      assertEquals("[]", bridge.call(head("Find").setToken(colleague)).body());
      Pauses.change(folder.resolve("pauses.yaml"), pause, false);
      assertTrue(pauses.look());
      assertEquals("[]", bridge.call(head("Find").setToken(user)).body());
    }
  }

  @Test
  void aBadTokenIsRefusedWhateverElseWouldDo() throws Exception {
    try (Bridge bridge = bridge()) {
      assertEquals("[]", bridge.call(head("Open")).body());
      assertEquals(Code.UNAUTHENTICATED, code(bridge, "Open", "rubbish"));
      assertEquals(
          Code.UNAUTHENTICATED, code(bridge, "Nothing", "rubbish"), "said before any look-up");
    }
  }
}
