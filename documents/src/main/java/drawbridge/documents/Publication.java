package drawbridge.documents;

import java.net.URI;
import java.util.Optional;

/**
 * Where and how callers reach what a document describes; immutable.
 *
 * @param baseUrl of the site, without a trailing slash; {@code /{api}/{version}} follows
 * @param tokens empty: callers show a client certificate
 */
public record Publication(URI baseUrl, Optional<Tokens> tokens) {
  /** Where nothing is known, as on an agent that writes documents without a gateway. */
  public static final URI EXAMPLE = URI.create("https://api.example.com");

  public Publication {
    if (!"https".equals(baseUrl.getScheme()) && !"http".equals(baseUrl.getScheme())
        || baseUrl.getHost() == null
        || baseUrl.toString().endsWith("/")) {
      throw new IllegalArgumentException("not the base of a document: " + baseUrl);
    }
  }

  /**
   * Callers show a token of Entra.
   *
   * @param tenant its id or domain
   * @param audience such as {@code api://drawbridge}
   */
  public record Tokens(String tenant, String audience) {
    String authorizeUrl() {
      return "https://login.microsoftonline.com/" + tenant + "/oauth2/v2.0/authorize";
    }

    String tokenUrl() {
      return "https://login.microsoftonline.com/" + tenant + "/oauth2/v2.0/token";
    }

    String scope() {
      return audience + "/.default";
    }
  }

  /** As {@code host} of Swagger. */
  String host() {
    return baseUrl.getPort() < 0 ? baseUrl.getHost() : baseUrl.getHost() + ":" + baseUrl.getPort();
  }

  String path() {
    return baseUrl.getPath() == null ? "" : baseUrl.getPath();
  }
}
