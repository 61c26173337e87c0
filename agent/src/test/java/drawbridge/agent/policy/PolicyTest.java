package drawbridge.agent.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.settings.Section;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class PolicyTest {
  private static final Caller APIM = new Caller("CN=apim,O=Contoso", "CN=Connectors CA", "ab");
  private static final Caller OTHER = new Caller("CN=other,O=Contoso", "CN=Connectors CA", "cd");
  private static final String FIND = "orders/v1/FindOrders";
  private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

  private static Policy policy(String rules) {
    return Policy.read(Section.parse(Path.of("policy.yaml"), "rules:\n" + rules));
  }

  private static boolean allows(Policy policy, Caller caller, String operation) {
    return policy.decide("gateway-1", caller, operation, NOW) instanceof Decision.Allowed;
  }

  @Test
  void nothingIsAllowedUnlessARuleAllowsIt() {
    Policy policy = policy("  []\n");
    Decision decision = policy.decide("gateway-1", APIM, FIND, NOW);
    assertEquals(
        "no rule allows it", assertInstanceOf(Decision.Forbidden.class, decision).reason());
  }

  @Test
  void theBudgetsOfASiteAreThoseOfItsAgentsTogether() {
    Policy policy =
        policy(
            """
              - { name: a, allow: [orders/v1/*], to: { gateway: g }, limits: { calls: 2/d, concurrency: 3, rows: 10, bytes: 1500KB, time: 500ms, per: operation, total: { rows: 7/h, bytes: 1GB/d, time: 10m/h } } }
              - { name: b, allow: [orders/v1/FindOrders], to: { gateway: g } }
              - { name: c, deny: [orders/v1/FindOrders] }
            """);
    assertEquals(
        List.of(
            "a: 2/d, 3 at once, 7 rows/h, 1024 MB/d, 600 s/h for each operation; an answer at most 10 rows, 1.46 MB, 0.5 s",
            "b: 60/min, 512 at once; an answer at most 1000 rows, 8 MB, 30 s"),
        policy.budgets(FIND, 1));
    assertEquals(
        "a: 6/d, 9 at once, 21 rows/h, 3072 MB/d, 1800 s/h for each operation; an answer at most 10 rows, 1.46 MB, 0.5 s",
        policy.budgets(FIND, 3).getFirst());
    assertEquals(List.of(), policy.budgets("hr/v1/Pay", 1));
  }

  @Test
  void aRuleAllowsItsCallerAndNobodyElse() {
    Policy policy =
        policy(
            "  - { name: a, allow: [orders/v1/FindOrders], to: { certificate: { subject: 'CN=apim,O=Contoso' } } }\n");
    assertTrue(allows(policy, APIM, FIND));
    assertFalse(allows(policy, OTHER, FIND));
    assertFalse(allows(policy, Caller.NOBODY, FIND));
    assertFalse(allows(policy, APIM, "orders/v1/FindOrder"));
    assertFalse(allows(policy, APIM, "orders/v1/FindOrders2"));
    assertFalse(allows(policy, APIM, "orders/v10/FindOrders"));
  }

  @Test
  void namesAreComparedAsNamesAndNotAsText() {
    Policy policy =
        policy(
            "  - { name: a, allow: [orders/v1/*], to: { certificate: { subject: 'cn=APIM, o=contoso', issuer: 'CN=connectors  ca' } } }\n");
    assertTrue(allows(policy, APIM, FIND));
    // What looks alike as text is another name: one attribute that holds a comma.
    assertFalse(allows(policy, new Caller("CN=apim\\,O=Contoso", APIM.issuer(), "ab"), FIND));
    assertFalse(allows(policy, new Caller("O=Contoso,CN=apim", APIM.issuer(), "ab"), FIND));
    assertFalse(allows(policy, new Caller("not a name", APIM.issuer(), "ab"), FIND));
  }

  @Test
  void allConditionsMustHold() {
    String hash = "ab".repeat(32);
    Policy policy =
        policy(
            "  - { name: a, allow: [orders/v1/*], to: { gateway: [gateway-1], certificate: { subject: 'CN=apim', issuer: 'CN=CA', fingerprint: '"
                + hash
                + "' } } }\n");
    Caller right = new Caller("CN=apim", "CN=CA", hash);
    assertTrue(allows(policy, right, FIND));
    assertFalse(allows(policy, new Caller("CN=apim", "CN=Other", hash), FIND));
    assertFalse(allows(policy, new Caller("CN=apim", "CN=CA", "cd".repeat(32)), FIND));
    assertFalse(policy.decide("gateway-2", right, FIND, NOW) instanceof Decision.Allowed);
  }

  @Test
  void denyWinsWhereverItStands() {
    Policy policy =
        policy(
            """
              - { name: all, allow: [orders/v1/*], to: { gateway: [gateway-1] } }
              - { name: never, deny: [orders/v1/DeleteOrders] }
            """);
    assertTrue(allows(policy, APIM, FIND));
    Decision decision = policy.decide("gateway-1", APIM, "orders/v1/DeleteOrders", NOW);
    assertEquals(
        "rule never denies it", assertInstanceOf(Decision.Forbidden.class, decision).reason());
  }

  @Test
  void theFirstRuleThatAllowsDecidesTheLimits() {
    Policy policy =
        policy(
            """
              - { name: one, allow: [orders/v1/FindOrders], to: { gateway: [gateway-1] }, limits: { calls: 600/min, rows: 10000, bytes: 50MB, time: 5s } }
              - { name: two, allow: [orders/v1/*], to: { gateway: [gateway-1] } }
            """);
    Decision.Allowed first =
        assertInstanceOf(Decision.Allowed.class, policy.decide("gateway-1", APIM, FIND, NOW));
    assertEquals("one", first.rule());
    assertEquals(
        new Limits(new Rate(600, Duration.ofMinutes(1)), 10_000, 50L << 20, Duration.ofSeconds(5)),
        first.limits());
    Decision.Allowed second =
        assertInstanceOf(
            Decision.Allowed.class, policy.decide("gateway-1", APIM, "orders/v1/GetOrder", NOW));
    assertEquals("two", second.rule());
    assertEquals(Limits.DEFAULT, second.limits());
  }

  @Test
  void anApiIsShownToThoseWhoViewItAndNotToThoseWhoOnlyCallInIt() {
    Policy policy =
        policy(
            """
              - { name: view, view: [orders/v1], to: { certificate: { subject: 'CN=author' } } }
              - { name: call, allow: [orders/v1/FindOrders], to: { certificate: { subject: 'CN=app' } } }
              - { name: hide, deny: [orders/v1/*], to: { certificate: { issuer: 'CN=Bad CA' } } }
            """);
    assertTrue(policy.views("g", new Caller("CN=author", "", ""), "orders/v1", NOW));
    assertFalse(policy.views("g", new Caller("CN=app", "", ""), "orders/v1", NOW));
    assertFalse(policy.views("g", new Caller("CN=author", "", ""), "orders/v2", NOW));
    assertFalse(policy.views("g", new Caller("CN=author", "CN=Bad CA", ""), "orders/v1", NOW));
    assertFalse(allows(policy, new Caller("CN=author", "", ""), FIND), "view does not allow");
  }

  @Test
  void whatTheSiteDoesNotHaveIsNamed() {
    Policy policy =
        policy(
            """
              - { name: a, allow: [orders/v1/FindOrders, orders/v1/FindOrder, stock/v1/*], view: [orders/v2], to: { gateway: [g] } }
            """);
    assertEquals(
        List.of("a: orders/v1/FindOrder", "a: stock/v1/*", "a: orders/v2"),
        policy.unmatched(List.of(FIND)));
  }
}
