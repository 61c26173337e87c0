package drawbridge.relay;

import drawbridge.settings.Section;
import drawbridge.settings.SettingsException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/**
 * The section {@code identity} of agent.yaml and gateway.yaml: how this program proves its name to
 * the other end of a channel, and whom it believes.
 *
 * @param certificate PEM; the first certificate in it is ours
 * @param key its private key, PKCS #8 in PEM
 * @param peers PEM; the CAs that issue the other ends' certificates themselves
 * @param crl PEM or DER; a CRL of each of those CAs
 * @param grace how long a CRL is still believed after its next update was due
 */
public record IdentitySettings(Path certificate, Path key, Path peers, Path crl, Duration grace) {
  private static final Duration GRACE = Duration.ofHours(24);

  /**
   * Reads the section and tries its files, so that a mistake in them is found at start.
   *
   * @param self the name that the certificate must have
   * @throws SettingsException where the section, or a file that it names, is wrong
   */
  public static IdentitySettings read(Section identity, PeerName self, Instant now) {
    Section crl = identity.section("crl");
    IdentitySettings settings =
        new IdentitySettings(
            identity.existing("certificate"),
            identity.existing("key"),
            identity.existing("peers"),
            crl.existing("file"),
            crl.duration("grace", GRACE));
    crl.done();
    identity.done();
    try {
      var _ = Identity.load(settings, self, now);
      return settings;
    } catch (IdentityException e) {
      throw switch (e.key()) {
        case CERTIFICATE -> identity.wrong("certificate", e.problem(), e.fix());
        case KEY -> identity.wrong("key", e.problem(), e.fix());
        case PEERS -> identity.wrong("peers", e.problem(), e.fix());
        case CRL -> crl.wrong("file", e.problem(), e.fix());
      };
    }
  }
}
