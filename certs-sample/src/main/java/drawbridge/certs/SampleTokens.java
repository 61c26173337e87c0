package drawbridge.certs;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Stands in for Entra ID where tokens are tried out and tested: a key of its own, and access tokens
 * in the forms of version 1 and 2. Immutable.
 */
public final class SampleTokens {
  public static final String TENANT = "11111111-2222-3333-4444-555555555555";
  public static final String AUDIENCE = "api://drawbridge";

  private static final int RSA_BITS = 2048;

  private final JWK key;
  private final JWSAlgorithm algorithm;

  private SampleTokens(JWK key, JWSAlgorithm algorithm) {
    this.key = key;
    this.algorithm = algorithm;
  }

  /** A new key with the id given; signs ES256. */
  public static SampleTokens create(String id) {
    try {
      return new SampleTokens(
          new ECKeyGenerator(Curve.P_256).keyID(id).keyUse(KeyUse.SIGNATURE).generate(),
          JWSAlgorithm.ES256);
    } catch (JOSEException e) {
      throw new IllegalStateException("every JDK makes P-256 keys", e);
    }
  }

  /**
   * A new RSA key with the id given.
   *
   * @param algorithm {@code RS256}, {@code PS256}, or one that nobody should accept
   */
  public static SampleTokens rsa(String id, String algorithm) {
    try {
      return new SampleTokens(
          new RSAKeyGenerator(RSA_BITS).keyID(id).keyUse(KeyUse.SIGNATURE).generate(),
          JWSAlgorithm.parse(algorithm));
    } catch (JOSEException e) {
      throw new IllegalStateException("every JDK makes RSA keys", e);
    }
  }

  /** The public keys of all these, as the issuer publishes them. */
  public static String keys(SampleTokens... all) {
    return new JWKSet(Arrays.stream(all).map(one -> one.key.toPublicJWK()).toList()).toString();
  }

  /** The claims of an application's token, version 2, for an hour from then on. */
  public static Map<String, Object> claims(String app, Instant issued) {
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("ver", "2.0");
    claims.put("iss", "https://login.microsoftonline.com/" + TENANT + "/v2.0");
    claims.put("tid", TENANT);
    claims.put("aud", AUDIENCE);
    claims.put("azp", app);
    claims.put("oid", app);
    claims.put("iat", issued.getEpochSecond());
    claims.put("nbf", issued.getEpochSecond());
    claims.put("exp", issued.plusSeconds(3600).getEpochSecond());
    return claims;
  }

  /** Makes a version 1 token's claims of them. */
  public static Map<String, Object> version1(Map<String, Object> claims) {
    Map<String, Object> old = new LinkedHashMap<>(claims);
    old.put("ver", "1.0");
    old.put("iss", "https://sts.windows.net/" + TENANT + "/");
    old.put("appid", old.remove("azp"));
    return old;
  }

  /** A signed token with these claims; times are seconds. */
  public String token(Map<String, Object> claims) {
    return token(claims, Map.of());
  }

  /** With more in its header than type, algorithm and key id. */
  public String token(Map<String, Object> claims, Map<String, Object> header) {
    JWTClaimsSet.Builder set = new JWTClaimsSet.Builder();
    claims.forEach(
        (name, value) ->
            set.claim(
                name,
                switch (name) {
                  case "iat", "nbf", "exp" ->
                      Date.from(Instant.ofEpochSecond(((Number) value).longValue()));
                  default -> value;
                }));
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader.Builder(algorithm)
                .type(JOSEObjectType.JWT)
                .keyID(key.getKeyID())
                .customParams(header)
                .build(),
            set.build());
    try {
      jwt.sign(signer());
    } catch (JOSEException e) {
      throw new IllegalStateException("the key does not fit " + algorithm, e);
    }
    return jwt.serialize();
  }

  private JWSSigner signer() throws JOSEException {
    return key instanceof RSAKey rsa ? new RSASSASigner(rsa) : new ECDSASigner((ECKey) key);
  }
}
