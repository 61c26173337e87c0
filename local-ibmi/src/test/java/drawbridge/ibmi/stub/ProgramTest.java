package drawbridge.ibmi.stub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ibm.as400.access.AS400;
import com.ibm.as400.access.AS400Message;
import com.ibm.as400.access.AS400PackedDecimal;
import com.ibm.as400.access.AS400Text;
import com.ibm.as400.access.AS400ZonedDecimal;
import com.ibm.as400.access.BinaryConverter;
import com.ibm.as400.access.CommandCall;
import com.ibm.as400.access.ObjectDoesNotExistException;
import com.ibm.as400.access.ProgramCall;
import com.ibm.as400.access.ProgramParameter;
import com.ibm.as400.access.ServiceProgramCall;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ProgramTest {
  private HostSystem host;
  private AS400 system;

  @BeforeEach
  void start() throws Exception {
    host = HostSettings.builder().start();
    host.user("BRIDGE", "secret");
    system = Client.plain(host, "BRIDGE", "secret");
  }

  @AfterEach
  void stop() {
    system.disconnectAllServices();
    host.close();
  }

  private ProgramCall call(String path, ProgramParameter... parameters) throws Exception {
    ProgramCall call = new ProgramCall(system, path, parameters);
    call.setMessageOption(AS400Message.MESSAGE_OPTION_ALL);
    return call;
  }

  @Test
  void everyUsageOfAParameterArrivesAndReturns() throws Exception {
    List<byte[]> seen = new ArrayList<>();
    host.program(
        "SHOP",
        "USAGES",
        parameters -> {
          for (int i = 0; i < parameters.count(); i++) {
            seen.add(parameters.isNull(i) ? new byte[0] : parameters.bytes(i).clone());
          }
          parameters.put(1, new byte[] {1, 2, 3});
          parameters.bytes(2)[0]++;
          Arrays.fill(parameters.bytes(3), (byte) 0x40);
        });
    byte[] zerosBehind = Arrays.copyOf(new byte[] {9, 0x1B, 7}, 50);
    byte[] longRuns = new byte[5000];
    Arrays.fill(longRuns, 100, 4000, (byte) 0xC1);
    longRuns[4500] = 0x1B;
    ProgramParameter unset = new ProgramParameter();
    unset.setNullParameter(true);
    ProgramParameter[] parameters = {
      new ProgramParameter(zerosBehind),
      new ProgramParameter(20),
      new ProgramParameter(new byte[] {5, 0, 0}, 10),
      new ProgramParameter(longRuns, 6000),
      unset
    };
    ProgramCall call = call("/QSYS.LIB/SHOP.LIB/USAGES.PGM", parameters);
    assertTrue(call.run(), () -> Arrays.toString(call.getMessageList()));
    assertArrayEquals(zerosBehind, seen.get(0));
    assertArrayEquals(new byte[20], seen.get(1));
    assertArrayEquals(Arrays.copyOf(new byte[] {5}, 10), seen.get(2));
    assertArrayEquals(Arrays.copyOf(longRuns, 6000), seen.get(3));
    assertEquals(0, seen.get(4).length);
    assertArrayEquals(Arrays.copyOf(new byte[] {1, 2, 3}, 20), parameters[1].getOutputData());
    assertArrayEquals(Arrays.copyOf(new byte[] {6}, 10), parameters[2].getOutputData());
    byte[] blanks = new byte[6000];
    Arrays.fill(blanks, (byte) 0x40);
    assertArrayEquals(blanks, parameters[3].getOutputData());
  }

  @Test
  void decimalsAreThoseOfTheHost() throws Exception {
    host.program(
        "SHOP",
        "PRICE",
        parameters -> {
          BigDecimal quantity = parameters.packed(0, 0, 5, 0);
          parameters.zoned(1, 0, 11, 2, quantity.multiply(new BigDecimal("-12.55")));
          parameters.text(2, 0, 10, "ok " + parameters.text(2, 0, 10));
        });
    ProgramParameter[] parameters = {
      new ProgramParameter(new AS400PackedDecimal(5, 0).toBytes(new BigDecimal("-40"))),
      new ProgramParameter(11),
      new ProgramParameter(new AS400Text(10, 37, system).toBytes("äöß"), 10)
    };
    assertTrue(call("/QSYS.LIB/SHOP.LIB/PRICE.PGM", parameters).run());
    assertEquals(
        new BigDecimal("502.00"),
        new AS400ZonedDecimal(11, 2).toObject(parameters[1].getOutputData()));
    assertEquals(
        "ok äöß",
        ((String) new AS400Text(10, 37, system).toObject(parameters[2].getOutputData())).strip());
    // A blank in a packed field, as an uninitialised one holds.
    parameters[0] = new ProgramParameter(new byte[] {0x40, 0x40, 0x40});
    ProgramCall bad = call("/QSYS.LIB/SHOP.LIB/PRICE.PGM", parameters);
    assertFalse(bad.run());
    assertEquals("MCH1202", bad.getMessageList()[0].getID());
  }

  @Test
  void anEscapeMessageArrivesWholeInEveryForm() throws Exception {
    host.program(
        "SHOP",
        "FAILS",
        parameters -> {
          throw new HostError(
              List.of(
                  HostMessage.of("CPF9801", 40, HostMessage.DIAGNOSTIC, "Object X not found."),
                  new HostMessage(
                      "USR0001",
                      30,
                      HostMessage.ESCAPE,
                      "SHOPMSGF",
                      "SHOP",
                      "Customer NOBODY is not on file.",
                      "&N Cause . . . : Nobody by this name.",
                      "NOBODY".getBytes(Ebcdic.CCSID_37))));
        });
    for (int option :
        new int[] {
          AS400Message.MESSAGE_OPTION_UP_TO_10,
          AS400Message.MESSAGE_OPTION_ALL,
          AS400Message.MESSAGE_OPTION_NONE
        }) {
      ProgramCall call = call("/QSYS.LIB/SHOP.LIB/FAILS.PGM");
      call.setMessageOption(option);
      assertFalse(call.run());
      if (option == AS400Message.MESSAGE_OPTION_NONE) {
        assertEquals(0, call.getMessageList().length);
      } else {
        assertEquals("CPF9801", call.getMessageList()[0].getID());
        AS400Message message = call.getMessageList()[1];
        assertEquals("USR0001", message.getID());
        assertEquals(30, message.getSeverity());
        assertEquals(AS400Message.ESCAPE, message.getType());
        assertEquals("SHOPMSGF", message.getFileName());
        assertEquals("SHOP", message.getLibraryName());
        assertEquals("Customer NOBODY is not on file.", message.getText());
        assertEquals("&N Cause . . . : Nobody by this name.", message.getHelp());
        assertArrayEquals("NOBODY".getBytes(Ebcdic.CCSID_37), message.getSubstitutionData());
      }
    }
  }

  @Test
  void aLibraryListBelongsToAJob() throws Exception {
    host.program("SHOP", "HELLO", parameters -> {});
    ProgramCall call = call("/QSYS.LIB/%LIBL%.LIB/HELLO.PGM");
    assertThrows(ObjectDoesNotExistException.class, call::run);
    assertTrue(new CommandCall(system).run("ADDLIBLE LIB(SHOP)"));
    assertTrue(call.run());
    assertFalse(new CommandCall(system).run("ADDLIBLE LIB(NOWHERE)"));
    AS400 other = Client.plain(host, "BRIDGE", "secret");
    assertThrows(
        ObjectDoesNotExistException.class,
        () -> new ProgramCall(other, call.getProgram(), new ProgramParameter[0]).run());
    assertThrows(
        ObjectDoesNotExistException.class,
        () -> new ProgramCall(other, "/QSYS.LIB/NOWHERE.LIB/X.PGM", new ProgramParameter[0]).run());
    other.disconnectAllServices();
  }

  @Test
  void aProcedureReturnsAValue() throws Exception {
    host.procedure(
        "SHOP",
        "MATHS",
        "double",
        parameters -> {
          parameters.int4(0, 0, 2 * parameters.int4(1, 0));
          parameters.text(2, 0, 5, "done");
        });
    ServiceProgramCall call = new ServiceProgramCall(system);
    ProgramParameter number = new ProgramParameter(BinaryConverter.intToByteArray(21));
    number.setParameterType(ProgramParameter.PASS_BY_VALUE);
    ProgramParameter text = new ProgramParameter(5);
    text.setParameterType(ProgramParameter.PASS_BY_REFERENCE);
    call.setProgram("/QSYS.LIB/SHOP.LIB/MATHS.SRVPGM", new ProgramParameter[] {number, text});
    call.setProcedureName("double");
    call.setReturnValueFormat(ServiceProgramCall.RETURN_INTEGER);
    assertTrue(call.run(), () -> Arrays.toString(call.getMessageList()));
    assertEquals(42, call.getIntegerReturnValue());
    call.setProcedureName("triple");
    assertFalse(call.run());
  }

  @Test
  void commandsAnswerWithTheirMessages() throws Exception {
    List<String> seen = new ArrayList<>();
    host.command(
        "STRORDER",
        (job, text) -> {
          seen.add(text);
          return List.of(
              HostMessage.of("CPC1221", 0, HostMessage.COMPLETION, "Submitted by " + job.name()));
        });
    CommandCall command = new CommandCall(system);
    assertTrue(command.run("SHOP/STRORDER TEXT('Grüße 漢字')"));
    assertEquals(List.of("SHOP/STRORDER TEXT('Grüße 漢字')"), seen);
    assertTrue(command.getMessageList()[0].getText().matches("Submitted by \\d{6}/QUSER/QZRCSRVS"));
    assertEquals(
        host.jobs().getFirst().name().split("/", -1)[0], command.getServerJob().getNumber());
    assertFalse(command.run("FROB X"));
    assertEquals("CPD0030", command.getMessageList()[0].getID());
    assertEquals("CPF0006", command.getMessageList()[1].getID());
  }
}
