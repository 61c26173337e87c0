package drawbridge.ibmi.stub;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a database job is between its statements: its connection to the database behind, commitment
 * control, library list and special registers. For the thread that serves its connection.
 */
final class SqlJob implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(SqlJob.class.getName());

  private final HostSettings settings;
  private final Connection database;
  private String schema = "";

  /** The client asked for a commit after each statement. */
  private boolean commits = true;

  /** There is commitment control; without it, *NONE, a change stands as soon as it is made. */
  private boolean controlled = true;

  SqlJob(HostSettings settings) throws IOException {
    this.settings = settings;
    Optional<String> url = settings.database();
    if (url.isEmpty()) {
      throw new Frame.BadFrame("this host has no database");
    }
    try {
      database = DriverManager.getConnection(url.get());
    } catch (SQLException e) {
      throw new IOException("the database behind the simulated host can't be opened", e);
    }
  }

  Connection database() {
    return database;
  }

  boolean controlled() {
    return controlled;
  }

  void commit() throws SQLException {
    if (controlled) {
      database.commit();
    }
  }

  void rollback() throws SQLException {
    if (controlled) {
      database.rollback();
    }
  }

  /** Takes over what the client sets, and tells how the job is. */
  void attributes(Frame frame, Job job, Bytes body) throws IOException, SQLException {
    byte[] automatic = frame.field(0x3824).orElse(null);
    if (automatic != null && automatic.length == 1) {
      commits = automatic[0] == (byte) 0xE8;
    }
    byte[] level = frame.field(0x380E).orElse(null);
    if (level != null && level.length == 2) {
      controlled = level[0] != 0 || level[1] != 0;
    }
    if (database.getAutoCommit() != (commits || !controlled)) {
      database.setAutoCommit(commits || !controlled);
    }
    byte[] library = frame.field(0x380F).orElse(null);
    if (library != null && library.length > 4) {
      schema = new Frame(library).text(4, library.length - 4, Ebcdic.CCSID_37).strip();
      search(List.of(schema));
    }
    register(frame, job, 0x3838, "CLIENT APPLNAME");
    register(frame, job, 0x3839, "CLIENT USERID");
    body.field(
        0x3804,
        new Bytes()
            .int2(0)
            // ISO, which dates and times are sent in.
            .int2(5)
            .int2(1)
            .zeros(8)
            .int2(1)
            .int2(0)
            .int2(1)
            .int1(0xF0)
            .int2(settings.ccsid())
            .int2(0)
            .ebcdic("ENU*HEX")
            .fill(0x40, 16)
            .ebcdic("2924V" + settings.version() + "R" + settings.release() + "M00016")
            .padded("SIMULATED", 18)
            .padded(schema, 10)
            .padded(job.service().jobName(), 10)
            .padded("QUSER", 10)
            .padded(job.number(), 6)
            .int2(schema.length())
            .ebcdic(schema));
  }

  /** A special register of the client; kept as an attribute of the job. */
  private static void register(Frame frame, Job job, int codePoint, String register)
      throws IOException {
    byte[] value = frame.field(codePoint).orElse(null);
    if (value != null && value.length >= 4) {
      String text = new Frame(value).text(4, value.length - 4, Ebcdic.CCSID_37);
      job.attributes().put(register, text.strip());
    }
  }

  /** CCSID, how many, then an indicator, a length and a name each. */
  void libraries(Frame frame) throws IOException, SQLException {
    byte[] field = frame.field(0x3813).orElse(null);
    if (field == null || field.length < 4) {
      return;
    }
    Frame list = new Frame(field);
    List<String> names = new ArrayList<>();
    int at = 4;
    for (int i = 0; i < list.int2(2); i++) {
      int length = list.int2(at + 1);
      names.add(list.text(at + 3, length, Ebcdic.CCSID_37).strip());
      at += 3 + length;
    }
    search(names);
  }

  /** Schemas stand for libraries; those that the database lacks are left out. */
  private void search(List<String> names) throws SQLException {
    List<String> known = new ArrayList<>();
    try (ResultSet schemas = database.getMetaData().getSchemas()) {
      while (schemas.next()) {
        String name = schemas.getString(1);
        if (names.contains(name)) {
          known.add(name);
        }
      }
    }
    if (!known.isEmpty()) {
      known.sort(Comparator.comparingInt(names::indexOf));
      try (Statement statement = database.createStatement()) {
        statement.execute("SET SCHEMA \"" + known.getFirst() + "\"");
        statement.execute("SET SCHEMA_SEARCH_PATH \"" + String.join("\", \"", known) + "\"");
      }
    }
  }

  /** What is not committed is undone. */
  @Override
  public void close() {
    try {
      if (!database.getAutoCommit()) {
        database.rollback();
      }
      database.close();
    } catch (SQLException e) {
      LOG.log(Level.DEBUG, "the database could not be closed", e);
    }
  }
}
