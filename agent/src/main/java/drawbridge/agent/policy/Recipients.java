package drawbridge.agent.policy;

import drawbridge.settings.Section;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The {@code to} of a rule: all of it must hold. Names of certificates are in canonical form; what
 * is empty is no condition.
 */
record Recipients(Set<String> gateways, String subject, String issuer, String fingerprint) {
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  /** A rule that only denies may leave {@code to} out. */
  static final Recipients EVERYBODY = new Recipients(Set.of(), "", "", "");

  static Recipients read(Section to) {
    if (to.has("token")) {
      throw to.wrong(
          "token",
          "rules by token are not supported by this version, and would never match",
          "name the caller by certificate");
    }
    Set<String> gateways = Set.copyOf(to.names("gateway"));
    Recipients all =
        to.optionalSection("certificate")
            .map(certificate -> read(gateways, certificate))
            .orElse(new Recipients(gateways, "", "", ""));
    to.done();
    if (all.equals(EVERYBODY)) {
      throw to.wrong(
          "", "names nobody", "write “certificate: { subject: …, issuer: … }” or “gateway: […]”");
    }
    return all;
  }

  private static Recipients read(Set<String> gateways, Section certificate) {
    Recipients all =
        new Recipients(
            gateways,
            name(certificate, "subject"),
            name(certificate, "issuer"),
            certificate
                .optionalText("fingerprint")
                .map(text -> hash(certificate, text))
                .orElse(""));
    certificate.done();
    if (all.certificateFree()) {
      throw certificate.wrong("", "names no certificate", "write subject, issuer or fingerprint");
    }
    return all;
  }

  private static String name(Section section, String key) {
    return section
        .optionalText(key)
        .map(
            text ->
                Caller.canonical(text)
                    .orElseThrow(
                        () ->
                            section.wrong(
                                key,
                                "“" + text + "” is not a distinguished name",
                                "write it as in the certificate, such as “CN=apim,O=Contoso”")))
        .orElse("");
  }

  private static String hash(Section section, String text) {
    String hex = text.replace(":", "").toLowerCase(Locale.ROOT);
    if (!SHA256.matcher(hex).matches()) {
      throw section.wrong(
          "fingerprint", "not the SHA-256 of a certificate", "write its 64 hexadecimal digits");
    }
    return hex;
  }

  private boolean certificateFree() {
    return subject.isEmpty() && issuer.isEmpty() && fingerprint.isEmpty();
  }

  /** Subject and issuer in canonical form, empty where there are none. */
  boolean include(String gateway, String subject, String issuer, String fingerprint) {
    return (gateways.isEmpty() || gateways.contains(gateway))
        && (this.subject.isEmpty() || this.subject.equals(subject))
        && (this.issuer.isEmpty() || this.issuer.equals(issuer))
        && (this.fingerprint.isEmpty() || this.fingerprint.equals(fingerprint));
  }
}
