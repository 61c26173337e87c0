package drawbridge.ibmi.stub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ibm.as400.access.AS400;
import com.ibm.as400.access.AS400SecurityException;
import com.ibm.as400.access.CommandCall;
import com.ibm.as400.security.auth.ProfileTokenCredential;
import java.time.LocalDateTime;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SignOnTest {
  private static int refusal(HostSystem host, String user, String password) {
    return assertThrows(
            AS400SecurityException.class,
            () -> Client.plain(host, user, password).connectService(AS400.COMMAND))
        .getReturnCode();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void aPasswordIsProvedAtEveryLevel(int level) throws Exception {
    String password = level < 2 ? "SECRET1" : "Sécret pass phrase 1";
    try (HostSystem host = HostSettings.builder().passwordLevel(level).start()) {
      host.user("BRIDGE", password);
      host.user("LONGUSER10", "LONGPASS10");
      host.user("DIGITS", "12345");
      for (String[] login :
          new String[][] {
            {"bridge", password}, {"LONGUSER10", "LONGPASS10"}, {"DIGITS", "12345"}
          }) {
        AS400 system = Client.plain(host, login[0], login[1]);
        assertTrue(system.validateSignon());
        system.connectService(AS400.COMMAND);
        assertEquals("7.5", system.getVersion() + "." + system.getRelease());
        system.disconnectAllServices();
      }
      assertEquals(AS400SecurityException.PASSWORD_INCORRECT, refusal(host, "BRIDGE", "SECRET2"));
      assertEquals(AS400SecurityException.USERID_UNKNOWN, refusal(host, "GHOST", "SECRET2"));
    }
  }

  @Test
  void refusalsInARowDisableAUserAndSayBeforehand() throws Exception {
    try (HostSystem host = HostSettings.builder().mostFailures(3).start()) {
      HostUser user = host.user("BRIDGE", "right");
      assertEquals(AS400SecurityException.PASSWORD_INCORRECT, refusal(host, "BRIDGE", "wrong"));
      assertEquals(
          AS400SecurityException.PASSWORD_INCORRECT_USERID_DISABLE,
          refusal(host, "BRIDGE", "wrong"));
      assertEquals(AS400SecurityException.USERID_DISABLE, refusal(host, "BRIDGE", "wrong"));
      assertFalse(user.enabled());
      assertEquals(AS400SecurityException.USERID_DISABLE, refusal(host, "BRIDGE", "right"));
      user.enabled(true);
      assertTrue(Client.plain(host, "BRIDGE", "right").validateSignon());
      assertEquals(4, user.refusals());
    }
  }

  @Test
  void passwordsExpireAndTheDaysLeftAreTold() throws Exception {
    try (HostSystem host = HostSettings.builder().start()) {
      host.user("OLD", "right").expired(true);
      assertEquals(AS400SecurityException.PASSWORD_EXPIRED, refusal(host, "OLD", "right"));
      host.user("SOON", "right").expires(LocalDateTime.now(ZoneId.systemDefault()).plusDays(5));
      AS400 system = Client.plain(host, "SOON", "right");
      system.connectService(AS400.SIGNON);
      assertEquals(5, system.getPasswordExpirationDays(), 1);
      system.disconnectAllServices();
    }
  }

  @Test
  void aProfileTokenStandsForItsUser() throws Exception {
    try (HostSystem host = HostSettings.builder().start()) {
      host.user("BRIDGE", "right");
      AS400 first = Client.plain(host, "BRIDGE", "right");
      ProfileTokenCredential token =
          first.getProfileToken(ProfileTokenCredential.TYPE_MULTIPLE_USE_NON_RENEWABLE, 600);
      AS400 second = new AS400(host.name(), token);
      Client.prepare(host, second);
      assertTrue(new CommandCall(second).run("CHGJOB ACGCDE(BRIDGE)"));
      Job job =
          host.jobs().stream()
              .filter(each -> each.service() == HostService.COMMAND)
              .findFirst()
              .orElseThrow();
      assertEquals("BRIDGE", job.user());
      assertEquals("BRIDGE", job.attributes().get("ACGCDE"));
      second.disconnectAllServices();
      first.disconnectAllServices();
    }
  }
}
