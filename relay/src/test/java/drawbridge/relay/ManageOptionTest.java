package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.settings.Secret;
import drawbridge.settings.SettingsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The one credential that comes by an option: what is taken, and what is said of what is not. */
final class ManageOptionTest {
  private static final NamespaceSettings BY_KEY =
      new NamespaceSettings("contoso.servicebus.windows.net", 0, "a", new Secret("k"), false);

  @TempDir Path folder;

  @Command
  private static final class Check {
    @Mixin final ManageOption manage = new ManageOption();

    @Option(names = "--json")
    boolean json;
  }

  private static ManageOption parsed(String... words) {
    Check check = new Check();
    var _ = new CommandLine(check).parseArgs(words);
    assertEquals(List.of(words).contains("--json"), check.json, "the next option is no value");
    return check.manage;
  }

  private ManageOption holding(String text) throws Exception {
    return parsed("--manage", Files.writeString(folder.resolve("manage"), text).toString());
  }

  @Test
  void aConnectionStringIsAKey() throws Exception {
    ManageOption option =
        holding(
            "Endpoint=sb://CONTOSO.servicebus.windows.net/;SharedAccessKeyName=boss;SharedAccessKey=YWJj+/==\n");
    assertTrue(option.given());
    assertEquals(List.of(folder.resolve("manage")), option.secrets());
    Login.SharedKey key = assertInstanceOf(Login.SharedKey.class, option.login(BY_KEY));
    assertEquals("boss", key.name());
    assertEquals(new Secret("YWJj+/=="), key.key());
    assertEquals(Optional.empty(), key.file(), "it is not read again");
  }

  @Test
  void withoutAFileItIsTheLoginByEntraIdOrNothing() {
    Login own = new Login.ManagedIdentity(Optional.empty());
    ManageOption option = parsed("--manage", "--json");
    assertTrue(option.given());
    assertEquals(List.of(), option.secrets());
    assertEquals(
        own, option.login(new NamespaceSettings("contoso.servicebus.windows.net", 0, own, false)));
    SettingsException wrong = assertThrows(SettingsException.class, () -> option.login(BY_KEY));
    assertTrue(wrong.fix().contains("name a file"), wrong::getMessage);
    assertFalse(parsed("--json").given());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Endpoint=sb://contoso.servicebus.windows.net/;SharedAccessKeyName=boss|not a connection string",
        "Endpoint=sb://contoso.servicebus.windows.net/;SharedAccessSignature=hush-hush|not a connection string",
        "hush-hush|not a connection string",
        "Endpoint=sb://other.servicebus.windows.net/;SharedAccessKeyName=boss;SharedAccessKey=hush-hush|not of the namespace contoso",
        "Endpoint=hush-hush;SharedAccessKeyName=boss;SharedAccessKey=hush-hush|not of the namespace contoso",
        "Endpoint=sb://contoso.servicebus.windows.net/;SharedAccessKeyName=boss;SharedAccessKey=hush-hush;EntityPath=q|a key of one queue",
      })
  void aFileThatIsNoneIsNamedAndNothingOfItQuoted(String text, String problem) throws Exception {
    ManageOption option = holding(text);
    SettingsException wrong = assertThrows(SettingsException.class, () -> option.login(BY_KEY));
    assertTrue(wrong.problem().contains(problem), wrong::getMessage);
    assertFalse(wrong.fix().isEmpty());
    assertFalse(String.valueOf(wrong.getMessage()).contains("hush-hush"), wrong::getMessage);
  }

  @Test
  void aFileThatIsAwayOrTooLongIsNamed() throws Exception {
    ManageOption away = parsed("--manage", folder.resolve("away").toString());
    assertEquals(List.of(), away.secrets());
    assertTrue(
        assertThrows(SettingsException.class, () -> away.login(BY_KEY))
            .problem()
            .contains("cannot be read"));
    ManageOption endless = holding("Endpoint=" + "x".repeat(9_000));
    assertTrue(
        assertThrows(SettingsException.class, () -> endless.login(BY_KEY))
            .problem()
            .contains("not a connection string"));
  }
}
