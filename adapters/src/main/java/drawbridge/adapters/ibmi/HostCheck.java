package drawbridge.adapters.ibmi;

import com.ibm.as400.access.AS400;
import com.ibm.as400.access.AS400Exception;
import com.ibm.as400.access.AS400SecurityException;
import com.ibm.as400.access.BinaryConverter;
import com.ibm.as400.access.ErrorCompletingRequestException;
import com.ibm.as400.access.ObjectDescription;
import com.ibm.as400.access.ObjectDoesNotExistException;
import com.ibm.as400.access.ProgramCall;
import com.ibm.as400.access.ProgramParameter;
import java.beans.PropertyVetoException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What {@code agent check} tells an admin of a system: its version, its servers, the user. */
final class HostCheck {
  /** Those that operations use, beside the one that a connection has anyway. */
  private static final Map<String, Integer> SERVERS =
      Map.of(
          "data queue", AS400.DATAQUEUE,
          "file", AS400.FILE,
          "database", AS400.DATABASE);

  /** In what QSYRUSRI tells of a user in format USRI0300. */
  private static final int SPECIAL_OFFSET = 83;

  private static final int USER_LENGTH = 1024;
  private static final byte YES = (byte) 0xE8;
  private static final List<String> SPECIAL =
      List.of(
          "*ALLOBJ", "*SECADM", "*JOBCTL", "*SPLCTL", "*SAVSYS", "*SERVICE", "*AUDIT", "*IOSYSCFG");

  private HostCheck() {}

  /** Sentences for the admin at the agent. Takes as long as the host does. */
  static List<String> of(AS400 system, IbmiSettings settings) {
    List<String> found = new ArrayList<>();
    found.add(version(system));
    found.add(passwordLevel(system));
    ccsid(system, settings).ifPresent(found::add);
    if (settings.tls().isEmpty()) {
      found.add("warning: without tls everything but the password crosses the network readably");
    }
    SERVERS.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(server -> found.add(reachable(system, server.getKey(), server.getValue())));
    found.add(authorities(system, settings.user()));
    return found;
  }

  private static String version(AS400 system) {
    try {
      return String.format(Locale.ROOT, "version V%dR%d", system.getVersion(), system.getRelease());
    } catch (AS400SecurityException | IOException e) {
      return "version unknown: " + e.getMessage();
    }
  }

  private static String passwordLevel(AS400 system) {
    try {
      return "password level (QPWDLVL) " + system.passwordLevel();
    } catch (AS400SecurityException | IOException e) {
      return "password level unknown: " + e.getMessage();
    }
  }

  /** Some characters of all EBCDIC pages differ, so a guess would damage text in silence. */
  private static Optional<String> ccsid(AS400 system, IbmiSettings settings) {
    int told = system.getCcsid();
    return settings.ccsid().isPresent() || told == IbmiSettings.CCSID
        ? Optional.empty()
        : Optional.of(
            "warning: the system's CCSID is "
                + told
                + ", and text without a CCSID of its own is taken for "
                + IbmiSettings.CCSID
                + ": write “ccsid: "
                + told
                + "” for the source");
  }

  private static String reachable(AS400 system, String name, int service) {
    try {
      system.connectService(service);
      return "the " + name + " server is reachable";
    } catch (AS400SecurityException | IOException e) {
      return "warning: the " + name + " server is not reachable: " + e.getMessage();
    }
  }

  /** A service user needs none; each is more than the operations call for. */
  private static String authorities(AS400 system, String name) {
    Charset ebcdic = Charset.forName("IBM037");
    ProgramParameter[] parameters = {
      new ProgramParameter(USER_LENGTH),
      new ProgramParameter(BinaryConverter.intToByteArray(USER_LENGTH)),
      new ProgramParameter("USRI0300".getBytes(ebcdic)),
      new ProgramParameter("*CURRENT  ".getBytes(ebcdic)),
      new ProgramParameter(new byte[8])
    };
    ProgramCall call = new ProgramCall(system);
    try {
      call.setProgram("/QSYS.LIB/QSYRUSRI.PGM", parameters);
      byte[] user = call.run() ? parameters[0].getOutputData() : null;
      if (user == null) {
        return "special authorities of "
            + name
            + " are unknown: "
            + HostMessages.brief(call.getMessageList());
      }
      List<String> has = special(user);
      return has.isEmpty()
          ? name + " has no special authority"
          : "warning: " + name + " has " + String.join(" ", has) + ", and should have none";
    } catch (AS400SecurityException
        | ErrorCompletingRequestException
        | IOException
        | PropertyVetoException
        | ObjectDoesNotExistException e) {
      return "special authorities of " + name + " are unknown: " + e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "special authorities of " + name + " are unknown: the check was ended";
    }
  }

  /** The special authorities in what QSYRUSRI tells; more than it tells nobody has. */
  static List<String> special(byte[] user) {
    List<String> has = new ArrayList<>();
    for (int i = 0; i < SPECIAL.size() && SPECIAL_OFFSET + i < user.length; i++) {
      if (user[SPECIAL_OFFSET + i] == YES) {
        has.add(SPECIAL.get(i));
      }
    }
    return has;
  }

  /** The sentences on all of them that are not there. */
  static List<String> missing(AS400 system, Iterable<String> paths) {
    List<String> missing = new ArrayList<>();
    for (String path : paths) {
      try {
        missing(system, path).ifPresent(missing::add);
      } catch (AS400SecurityException | IOException e) {
        missing.add(path + ": " + e.getMessage());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        missing.add(path + ": the check was ended");
        return missing;
      }
    }
    return missing;
  }

  /**
   * Whether an object that a file names is there and may be seen.
   *
   * @param path such as {@code /QSYS.LIB/SHOP.LIB/PRICE.PGM}
   * @return what is wrong; empty: it is there
   */
  static Optional<String> missing(AS400 system, String path)
      throws AS400SecurityException, IOException, InterruptedException {
    try {
      ObjectDescription description = new ObjectDescription(system, path);
      description.refresh();
      return Optional.empty();
    } catch (AS400Exception e) {
      return Optional.of(path + ": " + HostMessages.brief(e.getAS400MessageList()));
    } catch (ErrorCompletingRequestException | ObjectDoesNotExistException e) {
      return Optional.of(path + ": " + e.getMessage());
    }
  }
}
