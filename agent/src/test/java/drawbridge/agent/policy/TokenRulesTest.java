package drawbridge.agent.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Restrictions;
import drawbridge.adapters.Restrictions.Mask;
import drawbridge.settings.Section;
import drawbridge.tokens.Token;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Rules that ask for tokens, and what a rule takes away. */
class TokenRulesTest {
  private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
  private static final String FIND = "orders/v1/FindOrders";
  private static final Token APP =
      new Token("t", "a1", "a1", Set.of(), Set.of("Orders.Read"), Set.of(), false, NOW, NOW, "h1");
  private static final Token USER =
      new Token(
          "t", "a1", "u1", Set.of("Orders"), Set.of("Clerk"), Set.of("g1"), false, NOW, NOW, "h2");
  private static final Token CROWDED =
      new Token("t", "a1", "u1", Set.of("Orders"), Set.of(), Set.of(), true, NOW, NOW, "h3");

  private static Policy policy(String text) {
    return Policy.read(Section.parse(Path.of("policy.yaml"), text));
  }

  private static Policy to(String to) {
    return policy("rules: [{ name: r, allow: [orders/v1/*], to: " + to + " }]");
  }

  private static boolean allows(Policy policy, Token token) {
    return policy.decide("gateway-1", Caller.NOBODY.with(token), FIND, NOW)
        instanceof Decision.Allowed;
  }

  private static String reason(Policy policy, Caller caller) {
    return assertInstanceOf(Decision.Forbidden.class, policy.decide("gateway-1", caller, FIND, NOW))
        .reason();
  }

  @Test
  void eachConditionOfATokenMustHold() {
    assertTrue(allows(to("{ token: { app: A1 } }"), APP));
    assertFalse(allows(to("{ token: { app: a2 } }"), APP));
    assertTrue(allows(to("{ token: { app: [a2, a1], role: Orders.Read } }"), APP));
    assertFalse(allows(to("{ token: { app: a1, role: Orders.Write } }"), APP));
    assertTrue(allows(to("{ token: { user: U1, group: G1 } }"), USER));
    assertFalse(allows(to("{ token: { user: u1, group: g2 } }"), USER));
    assertTrue(allows(to("{ token: { app: a1 }, gateway: gateway-1 }"), APP));
    assertFalse(allows(to("{ token: { app: a1 }, gateway: gateway-2 }"), APP));
  }

  /** A role that was given to an application is not a user's, nor the other way round. */
  @Test
  void delegatedPermissionsAndAppRolesAreNotMixedUp() {
    assertTrue(allows(to("{ token: { role: Orders.Read } }"), APP));
    assertFalse(allows(to("{ token: { scope: Orders.Read } }"), APP));
    assertTrue(allows(to("{ token: { scope: Orders } }"), USER));
    assertFalse(allows(to("{ token: { role: Clerk } }"), USER));
    assertTrue(allows(to("{ token: { role: Clerk, scope: Orders } }"), USER));
    assertFalse(allows(to("{ token: { user: a1 } }"), APP), "its object id is no user's");
  }

  @Test
  void aCertificateIsNoTokenWhateverItIsCalled() {
    Caller claimed = new Caller("CN=a1", "CN=CA", "ab");
    assertEquals("no rule allows it", reason(to("{ token: { app: a1 } }"), claimed));
    assertEquals(
        "no rule allows it",
        reason(
            policy(
                "rules: [{ name: r, allow: [orders/v1/*], require-proof: token, to: { certificate: { subject: CN=a1 } } }]"),
            claimed));
    assertEquals(
        "the file requires a token as proof, and none came",
        reason(
            policy(
                "require-proof: token\nrules: [{ name: r, allow: [orders/v1/*], to: { certificate: { subject: CN=a1 } } }]"),
            claimed));
  }

  @Test
  void groupsThatAreTooManyToNameAreNotGuessed() {
    assertEquals(
        "rule r would allow it, but the token has too many groups to name them (overage)",
        reason(to("{ token: { group: g1 } }"), Caller.NOBODY.with(CROWDED)));
    Policy denied =
        policy(
            """
            rules:
              - { name: all, allow: [orders/v1/*], to: { token: { app: a1 } } }
              - { name: not-these, deny: [orders/v1/*], to: { token: { group: g9 } } }
            """);
    assertTrue(allows(denied, USER));
    assertEquals(
        "rule not-these denies it: the token has too many groups to name them (overage)",
        reason(denied, Caller.NOBODY.with(CROWDED)));
  }

