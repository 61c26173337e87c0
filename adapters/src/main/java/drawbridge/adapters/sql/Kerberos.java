package drawbridge.adapters.sql;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;
import javax.security.auth.Subject;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.AppConfigurationEntry.LoginModuleControlFlag;
import javax.security.auth.login.Configuration;
import javax.security.auth.login.LoginContext;
import javax.security.auth.login.LoginException;

/** Signing on with a key of Kerberos instead of a password; thread-safe. */
record Kerberos(String principal, Path keytab) {
  /** Unknown, expired or locked principal, expired key, wrong key. */
  private static final Pattern REFUSALS = Pattern.compile("\\((1|6|18|23|24)\\)");

  /** Connects as the principal, with a ticket of its own. */
  Connection connect(Callable<Connection> connecting) throws SQLException {
    LoginContext login;
    try {
      login = new LoginContext("drawbridge", new Subject(), null, configuration());
      login.login();
    } catch (LoginException e) {
      throw new SQLException(
          "no Kerberos ticket for " + principal, refused(e) ? "28000" : "08001", e);
    }
    try {
      return Subject.callAs(login.getSubject(), connecting);
    } catch (CompletionException e) {
      if (e.getCause() instanceof SQLException refused) {
        throw refused;
      }
      throw new SQLException("Kerberos sign-in failed", "08001", e.getCause());
    } finally {
      try {
        login.logout();
      } catch (LoginException e) {
        // The ticket ends by itself.
      }
    }
  }

  /**
   * Whether the key is at fault, so that trying again could lock the account; all else, such as no
   * answer from the KDC or a wrong clock, may pass by itself. The JDK tells by text alone, with the
   * error's number of RFC 4120 in it.
   */
  private static boolean refused(LoginException e) {
    String said = String.valueOf(e.getMessage());
    return !(e.getCause() instanceof IOException)
        && (REFUSALS.matcher(said).find() || said.startsWith("Unable to obtain password"));
  }

  private Configuration configuration() {
    return new Configuration() {
      @Override
      public AppConfigurationEntry[] getAppConfigurationEntry(String name) {
        return new AppConfigurationEntry[] {
          new AppConfigurationEntry(
              "com.sun.security.auth.module.Krb5LoginModule",
              LoginModuleControlFlag.REQUIRED,
              Map.of(
                  "useKeyTab", "true",
                  "keyTab", keytab.toString(),
                  "principal", principal,
                  "storeKey", "true",
                  "doNotPrompt", "true",
                  "isInitiator", "true"))
        };
      }
    };
  }
}
