package drawbridge.relay;

import drawbridge.settings.Section;
import drawbridge.settings.SettingsException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The section {@code identity} of agent.yaml and gateway.yaml: how this program proves its name to
 * the other end of a channel, and whom it believes.
 *
 * @param certificate PEM; the first certificate in it is ours
 * @param key its private key, PKCS #8 in PEM
 * @param peers PEM; the CAs that issue the other ends' certificates themselves
 * @param crl PEM or DER; a CRL of each of those CAs
 * @param grace how long a CRL is still believed after its next update was due
 * @param url keeps the file of CRLs new; empty: somebody else does
 * @param password file with the password of the PKCS #12 file that {@code certificate} and {@code
 *     key} then both name; empty: they are PEM files
 * @param token where certificate and key are in place of files; then {@code certificate} and {@code
 *     key} name its module
 * @param sites by name: PEM of the CAs, of those in {@code peers}, that alone may vouch for a
 *     site's agents; a site that is not named may have any
 * @param samples certificates of {@code certs sample} are believed by a packaged program too
 * @param classical a peer that does no X25519MLKEM768 may have X25519
 */
public record IdentitySettings(
    Path certificate,
    Path key,
    Path peers,
    Path crl,
    Duration grace,
    Optional<CrlUrl> url,
    Optional<Path> password,
    Optional<Pkcs11> token,
    Map<String, Path> sites,
    boolean samples,
    boolean classical) {
  private static final System.Logger LOG = System.getLogger("drawbridge.relay.tls");
  private static final Duration GRACE = Duration.ofHours(24);

  /** Files that somebody else keeps new. */
  IdentitySettings(Path certificate, Path key, Path peers, Path crl, Duration grace) {
    this(
        certificate,
        key,
        peers,
        crl,
        grace,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        false,
        false);
  }

  /** As below, with nothing between this program and a CRL's URL. */
  public static IdentitySettings read(Section identity, PeerName self, Instant now) {
    return read(identity, self, now, NetworkSettings.DIRECT);
  }

  /**
   * Reads the section and tries its files, so that a mistake in them is found at start.
   *
   * @param self the name that the certificate must have
   * @param network the way to a CRL's URL
   * @throws SettingsException where the section, or a file that it names, is wrong
   */
  public static IdentitySettings read(
      Section identity, PeerName self, Instant now, NetworkSettings network) {
    Section crl = identity.section("crl");
    Optional<CrlUrl> url =
        crl.optionalText("url")
            .map(text -> new CrlUrl(url(crl, text), crl.path("file"), new Fetch(network)));
    if (url.isPresent() && !Files.exists(crl.path("file"))) {
      first(crl, url.get(), now);
    }
    boolean store = identity.has("pkcs12");
    Optional<Pkcs11> token = identity.optionalSection("pkcs11").map(Pkcs11::read);
    Path certificate =
        token.isPresent()
            ? token.get().module()
            : identity.existing(store ? "pkcs12" : "certificate");
    IdentitySettings settings =
        new IdentitySettings(
            certificate,
            store || token.isPresent() ? certificate : identity.existing("key"),
            identity.existing("peers"),
            crl.existing("file"),
            crl.duration("grace", GRACE),
            url,
            store ? Optional.of(identity.existing("password-file")) : Optional.empty(),
            token,
            sites(identity),
            identity.flag("samples", false),
            identity.flag("classical", false));
    crl.done();
    identity.done();
    try {
      var _ = Identity.load(settings, self, now);
      if (settings.classical()) {
        LOG.log(
            System.Logger.Level.WARNING,
            "identity.classical: channels without X25519MLKEM768 are accepted; who records them may"
                + " read them once quantum computers can");
      }
      return settings;
    } catch (IdentityException e) {
      throw switch (e.key()) {
        case CERTIFICATE ->
            identity.wrong(
                token.isPresent() ? "pkcs11" : store ? "pkcs12" : "certificate",
                e.problem(),
                e.fix());
        case KEY ->
            identity.wrong(
                token.isPresent() ? "pkcs11" : store ? "pkcs12" : "key", e.problem(), e.fix());
        case PEERS -> identity.wrong("peers", e.problem(), e.fix());
        case SITES -> identity.wrong("sites", e.problem(), e.fix());
        case CRL -> crl.wrong("file", e.problem(), e.fix());
      };
    }
  }

  private static Map<String, Path> sites(Section identity) {
    Map<String, Path> all = new LinkedHashMap<>();
    identity
        .optionalSection("sites")
        .ifPresent(
            sites -> {
              for (String site : sites.keys()) {
                all.put(site, sites.existing(site));
              }
              sites.done();
            });
    return all;
  }

  /** By HTTP too, as CAs publish them: a CRL is signed. */
  private static URI url(Section crl, String text) {
    try {
      URI url = URI.create(text);
      if (url.getHost() != null
          && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
        return url;
      }
    } catch (IllegalArgumentException e) {
      // said below
    }
    throw crl.wrong(
        "url", "“" + text + "” is not a URL", "write it as in the CA's certificates: http://…");
  }

  private static void first(Section crl, CrlUrl url, Instant now) {
    try {
      url.fetch(now);
    } catch (IOException e) {
      throw crl.wrong(
          "url",
          "there is no CRL in “file” yet, and " + e.getMessage(),
          "see that this machine reaches the URL, or put the CA's CRL into the file");
    }
  }
}