  @Test
  void anOldTokenIsRefusedWhereARuleAsksForAYoungOne() {
    Policy policy = to("{ token: { app: a1 }, token-age: 10m }");
    Caller caller = Caller.NOBODY.with(APP);
    assertInstanceOf(
        Decision.Allowed.class, policy.decide("gateway-1", caller, FIND, NOW.plusSeconds(600)));
    assertEquals(
        "rule r would allow it, but token age: expected at most 600 s, came 601 s",
        assertInstanceOf(
                Decision.Forbidden.class,
                policy.decide("gateway-1", caller, FIND, NOW.plusSeconds(601)))
            .reason());
  }

  @Test
  void whoeverProvesThemselvesPaysForThemselvesByWhicheverGateway() {
    Policy policy = to("{ gateway: [gateway-1, gateway-2] }");
    assertEquals(payer(policy, "gateway-1", USER), payer(policy, "gateway-2", USER));
    assertNotEquals(payer(policy, "gateway-1", USER), payer(policy, "gateway-1", APP));
    Caller claimed = new Caller("CN=a", "CN=CA", "");
    assertNotEquals(
        allowed(policy.decide("gateway-1", claimed, FIND, NOW)).payer(),
        allowed(policy.decide("gateway-2", claimed, FIND, NOW)).payer());
  }

  private static Decision.Payer payer(Policy policy, String gateway, Token token) {
    return allowed(policy.decide(gateway, Caller.NOBODY.with(token), FIND, NOW)).payer();
  }

  private static Decision.Allowed allowed(Decision decision) {
    return assertInstanceOf(Decision.Allowed.class, decision);
  }

  @Test
  void aRuleTakesRowsAndColumnsAway() {
    Policy policy =
        policy(
            """
            rules:
              - name: r
                allow: [orders/v1/*]
                to: { token: { app: a1 } }
                filter: "region eq 'north'"
                mask: { total: null, email: hash, iban: last-four }
                limits: { per: operation }
            """);
    Decision.Allowed allowed =
        allowed(policy.decide("gateway-1", Caller.NOBODY.with(APP), FIND, NOW));
    assertEquals(
        new Restrictions(
            "region eq 'north'",
            Map.of("total", Mask.NULL, "email", Mask.HASH, "iban", Mask.LAST_FOUR)),
        allowed.restrictions());
    assertEquals(FIND, allowed.payer().operation());
    assertEquals(
        Map.of("app", "a1", "tenant", "t", "user", "u1"), Caller.NOBODY.with(USER).attributes());
  }

  @Test
  void theDifferenceNamesRulesAndWhatWildcardsMatchAnew() {
    Policy before =
        policy(
            """
            rules:
              - { name: a, allow: [orders/v1/*], to: { gateway: g } }
              - { name: b, deny: [orders/v1/Delete] }
              - { name: c, view: [orders/v1], to: { gateway: g } }
            """);
    Policy now =
        policy(
            """
            require-proof: token
            rules:
              - { name: a, allow: [orders/v1/*], to: { gateway: g } }
              - { name: c, view: [orders/v1], to: { gateway: h } }
              - { name: d, deny: [orders/v1/Delete] }
            """);
    assertEquals(
        List.of(
            "require-proof of the file is token",
            "rule a: orders/v1/* now allows orders/v1/Delete too",
            "rule c has changed",
            "rule d is new",
            "rule b is gone",
            "operation orders/v1/Delete is new",
            "operation orders/v1/Old is gone",
            "file apis/a.yaml has changed",
            "file apis/b.yaml is gone",
            "file apis/c.yaml is new"),
        Difference.of(
            before,
            List.of(FIND, "orders/v1/Old"),
            now,
            List.of(FIND, "orders/v1/Delete"),
            Map.of("apis/a.yaml", "1", "apis/b.yaml", "2", "policy.yaml", "3"),
            Map.of("apis/a.yaml", "9", "apis/c.yaml", "2", "policy.yaml", "3")));
  }

  @Test
  void anExplanationSaysWhatEveryRuleSays() {
    Policy policy =
        policy(
            """
            rules:
              - { name: apps, allow: [orders/v1/*], to: { token: { app: a1, role: Orders.Write } } }
              - { name: gate, allow: [orders/v1/FindOrders], to: { gateway: gateway-2 } }
              - { name: other, allow: [stock/v1/*], to: { gateway: gateway-1 } }
            """);
    Explanation explanation =
        Explanation.of(policy, "gateway-1", Caller.NOBODY.with(APP), FIND, NOW);
    assertEquals("deny: no rule allows it", explanation.verdict());
    assertEquals(
        List.of(
            "rule apps allows it to others: role: expected Orders.Write, came Orders.Read",
            "rule gate allows it to others: gateway: expected gateway-2, came gateway-1"),
        explanation.lines());
  }
}
