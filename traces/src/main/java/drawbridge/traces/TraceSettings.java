package drawbridge.traces;

import drawbridge.settings.Secret;
import drawbridge.settings.Section;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/**
 * Where spans are sent: the optional section {@code traces} of agent.yaml and gateway.yaml.
 *
 * @param url of the collector's traces, OTLP over HTTP
 * @param share of the calls that nobody before us has decided about, from 0 to 1
 * @param token for the header {@code Authorization: Bearer}
 */
public record TraceSettings(URI url, double share, Optional<Secret> token) {
  /**
   * Reads the section.
   *
   * @throws drawbridge.settings.SettingsException naming line, key and fix
   */
  public static TraceSettings read(Section section) {
    URI url = url(section);
    double share = share(section);
    Optional<Secret> token =
        section.has("token-file") ? Optional.of(section.secret("token-file")) : Optional.empty();
    if (token.isPresent() && !"https".equals(url.getScheme())) {
      throw section.wrong(
          "token-file", "the token would leave in plain text", "write an https URL");
    }
    section.done();
    return new TraceSettings(url, share, token);
  }

  private static URI url(Section section) {
    String text = section.text("url");
    try {
      URI url = new URI(text);
      boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
      if (http && url.getHost() != null && url.getUserInfo() == null) {
        return url;
      }
    } catch (URISyntaxException e) {
      // said below
    }
    throw section.wrong(
        "url",
        "“" + text + "” is not the URL of a collector",
        "write where it takes OTLP over HTTP, such as http://localhost:4318/v1/traces");
  }

  private static double share(Section section) {
    String text = section.text("share", "1");
    try {
      double share = Double.parseDouble(text);
      if (share >= 0 && share <= 1) {
        return share;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw section.wrong("share", "“" + text + "” is no share", "write a number from 0 to 1");
  }
}
