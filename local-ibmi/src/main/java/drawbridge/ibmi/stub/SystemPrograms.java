package drawbridge.ibmi.stub;

import java.util.Arrays;

/** The programs of the system itself that clients call behind the scenes. */
final class SystemPrograms {
  private SystemPrograms() {}

  static void register(HostSystem host) {
    host.program("QSYS", "QZRUCLSP", call -> callServiceProgram(host, call));
  }

  /**
   * Calls a procedure: name and library, procedure with a zero behind it, format of the return
   * value, how each parameter is passed, how many, error code, return value, then the parameters.
   */
  private static void callServiceProgram(HostSystem host, Parameters call)
      throws InterruptedException {
    String name = call.text(0, 0, 10);
    String library = call.text(0, 10, 10);
    byte[] terminated = call.bytes(1);
    String procedure = call.text(1, 0, terminated.length - 1);
    HostProgram program =
        host.programs()
            .findProcedure(call.job(), library, name, procedure)
            .orElseThrow(
                () ->
                    HostError.of(
                        "CPF226E",
                        40,
                        "Value for a parameter was not valid: no procedure "
                            + procedure
                            + " in "
                            + library
                            + "/"
                            + name
                            + "."));
    // Parameter 0 is the return value.
    program.call(call.from(6));
  }

  static byte[] blanks(int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) 0x40);
    return bytes;
  }
}
