package drawbridge.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import drawbridge.certs.SampleTokens;
import drawbridge.relay.NetworkSettings;
import drawbridge.settings.Section;
import drawbridge.tokens.TokenRefused.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenVerifierTest {
  private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
  private static final String APP = "6f1c0000-0000-0000-0000-000000000001";

  @TempDir Path folder;
  private final SampleTokens issuer = SampleTokens.create("k1");
  private volatile Instant now = NOON;
  private Path keys = Path.of("keys.json");

  @BeforeEach
  void keys() throws IOException {
    keys = Files.writeString(folder.resolve("keys.json"), SampleTokens.keys(issuer));
  }

  private TokenVerifier verifier() {
    return verifier("audience: [api://drawbridge, other]");
  }

  private TokenVerifier verifier(String more) {
    Section section =
        Section.parse(
            folder.resolve("agent.yaml"),
            "tenant: " + SampleTokens.TENANT + "\nkeys: { file: keys.json }\n" + more + "\n");
    return TokenVerifier.open(TokenSettings.read(section), NetworkSettings.DIRECT, () -> now);
  }

  private static Map<String, Object> claims() {
    return SampleTokens.claims(APP, NOON);
  }

  private static Map<String, Object> with(Object... more) {
    Map<String, Object> claims = claims();
    for (int i = 0; i < more.length; i += 2) {
      claims.put((String) more[i], more[i + 1]);
    }
    return claims;
  }

  private static TokenRefused refused(Reason reason, TokenVerifier verifier, String token) {
    TokenRefused refused = assertThrows(TokenRefused.class, () -> verifier.verify(token));
    assertEquals(reason, refused.reason(), refused::getMessage);
    return refused;
  }

  @Test
  void bothVersionsSayTheSameOfTheirHolder() throws Exception {
    Map<String, Object> claims =
        with(
            "scp",
            "Orders.Read Orders.Write",
            "roles",
            List.of("Clerk"),
            "oid",
            "ABC",
            "groups",
            List.of("G1"));
    Token two = verifier().verify(issuer.token(claims));
    Token one = verifier().verify(issuer.token(SampleTokens.version1(claims)));
    for (Token token : List.of(one, two)) {
      assertEquals(APP, token.app());
      assertEquals("abc", token.user());
      assertEquals(Set.of("Orders.Read", "Orders.Write"), token.scopes());
      assertEquals(Set.of("Clerk"), token.roles());
      assertEquals(Set.of("g1"), token.groups());
      assertTrue(token.delegated());
      assertFalse(token.overage());
      assertEquals(NOON, token.issuedAt());
    }
    assertNotEquals(one.hash(), two.hash());
    assertEquals(64, one.hash().length());
  }

  /** A claim of the other version must not name the application. */
  @Test
  void theApplicationIsTheOneOfTheTokensOwnVersion() throws Exception {
    assertEquals(APP, verifier().verify(issuer.token(with("appid", "other"))).app());
  }

  @ParameterizedTest
  @ValueSource(strings = {"RS256", "PS256"})
  void rsaSignaturesOfTwoKindsAreBelieved(String algorithm) throws Exception {
    SampleTokens rsa = SampleTokens.rsa("r", algorithm);
    Files.writeString(keys, SampleTokens.keys(rsa));
    assertEquals(APP, verifier().verify(rsa.token(claims())).app());
  }

  @ParameterizedTest
  @ValueSource(strings = {"RS384", "PS512"})
  void otherAlgorithmsAreRefusedHoweverWellTheySign(String algorithm) throws Exception {
    SampleTokens rsa = SampleTokens.rsa("r", algorithm);
    Files.writeString(keys, SampleTokens.keys(rsa));
    assertTrue(
        String.valueOf(refused(Reason.ALGORITHM, verifier(), rsa.token(claims())).getMessage())
            .contains("expected RS256, PS256 or ES256, came “" + algorithm + "”"));
  }

  /** The classic: the public key, used as the secret of a HMAC; and no signature at all. */
  @Test
  void aTokenSignedWithThePublicKeyOrNotAtAllIsRefused() throws Exception {
    JWTClaimsSet claims = JWTClaimsSet.parse(claims());
    SignedJWT mac =
        new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("k1").build(), claims);
    mac.sign(new MACSigner(Files.readString(keys).getBytes(StandardCharsets.UTF_8)));
    refused(Reason.ALGORITHM, verifier(), mac.serialize());
    refused(Reason.MALFORMED, verifier(), new PlainJWT(claims).serialize());
  }

  /** The key's id is right, and the key itself travels in the header. */
  @Test
  void aForgersOwnKeyIsNeverUsed() throws Exception {
    SampleTokens forger = SampleTokens.create("k1");
    refused(Reason.SIGNATURE, verifier(), forger.token(claims()));
    refused(Reason.KEY, verifier(), SampleTokens.create("mine").token(claims(), Map.of("x", "y")));
  }

  @Test
  void anAlteredTokenIsRefused() throws Exception {
    String token = issuer.token(claims());
    String[] parts = token.split("\\.", -1);
    String other = issuer.token(with("azp", "another")).split("\\.", -1)[1];
    refused(Reason.SIGNATURE, verifier(), parts[0] + "." + other + "." + parts[2]);
    refused(Reason.MALFORMED, verifier(), "x." + parts[1] + "." + parts[2]);
    refused(Reason.MALFORMED, verifier(), "");
    refused(Reason.MALFORMED, verifier(), "a".repeat(20_000));
  }

  @ParameterizedTest
  @CsvSource({
    "iss, https://login.microsoftonline.com/common/v2.0, ISSUER",
    "iss, https://sts.windows.net/99999999-2222-3333-4444-555555555555/, ISSUER",
    "tid, 99999999-2222-3333-4444-555555555555, TENANT",
    "aud, https://graph.microsoft.com, AUDIENCE",
    "aud, api://drawbridge2, AUDIENCE",
    "aud, API://DRAWBRIDGE, AUDIENCE",
  })
  void aTokenMeantForOthersIsRefused(String claim, String value, Reason reason) {
    TokenRefused refused = refused(reason, verifier(), issuer.token(with(claim, value)));
    assertTrue(String.valueOf(refused.getMessage()).contains("came “" + value + "”"));
  }

  @Test
  void aTokenForTwoAudiencesIsMeantForNeither() {
    refused(
        Reason.AUDIENCE,
        verifier(),
        issuer.token(with("aud", List.of("api://drawbridge", "https://graph.microsoft.com"))));
  }

  @Test
  void timesAreHeldToWithAMinuteOfTolerance() throws Exception {
    TokenVerifier verifier = verifier();
    String token = issuer.token(claims());
    now = NOON.minusSeconds(59);
    verifier.verify(token);
    now = NOON.minusSeconds(61);
    refused(Reason.NOT_YET_VALID, verifier, token);
    now = NOON.plusSeconds(3659);
    verifier.verify(token);
    now = NOON.plusSeconds(3660);
    assertEquals("token-expired", refused(Reason.EXPIRED, verifier, token).code());
    Map<String, Object> endless = claims();
    endless.remove("exp");
    refused(Reason.MALFORMED, verifier, issuer.token(endless));
  }

  @Test
  void tooManyGroupsAreSeenInBothForms() throws Exception {
    assertTrue(
        verifier().verify(issuer.token(with("_claim_names", Map.of("groups", "src1")))).overage());
    assertTrue(verifier().verify(issuer.token(with("hasgroups", true))).overage());
  }

  @Test
  void aCriticalHeaderThatNobodyKnowsIsRefused() {
    refused(
        Reason.MALFORMED,
        verifier(),
        issuer.token(claims(), Map.of("crit", List.of("new"), "new", 1)));
  }

  @Test
  void aReplacedKeyFileIsReadAgainAndAWrongOneLeavesTheOldKeys() throws Exception {
    TokenVerifier verifier = verifier();
    SampleTokens next = SampleTokens.create("k2");
    Files.writeString(keys, SampleTokens.keys(issuer, next));
    refused(Reason.KEY, verifier, next.token(claims()));
    now = now.plusSeconds(6);
    verifier.verify(next.token(claims()));
    Files.writeString(keys, "half a fi");
    now = now.plusSeconds(6);
    verifier.verify(next.token(claims()));
    now = now.plus(Duration.ofHours(25));
    refused(Reason.KEYS_UNAVAILABLE, verifier, next.token(claims()));
  }

  @Test
  void whatComesIsNamedOnOneLineAndCut() {
    TokenRefused refused =
        refused(Reason.AUDIENCE, verifier(), issuer.token(with("aud", "a\nb" + "x".repeat(500))));
    String message = String.valueOf(refused.getMessage());
    assertTrue(message.contains("a?bxxx") && message.length() < 400, message);
  }
}
