package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.certs.SampleFiles;
import drawbridge.certs.SamplePki;
import drawbridge.settings.Finding;
import drawbridge.settings.Finding.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class IdentityCheckTest {
  private static final PeerName SELF = PeerName.agent("plant-1", "agent-a");

  @TempDir private Path folder;

  private List<Finding> check(Duration validity, Duration crl) throws Exception {
    Instant now = Instant.now();
    SamplePki pki = new SamplePki(now, validity);
    pki.agent("plant-1", "agent-a").write(folder, "agent-a");
    pki.relay().writeCertificate(folder.resolve("ca.pem"));
    SampleFiles.crl(
        folder.resolve("relay.crl"),
        pki.relay().crl(now.minus(Duration.ofHours(2)), now.plus(crl)));
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
  void whoIssuedItAndHowLongItIsGoodIsSaid() throws Exception {
    List<Finding> found = check(Duration.ofDays(90), Duration.ofDays(1));
    assertTrue(found.stream().allMatch(f -> f.verdict() == Verdict.OK), found::toString);
    assertTrue(found.getFirst().detail().contains("89 days left"), found::toString);
    assertTrue(found.getFirst().detail().contains("issued by “"), found::toString);
  }

  @Test
  void anEndThatIsNearAndAListThatIsOldAreWarnings() throws Exception {
    List<Finding> found = check(Duration.ofDays(10), Duration.ofMinutes(-5));
    assertEquals(Verdict.WARNING, found.get(0).verdict(), found::toString);
    assertEquals(Verdict.WARNING, found.get(1).verdict(), found::toString);
    assertTrue(found.get(1).detail().contains("nobody is trusted"), found::toString);
  }
}
