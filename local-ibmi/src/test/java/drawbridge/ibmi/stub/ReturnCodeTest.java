package drawbridge.ibmi.stub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ibm.as400.access.AS400;
import com.ibm.as400.access.AS400JDBCDataSource;
import com.ibm.as400.access.AS400SecurityException;
import com.ibm.as400.access.CommandCall;
import com.ibm.as400.access.IFSFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A return code that a test wants is what JTOpen finds, once, and the connection goes on. */
final class ReturnCodeTest {
  @TempDir private Path root;
  private HostSystem host;
  private AS400 system;

  @BeforeEach
  void start() throws Exception {
    host =
        HostSettings.builder()
            .files(root)
            .database("jdbc:h2:mem:" + UUID.randomUUID() + ";MODE=DB2;DB_CLOSE_DELAY=-1")
            .start();
    host.user("BRIDGE", "secret");
    host.library("SHOP");
    system = Client.plain(host, "BRIDGE", "secret");
  }

  @AfterEach
  void stop() {
    system.disconnectAllServices();
    host.close();
  }

  @Test
  void ofTheSignOn() throws Exception {
    host.faults().next(HostService.SIGN_ON, 0x7004, Fault.returnCode(0x0003_000B));
    AS400SecurityException refused =
        assertThrows(AS400SecurityException.class, system::validateSignon);
    assertEquals(AS400SecurityException.PASSWORD_INCORRECT, refused.getReturnCode());
    assertTrue(system.validateSignon());
  }

  @Test
  void ofACommand() throws Exception {
    host.faults().next(HostService.COMMAND, 0x1002, Fault.returnCode(0x0400));
    CommandCall command = new CommandCall(system);
    assertFalse(command.run("ADDLIBLE LIB(SHOP)"));
    assertTrue(command.run("RMVLIBLE LIB(SHOP)"), "the answer alone was another one");
  }

  @Test
  void ofAFile() throws Exception {
    Files.writeString(root.resolve("a"), "x");
    Files.writeString(root.resolve("b"), "x");
    host.faults().next(HostService.FILE, 0x000C, Fault.returnCode(32));
    assertFalse(new IFSFile(system, "/a").delete());
    assertTrue(new IFSFile(system, "/b").delete());
  }

  @Test
  void ofAStatement() throws Exception {
    AS400JDBCDataSource source = new AS400JDBCDataSource(system);
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create table T(ID integer)");
      host.faults().next(HostService.DATABASE, Faults.ANY, Fault.returnCode(-913));
      SQLException locked =
          assertThrows(
              SQLException.class, () -> statement.executeUpdate("insert into T values(1)"));
      assertEquals(-913, locked.getErrorCode());
      assertEquals(1, statement.executeUpdate("insert into T values(2)"));
    }
  }
}
