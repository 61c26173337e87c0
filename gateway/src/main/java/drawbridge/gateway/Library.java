package drawbridge.gateway;

import drawbridge.documents.CatalogueEntry;
import drawbridge.documents.CatalogueJson;
import drawbridge.documents.Documents;
import drawbridge.documents.Publication;
import drawbridge.documents.UnfitException;
import drawbridge.relay.wire.Api;
import drawbridge.relay.wire.Caller;
import drawbridge.relay.wire.Fault;
import drawbridge.relay.wire.Fault.Code;
import drawbridge.relay.wire.ViewReply;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What the gateway shows of the APIs: the catalogue, its page, and the documents beside each API.
 * Nothing of an API is shown that its agent does not let the caller see. Thread-safe.
 */
final class Library {
  /** No script, style or anything else but from here, no frame around it, no form to elsewhere. */
  static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src"
          + " 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors"
          + " 'none'";

  private static final HeaderName CONTENT_SECURITY_POLICY =
      HeaderNames.create("Content-Security-Policy");
  private static final HeaderName SNIFF = HeaderNames.create("X-Content-Type-Options");
  private static final HeaderName REFERRER = HeaderNames.create("Referrer-Policy");
  private static final HeaderName RESOURCE = HeaderNames.create("Cross-Origin-Resource-Policy");
  private static final HeaderName OPENER = HeaderNames.create("Cross-Origin-Opener-Policy");

  private final GatewaySettings settings;
  private final Agents agents;
  private final Viewing viewing;
  private final Assets assets = new Assets();

  Library(GatewaySettings settings, Agents agents, Viewing viewing) {
    this.settings = settings;
    this.agents = agents;
    this.viewing = viewing;
  }

  /** A path that is the gateway's own, whatever agents offer. */
  boolean has(Target target) {
    List<String> segments = target.segments();
    return segments.getFirst().equals(GatewaySettings.CATALOGUE)
        || (segments.size() >= 3
            && Documents.NAMES.contains(segments.getLast())
            && document(segments).isPresent());
  }

  private Optional<Agents.Place> document(List<String> segments) {
    return agents.place(segments).filter(place -> segments.size() == place.api() + 3);
  }

  /** What it is, in words of the settings: {@code catalogue}, {@code orders/swagger.json}. */
  String word(Target target) {
    List<String> segments = target.segments();
    return segments.getFirst().equals(GatewaySettings.CATALOGUE)
        ? GatewaySettings.CATALOGUE
        : document(segments).map(place -> segments.get(place.api())).orElse("")
            + "/"
            + segments.getLast();
  }

  /**
   * Answers with it.
   *
   * @param token the caller's; empty: none
   */
  void answer(
      ServerRequest request, ServerResponse response, Target target, Caller caller, String token)
      throws Refusal, InterruptedException {
    String method = request.prologue().method().text();
    boolean reads = method.equals("GET") || method.equals("HEAD");
    List<String> segments = target.segments();
    if (segments.getFirst().equals(GatewaySettings.CATALOGUE)) {
      if (!reads) {
        throw notAllowed();
      }
      catalogue(request, response, segments, caller, token);
      return;
    }
    Agents.Place place = document(segments).orElseThrow(Library::unknown);
    byte[] bytes = document(place, segments, caller, token);
    if (!reads) {
      throw notAllowed();
    }
    send(request, response, "application/json", bytes, Assets.tag(bytes), "private, no-cache");
  }

  // ---- documents

  private byte[] document(Agents.Place place, List<String> segments, Caller caller, String token)
      throws Refusal, InterruptedException {
    if (place.site().unknown()) {
      throw Calls.unavailable();
    }
    ViewReply seen = viewing.of(place.site(), caller, token).orElseThrow(Calls::unavailable);
    String name = segments.get(place.api());
    String version = segments.get(place.api() + 1);
    for (CatalogueEntry entry : entries(place.site(), seen)) {
      if (entry.api().getName().equals(name) && entry.api().getVersion().equals(version)) {
        try {
          return Documents.of(entry.api(), entry.publication()).named(segments.getLast());
        } catch (UnfitException e) {
          throw new Refusal(
              Fault.newBuilder()
                  .setCode(Code.TOO_LARGE)
                  .setMessage(String.valueOf(e.getMessage()))
                  .build());
        }
      }
    }
    throw Calls.forbidden("no agent shows this API to the caller");
  }

