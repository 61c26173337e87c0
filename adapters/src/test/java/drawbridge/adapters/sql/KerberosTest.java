package drawbridge.adapters.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.SourceCheck;
import drawbridge.adapters.TestSite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signing on to a real PostgreSQL by tickets of a real KDC, with nothing but a keytab. */
final class KerberosTest {
  private static final String OPERATION =
      """
      - name: Me
        get: /me
        single: true
        sql: select principal, current_user as "role" from pg_stat_gssapi where pid = pg_backend_pid()
      """;

  @TempDir Path folder;

  @Test
  void theKeytabIsEnoughUntilTheKeyChangesAndAgainWhenTheFileDoes() throws Exception {
    List<Path> missing = KerberosRealm.missing();
    Assumptions.assumeTrue(missing.isEmpty(), () -> "not installed: " + missing);
    try (KerberosRealm realm = KerberosRealm.start()) {
      Path keytab = folder.resolve("bridge.keytab");
      Files.copy(realm.keytab("bridge"), keytab);
      String source =
          """
          url: "jdbc:postgresql://localhost:%d/postgres"
          login: { user: bridge, kerberos: { principal: bridge@PLANT.EXAMPLE, keytab: bridge.keytab } }
          """
              .formatted(realm.database());
      try (TestSite site = TestSite.open(folder, source, OPERATION)) {
        assertEquals(
            "{\"principal\":\"bridge@PLANT.EXAMPLE\",\"role\":\"bridge\"}", site.call("Me").text());
      }

      Path newer = realm.keytab("bridge"); // the old key is void now
      try (TestSite site = TestSite.open(folder, source, OPERATION)) {
        assertFalse(check(site).ok());
        assertTrue(check(site).details().toString().contains(keytab.toString()));
        assertEquals("the source refused the sign-in", site.site().sources().getFirst().detail());
        Files.copy(newer, keytab, StandardCopyOption.REPLACE_EXISTING);
        assertTrue(check(site).ok(), () -> check(site).toString());
      }

      realm.kdc(false);
      try (TestSite site = TestSite.open(folder, source, OPERATION)) {
        assertFalse(check(site).ok());
        realm.kdc(true); // nobody has to mend a file for that
        assertTrue(check(site).ok(), () -> check(site).toString());
      }
    }
  }

  private static SourceCheck check(TestSite site) {
    return site.site().checkSources(Duration.ofSeconds(10)).getFirst();
  }
}
