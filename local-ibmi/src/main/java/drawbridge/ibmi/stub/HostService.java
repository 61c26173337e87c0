package drawbridge.ibmi.stub;

/** The servers, each with a port of its own and, over TLS, another. */
public enum HostService {
  CENTRAL(0xE000, "as-central", "QZSCSRVS", 4),
  FILE(0xE002, "as-file", "QPWFSERVSO", 2),
  DATABASE(0xE004, "as-database", "QZDASOINIT", 36),
  DATA_QUEUE(0xE007, "as-dtaq", "QZHQSSRV", 20),
  COMMAND(0xE008, "as-rmtcmd", "QZRCSRVS", 20),
  SIGN_ON(0xE009, "as-signon", "QZSOSIGN", 20),
  /** Since V7R6, over TLS only: signs on once for connections to all others. */
  HOST_CONNECTION(0xE00B, "as-hostcnn", "QZHCSRVR", 20);

  private final int id;
  private final String mapperName;
  private final String jobName;
  private final int returnCodeOffset;

  HostService(int id, String mapperName, String jobName, int returnCodeOffset) {
    this.id = id;
    this.mapperName = mapperName;
    this.jobName = jobName;
    this.returnCodeOffset = returnCodeOffset;
  }

  int id() {
    return id;
  }

  /** What the port mapper calls it; over TLS {@code -s} follows. */
  public String mapperName() {
    return mapperName;
  }

  String jobName() {
    return jobName;
  }

  int returnCodeOffset() {
    return returnCodeOffset;
  }

  static HostService of(int id) throws Frame.BadFrame {
    for (HostService service : values()) {
      if (service.id == id) {
        return service;
      }
    }
    throw new Frame.BadFrame("no server " + Integer.toHexString(id));
  }
}
