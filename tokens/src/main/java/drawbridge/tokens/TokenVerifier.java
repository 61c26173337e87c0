package drawbridge.tokens;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import drawbridge.relay.Fetch;
import drawbridge.relay.NetworkSettings;
import drawbridge.tokens.TokenRefused.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Verifies access tokens of Entra ID against keys that this program got by itself. Thread-safe.
 *
 * <p>A token is believed when its signature is RS256, PS256 or ES256 by a known key, and issuer,
 * tenant, audience and times are right. Nothing that a token says about keys ({@code jwk}, {@code
 * jku}, {@code x5c} …) is looked at, but {@code kid}.
 */
public final class TokenVerifier {
  /** A caller's headers are bounded too; the largest tokens of Entra ID are half of this. */
  public static final int LONGEST = 16 << 10;

  private static final Set<JWSAlgorithm> ALGORITHMS =
      Set.of(JWSAlgorithm.RS256, JWSAlgorithm.PS256, JWSAlgorithm.ES256);
  private static final int LEAST_RSA_BITS = 2048;

  /** Clocks of three parties differ. */
  static final Duration SKEW = Duration.ofSeconds(60);

  private static final int MOST_BYTES = 1 << 20;
  private static final Duration FETCHING = Duration.ofSeconds(5);

  private final TokenSettings settings;
  private final Keys keys;
  private final InstantSource clock;

  private TokenVerifier(TokenSettings settings, Keys keys, InstantSource clock) {
    this.settings = settings;
    this.keys = keys;
    this.clock = clock;
  }

  /**
   * Reads the keys once; what cannot be read now is tried again with the first tokens.
   *
   * @param network the way to a URL
   */
  public static TokenVerifier open(
      TokenSettings settings, NetworkSettings network, InstantSource clock) {
    Path file = settings.file();
    URI url = settings.url();
    Keys keys =
        file != null
            ? new Keys(
                new KeyFile(file),
                new Keys.Rhythm(
                    Duration.ofSeconds(5), Duration.ofSeconds(5), FETCHING, settings.maxAge()),
                clock)
            : new Keys(
                new KeyUrl(java.util.Objects.requireNonNull(url), new Fetch(network)),
                new Keys.Rhythm(
                    Duration.ofHours(1), Duration.ofMinutes(1), FETCHING, settings.maxAge()),
                clock);
    keys.warm();
    return new TokenVerifier(settings, keys, clock);
  }

  private record KeyFile(Path file) implements Keys.Origin {
    @Override
    public byte[] read() throws IOException {
      try (InputStream in = Files.newInputStream(file)) {
        return in.readNBytes(MOST_BYTES);
      }
    }

    @Override
    public String toString() {
      return file.toString();
    }
  }

  private record KeyUrl(URI url, Fetch fetch) implements Keys.Origin {
    @Override
    public byte[] read() throws IOException {
      return fetch.get(url, MOST_BYTES, FETCHING);
    }

    @Override
    public String toString() {
      return url.toString();
    }
  }

  /**
   * Verifies one token in its compact form.
   *
   * @throws TokenRefused it is not believed, and why
   */
  public Token verify(String compact) throws TokenRefused {
    if (compact.length() > LONGEST) {
      throw new TokenRefused(
          Reason.MALFORMED, "at most " + LONGEST + " characters", compact.length());
    }
    try {
      SignedJWT jwt = SignedJWT.parse(compact);
      verifySignature(jwt);
      return claims(
          jwt.getJWTClaimsSet(),
          hash(new String(jwt.getSigningInput(), StandardCharsets.US_ASCII)));
    } catch (ParseException | IllegalArgumentException e) {
      throw new TokenRefused(
          Reason.MALFORMED, "a signed JSON Web Token", compact.length() + " characters");
    }
  }

  private void verifySignature(SignedJWT jwt) throws TokenRefused {
    JWSHeader header = jwt.getHeader();
    JWSAlgorithm algorithm = header.getAlgorithm();
    if (!ALGORITHMS.contains(algorithm)) {
      throw new TokenRefused(Reason.ALGORITHM, "RS256, PS256 or ES256", algorithm);
    }
    if (header.getCriticalParams() != null && !header.getCriticalParams().isEmpty()) {
      throw new TokenRefused(Reason.MALFORMED, "no critical headers", header.getCriticalParams());
    }
    if (header.getKeyID() == null) {
      throw new TokenRefused(Reason.KEY, "the id of a key", "none");
    }
    JWK key = keys.find(header.getKeyID());
    if (key.getAlgorithm() != null && !key.getAlgorithm().equals(algorithm)) {
      throw new TokenRefused(Reason.ALGORITHM, key.getAlgorithm().getName(), algorithm);
    }
    try {
      if (!jwt.verify(verifier(algorithm, key))) {
        throw new TokenRefused(Reason.SIGNATURE, "one by " + header.getKeyID(), "another");
      }
    } catch (JOSEException e) {
      throw new TokenRefused(
          Reason.SIGNATURE, "one by " + header.getKeyID(), e.getClass().getSimpleName());
    }
  }

