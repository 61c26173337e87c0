package drawbridge.ibmi.stub;

/** A message as the host keeps it. Immutable. */
public final class HostMessage {
  public static final int COMPLETION = 1;
  public static final int DIAGNOSTIC = 2;
  public static final int INFORMATIONAL = 4;
  public static final int INQUIRY = 5;
  public static final int ESCAPE = 15;

  private final String id;
  private final int severity;
  private final int type;
  private final String file;
  private final String library;
  private final String text;
  private final String help;
  private final byte[] data;

  /**
   * A message with all that it may have.
   *
   * @param id such as {@code CPF9801}
   * @param severity 0 to 99
   * @param type 1 completion, 2 diagnostic, 4 informational, 5 inquiry, 15 escape
   * @param file the message file it comes from
   * @param library where that stands
   * @param text the first level
   * @param help the second level
   * @param data the substitution data
   */
  public HostMessage(
      String id,
      int severity,
      int type,
      String file,
      String library,
      String text,
      String help,
      byte[] data) {
    this.id = id;
    this.severity = severity;
    this.type = type;
    this.file = file;
    this.library = library;
    this.text = text;
    this.help = help;
    this.data = data.clone();
  }

  /** Of QCPFMSG, without help and data. */
  public static HostMessage of(String id, int severity, int type, String text) {
    return new HostMessage(id, severity, type, "QCPFMSG", "QSYS", text, "", new byte[0]);
  }

  public String id() {
    return id;
  }

  public int severity() {
    return severity;
  }

  public int type() {
    return type;
  }

  public String file() {
    return file;
  }

  public String library() {
    return library;
  }

  public String text() {
    return text;
  }

  public String help() {
    return help;
  }

  public byte[] data() {
    return data.clone();
  }

  public HostMessage withHelp(String secondLevel) {
    return new HostMessage(id, severity, type, file, library, text, secondLevel, data);
  }

  public HostMessage withData(byte[] substitution) {
    return new HostMessage(id, severity, type, file, library, text, help, substitution);
  }
}
