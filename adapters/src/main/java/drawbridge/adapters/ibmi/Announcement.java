package drawbridge.adapters.ibmi;

import com.ibm.as400.access.AS400SecurityException;
import com.ibm.as400.access.CommandCall;
import com.ibm.as400.access.ErrorCompletingRequestException;
import drawbridge.adapters.Call;
import drawbridge.settings.Section;
import java.beans.PropertyVetoException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Tells the host who calls, before anything is done for the caller, so that the host's own audit
 * shows it. A call that can't be announced is not carried out. Immutable.
 *
 * @param accountingCode of the job that runs programs and commands
 * @param journal {@code LIBRARY/NAME} that gets an entry for each call; empty: none does
 */
record Announcement(boolean accountingCode, Optional<String> journal) {
  /** What a host job has for it. */
  private static final int CODE = 15;

  /** A journal entry takes more; callers' names are shorter. */
  private static final int LONGEST = 1000;

  /** Special registers of Db2 hold so much. */
  private static final int REGISTER = 255;

  /** In this order an attribute stands for the caller. */
  private static final String[] FIRST = {"user", "app", "subject"};

  /** The section {@code announce} of a source. */
  static Announcement read(Section section) {
    Announcement read =
        new Announcement(section.flag("accounting-code", false), section.optionalText("journal"));
    read.journal().ifPresent(name -> IbmiSettings.checkQualified(section, "journal", name));
    if (!read.accountingCode() && read.journal().isEmpty()) {
      throw section.wrong(
          "", "announces to nobody", "write “accounting-code: true” or “journal: LIBRARY/NAME”");
    }
    section.done();
    return read;
  }

  /**
   * Before the work of a program, queue, command or file.
   *
   * @throws HostMessages.Told the host refuses it
   */
  void tell(HostJob job, Call call, String operation)
      throws IOException,
          InterruptedException,
          AS400SecurityException,
          ErrorCompletingRequestException,
          PropertyVetoException {
    Map<String, String> caller = call.request().caller();
    if (accountingCode) {
      String code = code(caller);
      if (!code.equals(job.told())) {
        run(job, "CHGJOB ACGCDE('" + code + "')");
        job.told(code);
      }
    }
    if (journal.isPresent()) {
      StringBuilder entry = new StringBuilder("Drawbridge ").append(operation);
      new TreeMap<>(caller)
          .forEach((name, value) -> entry.append(' ').append(name).append('=').append(value));
      String text = plain(entry.toString());
      run(
          job,
          "QSYS/SNDJRNE JRN("
              + journal.get()
              + ") TYPE(DB) ENTDTA('"
              + text.substring(0, Math.min(LONGEST, text.length())).replace("'", "''")
              + "')");
    }
  }

  private static void run(HostJob job, String text)
      throws IOException,
          InterruptedException,
          AS400SecurityException,
          ErrorCompletingRequestException,
          PropertyVetoException {
    CommandCall command = new CommandCall(job.system());
    if (!command.run(text)) {
      throw new HostMessages.Told(command.getMessageList());
    }
  }

  /** Before a statement: Db2 shows it as CLIENT USERID and CLIENT APPLNAME. */
  void tell(Connection connection, Call call) throws SQLException {
    String who = plain(who(call.request().caller()));
    String user = who.substring(0, Math.min(REGISTER, who.length()));
    if (!user.equals(connection.getClientInfo("ClientUser"))) {
      connection.setClientInfo("ApplicationName", "Drawbridge");
      connection.setClientInfo("ClientUser", user);
    }
  }

  private static String who(Map<String, String> caller) {
    for (String name : FIRST) {
      String value = caller.get(name);
      if (value != null && !value.isEmpty()) {
        return value;
      }
    }
    return "unknown";
  }

  /**
   * The accounting code of a caller: its name where that fits, else as much of it as there is room
   * for before eight digits of its SHA-256. Names that differ only in case share one; others hardly
   * ever do.
   */
  static String code(Map<String, String> caller) {
    String who = who(caller);
    String name = plain(who).replaceFirst("(?i)^CN=", "").replaceFirst(",.*", "");
    String whole = name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9 _-]", "_");
    if (whole.length() <= CODE && who.equalsIgnoreCase(whole)) {
      return whole;
    }
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(who.getBytes(StandardCharsets.UTF_8));
      String end = HexFormat.of().withUpperCase().formatHex(digest, 0, 4);
      return whole.substring(0, Math.min(whole.length(), CODE - 1 - end.length())) + "-" + end;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Characters that every CCSID has in one place, and none that ends a text in CL. */
  private static String plain(String text) {
    return text.replaceAll("[^A-Za-z0-9 .,:;=/_()+*<>%?&'-]", "?");
  }
}
