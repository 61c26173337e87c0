package drawbridge.namespace;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Checks {@code SharedAccessSignature sr=…&sig=…&se=…&skn=…}. Immutable. */
final class SasTokens {
  private static final String HMAC = "HmacSHA256";

  private final Map<String, NamespaceSettings.Key> keys = new HashMap<>();
  private final LongSupplier clock;

  /**
   * @param clock epoch milliseconds
   */
  SasTokens(List<NamespaceSettings.Key> keys, LongSupplier clock) {
    this.clock = clock;
    keys.forEach(key -> this.keys.put(key.name(), key));
  }

  /**
   * @param address what the client wants to use the token for; the token must be for it
   */
  Grants.Grant check(String token, Address address) throws InvalidToken {
    Map<String, String> fields = fields(token);
    String resource = field(fields, "sr");
    String expiry = field(fields, "se");
    NamespaceSettings.Key key = keys.get(decoded(field(fields, "skn")));
    if (key == null || !signed(key, resource, expiry, decoded(field(fields, "sig")))) {
      throw new InvalidToken("InvalidSignature: The token has an invalid signature.");
    }
    if (!Address.of(decoded(resource)).covers(address)) {
      throw new InvalidToken(
          "InvalidAudience: The authorization header contains a token of another entity.");
    }
    return new Grants.Grant(key.name(), key.permissions(), until(expiry));
  }

  private static Map<String, String> fields(String token) throws InvalidToken {
    Map<String, String> fields = new HashMap<>();
    for (String part : token.substring(token.indexOf(' ') + 1).split("&", -1)) {
      int equals = part.indexOf('=');
      if (equals < 0) {
        throw new InvalidToken("MalformedToken: a field of the token has no value.");
      }
      fields.put(part.substring(0, equals), part.substring(equals + 1));
    }
    return fields;
  }

  private static String field(Map<String, String> fields, String name) throws InvalidToken {
    String value = fields.get(name);
    if (value == null) {
      throw new InvalidToken("MalformedToken: The token has no '" + name + "'.");
    }
    return value;
  }

  private static String decoded(String value) throws InvalidToken {
    try {
      return URLDecoder.decode(value, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new InvalidToken("MalformedToken: The token is not URL-encoded.");
    }
  }

  private long until(String expiry) throws InvalidToken {
    try {
      long until = Math.multiplyExact(Long.parseLong(expiry), 1000L);
      if (until > clock.getAsLong()) {
        return until;
      }
    } catch (ArithmeticException e) {
      throw new InvalidToken("MalformedToken: 'se' is too far away.");
    } catch (NumberFormatException e) {
      throw new InvalidToken("MalformedToken: 'se' is not a number of seconds.");
    }
    throw new InvalidToken("ExpiredToken: The token is expired.");
  }

  private static boolean signed(
      NamespaceSettings.Key key, String resource, String expiry, String given) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(key.secret().reveal().getBytes(StandardCharsets.UTF_8), HMAC));
      byte[] sum = mac.doFinal((resource + "\n" + expiry).getBytes(StandardCharsets.UTF_8));
      return MessageDigest.isEqual(
          Base64.getEncoder().encode(sum), given.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
