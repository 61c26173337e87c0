package drawbridge.tokens;

import drawbridge.settings.Section;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code tokens}: whose tokens are believed. The same keys in agent.yaml and, below
 * {@code callers}, in gateway.yaml.
 *
 * @param tenant id of the directory, in lower case
 * @param audiences one of these must be the token's
 * @param issuers one of these must be the token's
 * @param file of the keys, a JSON Web Key Set; null: they come from {@code url}
 * @param url of the keys
 * @param maxAge how long keys from a URL are believed when they can't be fetched again
 */
public record TokenSettings(
    String tenant,
    List<String> audiences,
    List<String> issuers,
    @Nullable Path file,
    @Nullable URI url,
    Duration maxAge) {
  private static final Pattern GUID =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
  private static final Duration MAX_AGE = Duration.ofHours(24);

  public TokenSettings {
    audiences = List.copyOf(audiences);
    issuers = List.copyOf(issuers);
  }

  /**
   * Reads the section to its end.
   *
   * @throws drawbridge.settings.SettingsException naming line, key and fix
   */
  public static TokenSettings read(Section section) {
    String tenant = section.text("tenant").toLowerCase(Locale.ROOT);
    if (!GUID.matcher(tenant).matches()) {
      throw section.wrong(
          "tenant",
          "“" + tenant + "” is not the id of a tenant",
          "write the directory's id, such as 11111111-2222-3333-4444-555555555555; a name or"
              + " “common” would let in others");
    }
    List<String> audiences = section.oneOrMore("audience");
    if (audiences.isEmpty()) {
      throw section.wrong(
          "audience",
          "says for whom tokens must be meant, and is missing",
          "write the application id URI or the id of your API's registration");
    }
    List<String> issuers = section.oneOrMore("issuer");
    Section keys = section.section("keys");
    Optional<URI> url = keys.optionalText("url").map(text -> url(keys, text));
    Path file = keys.has("file") ? keys.existing("file") : null;
    if ((file == null) == url.isEmpty()) {
      throw keys.wrong(
          "", "one of url and file is needed", "write “keys: { url: … }” or “keys: { file: … }”");
    }
    Duration maxAge = keys.duration("max-age", MAX_AGE);
    keys.done();
    section.done();
    return new TokenSettings(
        tenant,
        audiences,
        issuers.isEmpty() ? entra(tenant) : issuers,
        file,
        url.orElse(null),
        maxAge);
  }

  /** Version 1 and version 2, in the form that Entra ID writes them. */
  private static List<String> entra(String tenant) {
    return List.of(
        "https://sts.windows.net/" + tenant + "/",
        "https://login.microsoftonline.com/" + tenant + "/v2.0");
  }

  private static URI url(Section keys, String text) {
    try {
      URI url = URI.create(text);
      String host = url.getHost();
      if (host != null && ("https".equals(url.getScheme()) || loopback(url))) {
        return url;
      }
    } catch (IllegalArgumentException e) {
      // said below
    }
    throw keys.wrong(
        "url",
        "“" + text + "” is not an https URL",
        "write the tenant's, such as"
            + " https://login.microsoftonline.com/TENANT/discovery/v2.0/keys");
  }

  /** Plain HTTP never leaves this machine. */
  private static boolean loopback(URI url) {
    try {
      return "http".equals(url.getScheme())
          && InetAddress.getByName(url.getHost()).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
