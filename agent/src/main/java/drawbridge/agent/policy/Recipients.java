package drawbridge.agent.policy;

import drawbridge.settings.Section;
import drawbridge.tokens.Token;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The {@code to} of a rule: all of it must hold. Names of certificates are in canonical form; what
 * is empty is no condition.
 *
 * @param tokenAge at most so old may the caller's token be
 */
record Recipients(
    Set<String> gateways,
    String subject,
    String issuer,
    String fingerprint,
    Optional<TokenCondition> token,
    Optional<Duration> tokenAge) {
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  /** A rule that only denies may leave {@code to} out. */
  static final Recipients EVERYBODY =
      new Recipients(Set.of(), "", "", "", Optional.empty(), Optional.empty());

  static Recipients read(Section to) {
    Set<String> gateways = Set.copyOf(to.oneOrMore("gateway"));
    Optional<Section> certificate = to.optionalSection("certificate");
    Recipients all =
        new Recipients(
            gateways,
            certificate.map(c -> name(c, "subject")).orElse(""),
            certificate.map(c -> name(c, "issuer")).orElse(""),
            certificate.flatMap(c -> c.optionalText("fingerprint").map(t -> hash(c, t))).orElse(""),
            to.optionalSection("token").map(TokenCondition::read),
            to.has("token-age")
                ? Optional.of(to.duration("token-age", Duration.ZERO))
                : Optional.empty());
    certificate.ifPresent(Section::done);
    to.done();
    if (certificate.isPresent() && all.certificateFree()) {
      throw certificate
          .get()
          .wrong("", "names no certificate", "write subject, issuer or fingerprint");
    }
    if (gateways.isEmpty() && all.certificateFree() && !all.byToken()) {
      throw to.wrong(
          "",
          "names nobody",
          "write “token: { app: …, role: … }”, “certificate: { subject: …, issuer: … }” or"
              + " “gateway: […]”");
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

  /** Only callers with a token can be meant. */
  boolean byToken() {
    return token.isPresent() || tokenAge.isPresent();
  }

  /** Of a caller whose names are in canonical form; all but the token's age, which time changes. */
  Fit fit(String gateway, Caller caller) {
    if (!gateways.isEmpty() && !gateways.contains(gateway)) {
      return Fit.No.of("gateway", String.join(" or ", new TreeSet<>(gateways)), gateway);
    }
    if (!subject.isEmpty() && !subject.equals(caller.subject())) {
      return Fit.No.of("certificate subject", subject, caller.subject());
    }
    if (!issuer.isEmpty() && !issuer.equals(caller.issuer())) {
      return Fit.No.of("certificate issuer", issuer, caller.issuer());
    }
    if (!fingerprint.isEmpty() && !fingerprint.equals(caller.fingerprint())) {
      return Fit.No.of("certificate fingerprint", fingerprint, caller.fingerprint());
    }
    Token known = caller.token();
    if (!byToken()) {
      return Fit.YES;
    }
    if (known == null) {
      return new Fit.No("token: expected one, came none");
    }
    return token.isPresent() ? token.get().fit(known) : Fit.YES;
  }

  /** Empty: young enough, or nobody asks. */
  Optional<String> tooOld(Caller caller, Instant now) {
    Token known = caller.token();
    if (tokenAge.isEmpty() || known == null) {
      return Optional.empty();
    }
    Duration age = Duration.between(known.issuedAt(), now);
    return age.compareTo(tokenAge.get()) <= 0
        ? Optional.empty()
        : Optional.of(
            "token age: expected at most %d s, came %d s"
                .formatted(tokenAge.get().toSeconds(), age.toSeconds()));
  }
}
