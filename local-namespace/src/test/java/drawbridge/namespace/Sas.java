package drawbridge.namespace;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Tokens as Microsoft documents them, made apart from the code that checks them. */
final class Sas {
  private Sas() {}

  static String token(String resource, String name, String key, Duration life) throws Exception {
    String scope = encoded(resource);
    long expiry = (System.currentTimeMillis() + life.toMillis()) / 1000;
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    byte[] signed = mac.doFinal((scope + "\n" + expiry).getBytes(StandardCharsets.UTF_8));
    String signature = encoded(Base64.getEncoder().encodeToString(signed));
    return "SharedAccessSignature sr=%s&sig=%s&se=%d&skn=%s"
        .formatted(scope, signature, expiry, name);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
