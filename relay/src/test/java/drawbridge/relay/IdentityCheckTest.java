package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.certs.SampleFiles;
import drawbridge.certs.SampleLeaf;
import drawbridge.certs.SamplePki;
import drawbridge.settings.Finding;
import drawbridge.settings.Finding.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class IdentityCheckTest {
  private static final PeerName SELF = PeerName.agent("plant-1", "agent-a");
  private static final Duration LONG = Duration.ofDays(90);

  @TempDir private Path folder;
  private final Instant now = Instant.now();

  private List<Finding> check(Duration validity, Duration crl) throws Exception {
    SamplePki pki = new SamplePki(now, validity);
    return check(pki, pki.agent("plant-1", "agent-a"), crl);
  }

  /** With the CA of the PKI as the only one of peers. */
  private List<Finding> check(SamplePki pki, SampleLeaf own, Duration crl) throws Exception {
    own.write(folder, "agent-a");
    return written(pki, crl);
  }

  private List<Finding> written(SamplePki pki, Duration crl) throws Exception {
    pki.relay().writeCertificate(folder.resolve("ca.pem"));
    SampleFiles.crl(
        folder.resolve("relay.crl"), pki.relay().crl(now.minus(Duration.ofDays(3)), now.plus(crl)));
    IdentitySettings settings =
        new IdentitySettings(
            folder.resolve("agent-a.pem"),
            folder.resolve("agent-a.key"),
            folder.resolve("ca.pem"),
            folder.resolve("relay.crl"),
            Duration.ofHours(24));
    return IdentityCheck.run(settings, SELF, now);
  }

  @Test
  void whoIssuedItAndHowLongBothAreGoodIsSaid() throws Exception {
    List<Finding> found = check(LONG, Duration.ofDays(1));
    assertTrue(found.stream().allMatch(f -> f.verdict() == Verdict.OK), found::toString);
    assertTrue(found.getFirst().detail().contains("89 days left"), found::toString);
    assertTrue(found.getFirst().detail().contains("issued by “"), found::toString);
    assertTrue(
        found.get(1).detail().endsWith("in identity.peers; not revoked; 89 days left"),
        found::toString);
  }

  @Test
  void anEndThatIsNearAndAListThatIsOldAreWarnings() throws Exception {
    List<Finding> found = check(Duration.ofDays(10), Duration.ofMinutes(-5));
    for (Finding finding : found) {
      assertEquals(Verdict.WARNING, finding.verdict(), found::toString);
    }
    assertTrue(found.get(2).detail().contains("nobody is trusted"), found::toString);
  }

  @Test
  void afterTheGraceAnOldListFails() throws Exception {
    List<Finding> found = check(LONG, Duration.ofHours(-25));
    failed(found.get(1), "our CRL is too old", "identity.crl.url");
    failed(found.get(2), "nobody is trusted", "identity.crl.url");
  }

  @Test
  void aCertificateOfACaThatPeersDoNotBelieveFails() throws Exception {
    SampleLeaf stray = new SamplePki(now, LONG).agent("plant-1", "agent-a");
    failed(
        check(new SamplePki(now, LONG), stray, Duration.ofDays(1)).get(1),
        "no CA of ours issued it; its issuer says “",
        "request a certificate from a CA in identity.peers");
  }

  @Test
  void aCaOfOurSideAloneIsNamedInTheCertificatesFile() throws Exception {
    SamplePki ours = new SamplePki(now, LONG);
    SamplePki theirs = new SamplePki(now, LONG);
    ours.agent("plant-1", "agent-a").write(folder, "agent-a");
    Path file = folder.resolve("agent-a.pem");
    for (SamplePki below : List.of(theirs, ours)) {
      below.relay().writeCertificate(folder.resolve("below.pem"));
      Files.writeString(
          file, Files.readString(folder.resolve("below.pem")), StandardOpenOption.APPEND);
      Finding issuer = written(theirs, Duration.ofDays(1)).get(1);
      assertEquals(below == ours, issuer.verdict() == Verdict.OK, issuer::toString);
    }
  }

  @Test
  void aRevokedCertificateFails() throws Exception {
    SamplePki pki = new SamplePki(now, LONG);
    SampleLeaf own = pki.agent("plant-1", "agent-a");
    pki.relay().revoke(own.certificate(), now);
    failed(check(pki, own, Duration.ofDays(1)).get(1), "is on the CRL", "a new key");
  }

  private static void failed(Finding finding, String cause, String fix) {
    assertEquals(Verdict.FAILED, finding.verdict(), finding::toString);
    assertTrue(finding.detail().contains(cause), finding::toString);
    assertTrue(finding.fix().contains(fix), finding::toString);
  }
}