  private static JWSVerifier verifier(JWSAlgorithm algorithm, JWK key)
      throws TokenRefused, JOSEException {
    if (algorithm.equals(JWSAlgorithm.ES256)) {
      if (key instanceof ECKey ec && ec.getCurve().equals(Curve.P_256)) {
        return new ECDSAVerifier(ec.toECPublicKey());
      }
    } else if (key instanceof RSAKey rsa && rsa.size() >= LEAST_RSA_BITS) {
      return new RSASSAVerifier(rsa.toRSAPublicKey());
    }
    throw new TokenRefused(
        Reason.ALGORITHM,
        "a key for " + algorithm,
        key.getKeyType() + " of " + key.size() + " bits");
  }

  private Token claims(JWTClaimsSet claims, String hash) throws TokenRefused, ParseException {
    oneOf(Reason.ISSUER, settings.issuers(), claims.getIssuer());
    String tenant = text(claims, "tid").toLowerCase(Locale.ROOT);
    if (!tenant.equals(settings.tenant())) {
      throw new TokenRefused(Reason.TENANT, settings.tenant(), tenant);
    }
    List<String> audience = claims.getAudience();
    oneOf(
        Reason.AUDIENCE,
        settings.audiences(),
        audience.size() == 1 ? audience.getFirst() : audience);
    Instant now = clock.instant();
    Instant expires = time(claims.getExpirationTime());
    Instant issued = time(claims.getIssueTime());
    if (!now.isBefore(expires.plus(SKEW))) {
      throw new TokenRefused(Reason.EXPIRED, "an end after " + now, expires);
    }
    Date notBefore = claims.getNotBeforeTime();
    Instant from =
        notBefore == null || notBefore.toInstant().isBefore(issued)
            ? issued
            : notBefore.toInstant();
    if (now.isBefore(from.minus(SKEW))) {
      throw new TokenRefused(Reason.NOT_YET_VALID, "a begin before " + now, from);
    }
    // Version 1 says appid and version 2 azp; a token has one of them.
    String app = text(claims, text(claims, "ver").equals("2.0") ? "azp" : "appid");
    return new Token(
        tenant,
        app.toLowerCase(Locale.ROOT),
        text(claims, "oid").toLowerCase(Locale.ROOT),
        words(claims),
        texts(claims, "roles", false),
        texts(claims, "groups", true),
        overage(claims),
        issued,
        expires,
        hash);
  }

  private static void oneOf(Reason reason, List<String> expected, @Nullable Object came)
      throws TokenRefused {
    if (!(came instanceof String text) || !expected.contains(text)) {
      throw new TokenRefused(reason, String.join(" or ", expected), came == null ? "none" : came);
    }
  }

  private static Instant time(@Nullable Date claim) throws TokenRefused {
    if (claim == null) {
      throw new TokenRefused(Reason.MALFORMED, "iat and exp", "none");
    }
    return claim.toInstant();
  }

  private static String text(JWTClaimsSet claims, String name) throws ParseException {
    String text = claims.getStringClaim(name);
    return text == null ? "" : text;
  }

  private static Set<String> words(JWTClaimsSet claims) throws ParseException {
    Set<String> scopes = new TreeSet<>(List.of(text(claims, "scp").split(" ")));
    scopes.remove("");
    return scopes;
  }

  private static Set<String> texts(JWTClaimsSet claims, String name, boolean ids)
      throws ParseException {
    Set<String> all = new TreeSet<>();
    List<String> list = claims.getStringListClaim(name);
    if (list != null) {
      list.forEach(text -> all.add(ids ? text.toLowerCase(Locale.ROOT) : text));
    }
    return all;
  }

  /** The two signs that Entra ID gives, for users and for single-page applications. */
  private static boolean overage(JWTClaimsSet claims) {
    return claims.getClaim("_claim_names") instanceof java.util.Map<?, ?> names
            && names.containsKey("groups")
        || claims.getClaim("hasgroups") != null;
  }

  private static String hash(String signed) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(signed.getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