  private List<CatalogueEntry> entries(Site site, ViewReply seen) {
    List<CatalogueEntry> entries = new ArrayList<>();
    Publication publication =
        new Publication(URI.create(settings.publicUrl() + site.basePath()), Optional.empty());
    for (Api api : site.apis()) {
      String path = site.basePath() + "/" + api.getName() + "/" + api.getVersion();
      Viewing.of(seen, api)
          .ifPresent(one -> entries.add(CatalogueEntry.of(api, publication, path, one)));
    }
    return entries;
  }

  // ---- the catalogue

  private void catalogue(
      ServerRequest request,
      ServerResponse response,
      List<String> segments,
      Caller caller,
      String token)
      throws Refusal, InterruptedException {
    if (segments.size() == 1) {
      response.header(HeaderNames.VARY, "Accept");
      String accept = request.headers().value(HeaderNames.ACCEPT).orElse("");
      if (accept.contains("text/html")) {
        asset(request, response, Assets.PAGE);
        return;
      }
      byte[] bytes = catalogue(caller, token);
      send(request, response, "application/json", bytes, Assets.tag(bytes), "private, no-cache");
    } else if (segments.size() == 2 && assets.named(segments.get(1)).isPresent()) {
      asset(request, response, segments.get(1));
    } else {
      throw unknown();
    }
  }

  private byte[] catalogue(Caller caller, String token) throws InterruptedException {
    List<CatalogueEntry> entries = new ArrayList<>();
    boolean complete = true;
    for (Site site : agents.sites()) {
      Optional<ViewReply> seen =
          site.unknown() ? Optional.empty() : viewing.of(site, caller, token);
      complete &= seen.isPresent();
      seen.ifPresent(reply -> entries.addAll(entries(site, reply)));
    }
    entries.sort(Comparator.comparing(CatalogueEntry::path));
    return CatalogueJson.of(entries, complete);
  }

  private void asset(ServerRequest request, ServerResponse response, String name) throws Refusal {
    Assets.Asset asset = assets.named(name).orElseThrow(Library::unknown);
    send(request, response, asset.type(), asset.bytes(), asset.tag(), "private, no-cache");
  }

  // ---- sending

  private static void send(
      ServerRequest request,
      ServerResponse response,
      String type,
      byte[] bytes,
      String tag,
      String cache) {
    response.header(HeaderNames.CONTENT_TYPE, type);
    response.header(HeaderNames.ETAG, tag);
    response.header(HeaderNames.CACHE_CONTROL, cache);
    response.header(CONTENT_SECURITY_POLICY, POLICY);
    response.header(SNIFF, "nosniff");
    response.header(REFERRER, "no-referrer");
    response.header(RESOURCE, "same-origin");
    response.header(OPENER, "same-origin");
    if (request.headers().value(HeaderNames.IF_NONE_MATCH).orElse("").equals(tag)) {
      response.status(Status.NOT_MODIFIED_304);
      response.send();
    } else if (request.prologue().method().text().equals("HEAD")) {
      response.header(HeaderNames.CONTENT_LENGTH, Integer.toString(bytes.length));
      response.send();
    } else {
      response.send(bytes);
    }
  }

  private static Refusal unknown() {
    return Calls.forbidden("the gateway has no such document");
  }

  private static Refusal notAllowed() {
    return new Refusal(
        Fault.newBuilder()
            .setCode(Code.METHOD_NOT_ALLOWED)
            .setMessage("This can only be read.")
            .addAllow("GET")
            .addAllow("HEAD")
            .build());
  }
}
