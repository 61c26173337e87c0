package drawbridge.ibmi.stub;

import java.util.List;
import java.util.Set;

/** The programs of the system itself that clients call behind the scenes. */
final class SystemPrograms {
  private static final List<String> SPECIAL =
      List.of(
          "*ALLOBJ", "*SECADM", "*JOBCTL", "*SPLCTL", "*SAVSYS", "*SERVICE", "*AUDIT", "*IOSYSCFG");
  private static final int YES = 0xE8;
  private static final int NO = 0xD5;
  private static final int USER_LENGTH = 700;
  private static final int JOB_LENGTH = 390;
  private static final int OBJECT_LENGTH = 90;

  private SystemPrograms() {}

  static void register(HostSystem host) {
    host.program("QSYS", "QZRUCLSP", call -> callServiceProgram(host, call));
    host.program("QSYS", "QSYRUSRI", call -> describeUser(host, call));
    host.program("QSYS", "QWDRJOBD", call -> describeJob(host, call));
    host.program("QSYS", "QUSROBJD", call -> describeObject(host, call));
    host.program("QSYS", "QSYGENPT", call -> makeToken(host, call));
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

  /** Result, its length, format USRI0300, user, error code. */
  private static void describeUser(HostSystem host, Parameters call) {
    String name = call.text(3, 0, 10);
    String wanted = name.equals("*CURRENT") ? call.job().user() : name;
    HostUser user =
        host.accounts()
            .find(wanted)
            .orElseThrow(
                () ->
                    HostError.of(
                        "CPF9801", 40, "Object " + wanted + " in library QSYS not found."));
    Set<String> special = user.specialAuthorities();
    Bytes flags = new Bytes();
    for (String authority : SPECIAL) {
      flags.int1(special.contains(authority) ? YES : NO);
    }
    Bytes result =
        new Bytes()
            .int4(USER_LENGTH)
            .int4(USER_LENGTH)
            .padded(user.name(), 10)
            .fill(0x40, 14)
            .int4(user.failures())
            .padded(user.enabled() ? "*ENABLED" : "*DISABLED", 10)
            .zeros(8)
            .int1(NO)
            .fill(0x40, 1)
            .int4(0)
            .zeros(8)
            .int4(0)
            .int1(NO)
            .padded("*USER", 10)
            .raw(flags)
            .fill(0x40, 7)
            .padded("*NONE", 10);
    call.put(0, result.zeros(USER_LENGTH - result.size()).toArray());
  }

  /** Result, its length, format JOBD0100, name and library, error code. */
  private static void describeJob(HostSystem host, Parameters call) {
    String name = call.text(3, 0, 10);
    String library = call.text(3, 10, 10);
    HostSystem.JobDescription found =
        Programs.searched(call.job(), library).stream()
            .flatMap(each -> host.jobDescription(each, name).stream())
            .findFirst()
            .orElseThrow(
                () ->
                    HostError.of(
                        "CPF9801",
                        40,
                        "Object " + name + " in library " + library + " not found."));
    Bytes libraries = new Bytes();
    found.libraries().forEach(each -> libraries.padded(each, 11));
    int length = JOB_LENGTH + libraries.size();
    call.put(
        0,
        new Bytes()
            .int4(length)
            .int4(length)
            .padded(name, 10)
            .padded(library, 10)
            .padded("*RQD", 10)
            .fill(0x40, 214 - 38)
            .padded(found.accountingCode(), 15)
            .fill(0x40, 360 - 229)
            .int4(JOB_LENGTH)
            .int4(found.libraries().size())
            .int4(length)
            .int4(0)
            .int4(16)
            .padded("*NOWRAP", 10)
            .raw(libraries)
            .toArray());
  }

  /** Token, user, *NOPWD, seconds, type, error code: needs *USE on the profile. */
  private static void makeToken(HostSystem host, Parameters call) {
    String name = call.text(1, 0, 10);
    if (!call.text(2, 0, 10).equals("*NOPWD")) {
      throw HostError.of("CPF3C1E", 40, "Required parameter 3 omitted.");
    }
    HostUser wanted =
        host.accounts()
            .find(name)
            .orElseThrow(() -> HostError.of("CPF2204", 40, "User profile " + name + " not found."));
    if (!wanted.enabled()) {
      throw HostError.of("CPF22E3", 40, "User profile " + name + " is disabled.");
    }
    if (!wanted.usedBy(call.job().user())) {
      throw HostError.of("CPF2217", 40, "Not authorized to user profile " + name + ".");
    }
    int type = call.bytes(4)[0] & 0xF;
    call.put(0, host.accounts().newToken(wanted.name(), type, call.int4(3, 0)));
  }

  /** Result, its length, format OBJD0100, name and library, type, error code. */
  private static void describeObject(HostSystem host, Parameters call) {
    String name = call.text(3, 0, 10);
    String library = call.text(3, 10, 10);
    String type = call.text(4, 0, 10);
    if (!library.startsWith("*") && !host.hasLibrary(library)) {
      throw HostError.of("CPF9810", 40, "Library " + library + " not found.");
    }
    String found =
        Programs.searched(call.job(), library).stream()
            .filter(each -> host.has(each, name, type))
            .findFirst()
            .orElseThrow(
                () ->
                    HostError.of(
                        "CPF9801",
                        40,
                        "Object " + name + " in library " + library + " not found."));
    Bytes result =
        new Bytes()
            .int4(OBJECT_LENGTH)
            .int4(OBJECT_LENGTH)
            .padded(name, 10)
            .padded(found, 10)
            .padded(type, 10)
            .padded(found, 10)
            .int4(1)
            .padded("QSECOFR", 10)
            .padded("*U", 2)
            .padded(host.hostDate() + host.hostTime(), 13)
            .padded(host.hostDate() + host.hostTime(), 13);
    call.put(0, result.toArray());
  }
}
