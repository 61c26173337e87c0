package drawbridge.adapters.ibmi;

import com.ibm.as400.access.AS400;
import com.ibm.as400.access.AS400SecurityException;
import com.ibm.as400.access.BinaryConverter;
import com.ibm.as400.access.CommandCall;
import com.ibm.as400.access.ErrorCompletingRequestException;
import com.ibm.as400.access.ObjectDoesNotExistException;
import com.ibm.as400.access.ProgramCall;
import com.ibm.as400.access.ProgramParameter;
import java.beans.PropertyVetoException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Gives a new host job the state that every call finds. Host server jobs are started by the system,
 * so a job description is not theirs; what matters of it is taken over: the initial library list
 * and the accounting code.
 */
final class JobState {
  private static final Charset EBCDIC = Charset.forName("IBM037");

  // Offsets in format JOBD0100 of QWDRJOBD.
  private static final int ACCOUNTING_CODE = 214;
  private static final int LIBRARIES_AT = 360;
  private static final int LIBRARY_COUNT = 364;
  private static final int LIBRARY_LENGTH = 11;
  private static final int MOST_LIBRARIES = 250;
  private static final int DESCRIPTION_LENGTH = 8192;

  private final AS400 system;

  private JobState(AS400 system) {
    this.system = system;
  }

  /**
   * What the settings name wins over the job description.
   *
   * @throws HostConnector.NotReady the host refuses some of it
   */
  static void prepare(AS400 system, IbmiSettings settings)
      throws IOException, AS400SecurityException {
    JobState job = new JobState(system);
    List<String> libraries = settings.libraries();
    if (settings.jobDescription().isPresent()) {
      byte[] description = job.description(settings.jobDescription().get());
      String code = accountingCode(description);
      if (!code.isEmpty()) {
        job.run("CHGJOB ACGCDE('" + code.replace("'", "''") + "')", "the accounting code");
      }
      if (libraries.isEmpty()) {
        libraries = libraries(description);
      }
    }
    StringBuilder command = new StringBuilder();
    if (!libraries.isEmpty()) {
      command.append(" LIBL(").append(String.join(" ", libraries)).append(')');
    }
    settings
        .currentLibrary()
        .ifPresent(name -> command.append(" CURLIB(").append(name).append(')'));
    if (!command.isEmpty()) {
      job.run("CHGLIBL" + command, "the library list");
    }
  }

  /** The user part of the library list, by the same rule; empty: as the system makes it. */
  static List<String> libraries(AS400 system, IbmiSettings settings)
      throws IOException, AS400SecurityException {
    return settings.libraries().isEmpty() && settings.jobDescription().isPresent()
        ? libraries(new JobState(system).description(settings.jobDescription().get()))
        : settings.libraries();
  }

  /** Empty where there is none, or the system's own is meant. */
  static String accountingCode(byte[] description) {
    if (description.length < ACCOUNTING_CODE + 15) {
      return "";
    }
    String code = text(description, ACCOUNTING_CODE, 15);
    // It becomes part of a command: what is no name of anything is none.
    return code.startsWith("*") || code.chars().anyMatch(Character::isISOControl) ? "" : code;
  }

  private static String text(byte[] bytes, int offset, int length) {
    return new String(bytes, offset, length, EBCDIC).strip();
  }

  /** None where the system's own is meant. */
  static List<String> libraries(byte[] description) throws IOException {
    if (description.length < LIBRARY_COUNT + 4) {
      throw new HostConnector.NotReady("the job description is shorter than its format");
    }
    int at = BinaryConverter.byteArrayToInt(description, LIBRARIES_AT);
    int count = BinaryConverter.byteArrayToInt(description, LIBRARY_COUNT);
    if (count < 0
        || count > MOST_LIBRARIES
        || at < 0
        || at + (long) count * LIBRARY_LENGTH > description.length) {
      throw new HostConnector.NotReady("the job description has no library list that makes sense");
    }
    List<String> libraries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String library = text(description, at + i * LIBRARY_LENGTH, LIBRARY_LENGTH);
      if (library.startsWith("*")) {
        return List.of();
      }
      if (!library.matches("[A-Z#@$][A-Z0-9#@$_.]{0,9}")) {
        throw new HostConnector.NotReady("the job description names a library that is none");
      }
      libraries.add(library);
    }
    return libraries;
  }

  private byte[] description(String qualified) throws IOException, AS400SecurityException {
    int slash = qualified.indexOf('/');
    String name =
        String.format(
            Locale.ROOT,
            "%-10s%-10s",
            qualified.substring(slash + 1),
            qualified.substring(0, slash));
    ProgramParameter[] parameters = {
      new ProgramParameter(DESCRIPTION_LENGTH),
      new ProgramParameter(BinaryConverter.intToByteArray(DESCRIPTION_LENGTH)),
      new ProgramParameter("JOBD0100".getBytes(EBCDIC)),
      new ProgramParameter(name.getBytes(EBCDIC)),
      new ProgramParameter(new byte[8])
    };
    ProgramCall call = new ProgramCall(system);
    try {
      call.setProgram("/QSYS.LIB/QWDRJOBD.PGM", parameters);
      if (!call.run()) {
        throw new HostConnector.NotReady(
            "the job description is refused: " + HostMessages.brief(call.getMessageList()));
      }
      return parameters[0].getOutputData();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostConnector.NotReady("interrupted", e);
    } catch (ErrorCompletingRequestException
        | ObjectDoesNotExistException
        | PropertyVetoException e) {
      throw new HostConnector.NotReady("the job description could not be read", e);
    }
  }

  private void run(String command, String what) throws IOException, AS400SecurityException {
    CommandCall call = new CommandCall(system);
    try {
      if (!call.run(command)) {
        throw new HostConnector.NotReady(
            what + " is refused: " + HostMessages.brief(call.getMessageList()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostConnector.NotReady("interrupted", e);
    } catch (ErrorCompletingRequestException | PropertyVetoException e) {
      throw new HostConnector.NotReady(what + " could not be set", e);
    }
  }
}
