package drawbridge.agent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Request;
import drawbridge.settings.SettingsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Page tokens: for one caller and operation, the same on every agent with the key. */
final class PageKeyTest {
  private static final String HEX = "00112233445566778899aabbccddeeff".repeat(2);
  private static final byte[] POSITION = {1, 2, 3, 4, 5};

  @TempDir Path folder;

  private PageKey key(String text) throws Exception {
    return PageKey.read(Files.writeString(folder.resolve("pages.key"), text));
  }

  private static void refused(Request.PageSeal seal, String token) {
    Fault fault = assertThrows(FaultException.class, () -> seal.open(token)).fault();
    assertEquals(Fault.Code.INVALID_ARGUMENT, fault.code());
    assertEquals("page", fault.parameter());
  }

  @Test
  void anotherAgentWithTheKeyOpensTheToken() throws Exception {
    String token = key(HEX + "\n").seal("CN=a", "orders/v1/List").seal(POSITION);
    assertTrue(token.matches("[A-Za-z0-9_-]+"), token);
    assertArrayEquals(POSITION, key(HEX).seal("CN=a", "orders/v1/List").open(token));
    assertNotEquals(token, key(HEX).seal("CN=a", "orders/v1/List").seal(POSITION));
  }

  @Test
  void aTokenOfAnotherCallerOperationOrKeyIsRefused() throws Exception {
    String token = key(HEX).seal("CN=a", "orders/v1/List").seal(POSITION);
    refused(key(HEX).seal("CN=b", "orders/v1/List"), token);
    refused(key(HEX).seal("CN=a", "orders/v1/Other"), token);
    refused(PageKey.random().seal("CN=a", "orders/v1/List"), token);
  }

  @Test
  void anAlteredTokenIsRefused() throws Exception {
    Request.PageSeal seal = key(HEX).seal("CN=a", "orders/v1/List");
    String token = seal.seal(POSITION);
    for (int i = 0; i < token.length(); i++) {
      char other = token.charAt(i) == 'A' ? 'Q' : 'A';
      refused(seal, token.substring(0, i) + other + token.substring(i + 1));
    }
    refused(seal, "");
    refused(seal, "A");
    refused(seal, "%");
  }

  @Test
  void hashesAreEqualForAllCallersAndTellNothing() throws Exception {
    byte[] value = {7};
    String hash = key(HEX).seal("CN=a", "x").hash(value);
    assertEquals(32, hash.length());
    assertEquals(hash, key(HEX).seal("CN=b", "y").hash(value));
    assertNotEquals(hash, PageKey.random().seal("CN=a", "x").hash(value));
  }

  @Test
  void aFileThatIsNoKeyIsRefusedWithoutItsContent() {
    for (String text : new String[] {"", "hunter2", HEX + "00", HEX.substring(2)}) {
      SettingsException e = assertThrows(SettingsException.class, () -> key(text));
      String message = String.valueOf(e.getMessage());
      assertTrue(message.contains("openssl rand -hex 32"), message);
      assertFalse(message.contains("hunter2"), "a secret stays out of messages");
    }
  }
}
