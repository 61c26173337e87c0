package drawbridge.gateway;

import drawbridge.audit.AuditSettings;
import drawbridge.settings.Program;
import drawbridge.settings.Section;
import drawbridge.tokens.TokenSettings;
import drawbridge.traces.TraceSettings;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * {@code gateway.yaml}, read once and checked; immutable.
 *
 * @param publicUrl of every absolute URL that leaves the gateway, without a trailing slash
 * @param tokens whose tokens are believed; empty: nobody's, and none is passed on
 * @param sites in the order of the file
 * @param audit the gateway's own log; what it keeps of the agents' logs stands beside it
 * @param traces where spans of calls are sent; empty: none are made
 * @param log how its lines are written
 * @param file the whole file: {@code namespace}, {@code identity} and {@code network} are read by
 *     whoever opens the channels
 */
public record GatewaySettings(
    String name,
    String publicUrl,
    Listen listen,
    Private privately,
    Certificates certificates,
    Optional<TokenSettings> tokens,
    List<Site> sites,
    Optional<AuditSettings> audit,
    Optional<TraceSettings> traces,
    Program.Log log,
    Section file) {

  private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,40}");

  /** The gateway's own documents stand here, beside the APIs. */
  static final String CATALOGUE = "catalogue";

  /**
   * The front door.
   *
   * @param port 0: any free one
   */
  public record Listen(int port, String address, Path certificate, Path key) {}

  /**
   * Health and metrics, in plain HTTP.
   *
   * @param port 0: any free one
   */
  public record Private(int port, String address) {}

  /**
   * How a caller's certificate is judged.
   *
   * @param trust CAs whose certificates are believed
   * @param required without one there is no TLS connection
   * @param crl revocation lists of those CAs
   */
  public record Certificates(Path trust, boolean required, Optional<Path> crl) {}

  /**
   * A site and what is believed of it.
   *
   * @param agents that may come up for it
   * @param apis that it owns: whatever else its agents offer is refused
   * @param prefix first segment of its paths; empty: none
   */
  public record Site(String name, List<String> agents, List<String> apis, String prefix) {
    public Site {
      agents = List.copyOf(agents);
      apis = List.copyOf(apis);
    }
  }

  public GatewaySettings {
    sites = List.copyOf(sites);
  }

  /**
   * Reads and checks the whole of the gateway's own keys.
   *
   * @throws drawbridge.settings.SettingsException names file, line, key and fix
   */
  public static GatewaySettings read(Section file) {
    String name = file.name("name");
    String publicUrl = publicUrl(file);
    Listen listen = listen(file.section("listen"));
    Private privately =
        file.optionalSection("private")
            .map(GatewaySettings::privately)
            .orElseGet(() -> new Private(9090, "127.0.0.1"));
    Section callers = file.section("callers");
    Certificates certificates = certificates(callers);
    Optional<TokenSettings> tokens = callers.optionalSection("tokens").map(TokenSettings::read);
    callers.done();
    List<Site> sites = sites(file);
    for (String others : List.of("namespace", "identity", "network")) {
      file.optionalSection(others);
    }
    Optional<AuditSettings> audit =
        file.optionalSection("audit")
            .map(section -> AuditSettings.read(section, "drawbridge/gateway/" + name));
    Optional<TraceSettings> traces = file.optionalSection("traces").map(TraceSettings::read);
    Program.Log log = file.choice("log", Program.Log.class, Program.Log.TEXT);
    file.done();
    return new GatewaySettings(
        name, publicUrl, listen, privately, certificates, tokens, sites, audit, traces, log, file);
  }

  private static String publicUrl(Section file) {
    String text = file.text("public-url");
    try {
      URI url = new URI(text);
      boolean http = "https".equals(url.getScheme()) || "http".equals(url.getScheme());
      if (http && url.getHost() != null && url.getQuery() == null && url.getFragment() == null) {
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
      }
    } catch (URISyntaxException e) {
      // said below
    }
    throw file.wrong(
        "public-url",
        "“" + text + "” is not a URL that callers could use",
        "write the address that callers see, such as https://api.contoso.com/legacy");
  }

  private static Listen listen(Section listen) {
    Listen read =
        new Listen(
            listen.integer("port", 0, 65_535),
            listen.text("address", "0.0.0.0"),
            listen.existing("certificate"),
            listen.existing("key"));
    listen.done();
    return read;
  }

  private static Private privately(Section section) {
    Private read =
        new Private(section.integer("port", 0, 65_535), section.text("address", "127.0.0.1"));
    section.done();
    return read;
  }

  private static Certificates certificates(Section callers) {
    Section section = callers.section("certificates");
    Optional<Path> crl =
        section
            .optionalSection("crl")
            .map(
                list -> {
                  Path path = list.existing("file");
                  list.done();
                  return path;
                });
    Certificates read =
        new Certificates(section.existing("trust"), section.flag("required", true), crl);
    section.done();
    return read;
  }

  private static List<Site> sites(Section file) {
    Section section = file.section("sites");
    List<Site> sites = new ArrayList<>();
    section
        .each()
        .forEach(
            (name, keys) -> {
              if (!NAME.matcher(name).matches()) {
                throw section.wrong(
                    name, "“" + name + "” is not a name", "use 1 to 40 of a-z, 0-9 and -");
              }
              List<String> agents = keys.names("agents");
              List<String> apis = keys.names("apis");
              String prefix = keys.has("prefix") ? keys.name("prefix") : "";
              keys.done();
              refuseEmptyOrTwice(keys, "agents", agents);
              refuseEmptyOrTwice(keys, "apis", apis);
              if (apis.contains(CATALOGUE)) {
                throw keys.wrong(
                    "apis", "“catalogue” is the gateway's own path", "give the API another name");
              }
              sites.add(new Site(name, agents, apis, prefix));
            });
    if (sites.isEmpty()) {
      throw file.wrong("sites", "names no site", "add one: “plant-1: { agents: […], apis: […] }”");
    }
    refuseSharedPaths(section, sites);
    return sites;
  }

  private static void refuseEmptyOrTwice(Section keys, String key, List<String> names) {
    if (names.isEmpty()) {
      throw keys.wrong(key, "names none", "write “" + key + ": [a, b]”");
    }
    Set<String> seen = new java.util.HashSet<>();
    for (String name : names) {
      if (!seen.add(name)) {
        throw keys.wrong(key, "“" + name + "” stands here twice", "keep one of the two");
      }
    }
  }

  /** One path leads to one site, whatever its agents offer. */
  private static void refuseSharedPaths(Section section, List<Site> sites) {
    Map<String, Site> owners = new LinkedHashMap<>();
    for (Site site : sites) {
      for (String api : site.apis()) {
        String path = site.prefix().isEmpty() ? "/" + api : "/" + site.prefix() + "/" + api;
        Site other = owners.putIfAbsent(path, site);
        if (other != null) {
          throw section.wrong(
              site.name(),
              "“" + site.name() + "” and “" + other.name() + "” both own " + path,
              "let one site own the API, or give one of them another prefix");
        }
      }
    }
    for (Site site : sites) {
      boolean taken = site.prefix().equals(CATALOGUE);
      for (Site other : sites) {
        taken |= other.apis().contains(site.prefix());
      }
      if (taken) {
        throw section.wrong(
            site.name(),
            "the prefix “" + site.prefix() + "” is the name of an API or of the catalogue",
            "choose another prefix");
      }
    }
  }
}
