package drawbridge.adapters.sql;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import javax.security.auth.Subject;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.AppConfigurationEntry.LoginModuleControlFlag;
import javax.security.auth.login.Configuration;
import javax.security.auth.login.LoginContext;
import javax.security.auth.login.LoginException;

/** Signing on with a key of Kerberos instead of a password; thread-safe. */
record Kerberos(String principal, Path keytab) {
  /** Connects as the principal, with a ticket of its own. */
  Connection connect(Callable<Connection> connecting) throws SQLException {
    LoginContext login;
    try {
      login = new LoginContext("drawbridge", new Subject(), null, configuration());
      login.login();
    } catch (LoginException e) {
      throw new SQLException("no Kerberos ticket for " + principal, "28000", e);
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
