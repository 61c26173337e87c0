package drawbridge.namespace;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.jwt.proc.ExpiredJWTException;
import java.io.IOException;
import java.text.ParseException;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Checks JSON Web Tokens as Entra ID makes them: signature, audience, issuer, times, and whether
 * the settings know the principal. Immutable.
 */
final class JwtTokens {
  private static final String[] IDENTITIES = {"appid", "azp", "oid", "sub"};

  private final NamespaceSettings.Tokens settings;
  private final LongSupplier clock;
  private final Map<String, NamespaceSettings.Principal> principals = new HashMap<>();
  private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

  /**
   * @param clock epoch milliseconds
   */
  JwtTokens(NamespaceSettings.Tokens settings, LongSupplier clock) throws IOException {
    this.clock = clock;
    this.settings = settings;
    settings.principals().forEach(principal -> principals.put(principal.id(), principal));
    JWKSet keys;
    try {
      keys = JWKSet.load(settings.keys().toFile());
    } catch (ParseException e) {
      throw new IOException(settings.keys() + " is no JSON Web Key Set: " + e.getMessage(), e);
    }
    processor.setJWSKeySelector(
        new JWSVerificationKeySelector<>(
            Set.of(JWSAlgorithm.RS256, JWSAlgorithm.PS256, JWSAlgorithm.ES256, JWSAlgorithm.ES384),
            new ImmutableJWKSet<>(keys)));
    processor.setJWTClaimsSetVerifier((claims, context) -> verify(claims));
  }

  Grants.Grant check(String token) throws InvalidToken {
    JWTClaimsSet claims;
    try {
      claims = processor.process(token, null);
    } catch (ParseException e) {
      throw new InvalidToken("MalformedToken: The token is no JSON Web Token.");
    } catch (ExpiredJWTException e) {
      throw new InvalidToken("ExpiredToken: The token is expired.");
    } catch (BadJWTException e) {
      throw new InvalidToken("InvalidToken: " + e.getMessage());
    } catch (BadJOSEException | JOSEException e) {
      throw new InvalidToken("InvalidSignature: The token has an invalid signature.");
    }
    for (String identity : IDENTITIES) {
      NamespaceSettings.Principal principal =
          claims.getClaim(identity) instanceof String id ? principals.get(id) : null;
      if (principal != null) {
        return new Grants.Grant(principal.name(), principal.permissions(), expiry(claims));
      }
    }
    throw new InvalidToken("Unauthorized: The principal of the token has no role here.");
  }

  private void verify(JWTClaimsSet claims) throws BadJWTException {
    if (claims.getAudience().stream().noneMatch(a -> bare(a).equals(bare(settings.audience())))) {
      throw new BadJWTException("the audience is not " + settings.audience());
    }
    if (settings.issuer().isPresent() && !settings.issuer().get().equals(claims.getIssuer())) {
      throw new BadJWTException("the issuer is not " + settings.issuer().get());
    }
    if (claims.getExpirationTime() == null) {
      throw new BadJWTException("no time of expiry");
    }
    if (expiry(claims) <= clock.getAsLong()) {
      throw new ExpiredJWTException("expired");
    }
    if (notBefore(claims) > clock.getAsLong()) {
      throw new BadJWTException("not valid yet");
    }
  }

  private static String bare(String audience) {
    return audience.endsWith("/") ? audience.substring(0, audience.length() - 1) : audience;
  }

  @SuppressWarnings("JavaUtilDate") // the type of the library
  private static long expiry(JWTClaimsSet claims) {
    return claims.getExpirationTime().getTime();
  }

  @SuppressWarnings("JavaUtilDate") // the type of the library
  private static long notBefore(JWTClaimsSet claims) {
    Date date = claims.getNotBeforeTime();
    return date == null ? 0 : date.getTime();
  }
}
