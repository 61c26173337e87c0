package drawbridge.ibmi.stub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ibm.as400.access.AS400;
import com.ibm.as400.access.AS400JDBCDataSource;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import drawbridge.ibmi.stub.SqlProcedure.Parameter;
import drawbridge.ibmi.stub.SqlProcedure.Way;
import java.io.StringReader;
import java.math.BigDecimal;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** JTOpen's JDBC driver under HikariCP, as programs use it. */
final class DatabaseTest {
  private HostSystem host;
  private AS400 system;
  private HikariDataSource pool;
  private Connection behind;

  @BeforeEach
  void start() throws Exception {
    String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";MODE=DB2";
    behind = DriverManager.getConnection(url);
    try (Statement statement = behind.createStatement()) {
      statement.execute("create schema SHOP");
      statement.execute("create schema OTHER");
      statement.execute(
          "create table SHOP.ORDERS(ID integer primary key, NAME varchar(40) not null,"
              + " AMOUNT decimal(11,2), PLACED date)");
    }
    host = HostSettings.builder().database(url).start();
    host.user("BRIDGE", "secret");
    system = Client.plain(host, "BRIDGE", "secret");
    AS400JDBCDataSource source = new AS400JDBCDataSource(system);
    source.setLibraries("SHOP OTHER");
    source.setNaming("sql");
    source.setQueryTimeoutMechanism("cancel");
    HikariConfig config = new HikariConfig();
    config.setDataSource(source);
    config.setMaximumPoolSize(3);
    config.setMinimumIdle(0);
    pool = new HikariDataSource(config);
  }

  @AfterEach
  void stop() throws Exception {
    pool.close();
    system.disconnectAllServices();
    host.close();
    behind.close();
  }

  private static void insert(Connection connection, int id, String name) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("insert into SHOP.ORDERS values(?, ?, ?, ?)")) {
      insert.setInt(1, id);
      insert.setString(2, name);
      insert.setBigDecimal(3, new BigDecimal("-12.50"));
      insert.setDate(4, Date.valueOf("2026-01-31"));
      assertEquals(1, insert.executeUpdate());
    }
  }

  private static int count(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select count(*) from SHOP.ORDERS")) {
      assertTrue(rows.next());
      return rows.getInt(1);
    }
  }

  @Test
  void preparedStatementsBindAndRowsReturn() throws Exception {
    try (Connection connection = pool.getConnection()) {
      assertTrue(connection.isValid(5));
      insert(connection, 1, "Müller & Söhne");
      insert(connection, 2, "");
      try (PreparedStatement select =
          connection.prepareStatement("select * from SHOP.ORDERS where ID >= ? order by ID")) {
        select.setInt(1, 1);
        try (ResultSet rows = select.executeQuery()) {
          assertTrue(rows.next());
          assertEquals("Müller & Söhne", rows.getString("NAME"));
          assertEquals(new BigDecimal("-12.50"), rows.getBigDecimal(3));
          assertEquals(Date.valueOf("2026-01-31"), rows.getDate(4));
          assertTrue(rows.next());
          assertEquals("", rows.getString(2));
          assertFalse(rows.next());
        }
      }
    }
  }

  @Test
  void allCommonTypesGoBothWays() throws Exception {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "create table SHOP.TYPES(A smallint, B integer, C bigint, D decimal(15,5), E"
              + " numeric(9,2), F real, G double, H char(5), I varchar(30), J date, K time, L"
              + " timestamp, M varbinary(20), N binary(4), O boolean)");
      Object[] values = {
        (short) -7,
        1 << 30,
        Long.MIN_VALUE,
        new BigDecimal("1234567890.12345"),
        new BigDecimal("-1234567.89"),
        1.5f,
        Math.PI,
        "ab   ",
        "Grüße",
        Date.valueOf("1999-12-31"),
        Time.valueOf("23:59:58"),
        Timestamp.valueOf("2026-02-28 01:02:03.123456"),
        new byte[] {0, 1, -1},
        new byte[] {9, 8, 7, 6},
        true
      };
      try (PreparedStatement insert =
          connection.prepareStatement(
              "insert into SHOP.TYPES values(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")) {
        for (int i = 0; i < values.length; i++) {
          insert.setObject(i + 1, values[i]);
        }
        insert.executeUpdate();
        for (int i = 0; i < values.length; i++) {
          insert.setNull(i + 1, Types.VARCHAR);
        }
        insert.executeUpdate();
      }
      try (ResultSet rows = statement.executeQuery("select * from SHOP.TYPES")) {
        assertTrue(rows.next());
        for (int i = 0; i < values.length; i++) {
          Object got = rows.getObject(i + 1);
          Object wanted = values[i];
          String what = rows.getMetaData().getColumnName(i + 1);
          if (wanted instanceof byte[] bytes) {
            assertArrayEquals(bytes, (byte[]) got, what);
          } else if (wanted instanceof Number number && !(wanted instanceof BigDecimal)) {
            assertEquals(number.doubleValue(), ((Number) got).doubleValue(), what);
          } else {
            assertEquals(wanted, got, what);
          }
        }
        assertTrue(rows.next());
        for (int i = 0; i < values.length; i++) {
          assertNull(rows.getObject(i + 1));
        }
      }
    }
  }

  @Test
  void manyRowsComeInBlocksAndBatchesGo() throws Exception {
    try (Connection connection = pool.getConnection()) {
      try (PreparedStatement insert =
          connection.prepareStatement("insert into SHOP.ORDERS(ID, NAME) values(?, ?)")) {
        for (int i = 0; i < 3000; i++) {
          insert.setInt(1, i);
          insert.setString(2, "name ".repeat(i % 8) + i);
          insert.addBatch();
        }
        insert.executeBatch();
      }
      assertEquals(3000, count(connection));
      try (Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery("select NAME, ID from SHOP.ORDERS order by ID")) {
        for (int i = 0; i < 3000; i++) {
          assertTrue(rows.next());
          assertEquals("name ".repeat(i % 8) + i, rows.getString(1));
        }
        assertFalse(rows.next());
      }
      try (Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery("select * from SHOP.ORDERS where ID < 0")) {
        assertFalse(rows.next());
      }
    }
  }

  @Test
  void transactionsCommitAndRollBack() throws Exception {
    try (Connection connection = pool.getConnection()) {
      connection.setAutoCommit(false);
      insert(connection, 1, "kept");
      connection.commit();
      insert(connection, 2, "undone");
      connection.rollback();
      assertEquals(1, count(connection));
      connection.rollback();
    }
  }

  @Test
  void aProcedureAnswersInItsParameters() throws Exception {
    host.sqlProcedure(
        "SHOP",
        "QUOTE",
        List.of(
            new Parameter(Way.IN, Types.INTEGER, 0, 0),
            new Parameter(Way.OUT, Types.DECIMAL, 11, 2),
            new Parameter(Way.INOUT, Types.VARCHAR, 50, 0)),
        (database, values) -> {
          values[1] = new BigDecimal("12.50").multiply(new BigDecimal((Integer) values[0]));
          values[2] = values[2] + "!";
          return null;
        });
    try (Connection connection = pool.getConnection();
        CallableStatement call = connection.prepareCall("call SHOP.QUOTE(?, ?, ?)")) {
      call.setInt(1, 3);
      call.registerOutParameter(2, Types.DECIMAL);
      call.setString(3, "hallo");
      call.registerOutParameter(3, Types.VARCHAR);
      call.execute();
      assertEquals(new BigDecimal("37.50"), call.getBigDecimal(2));
      assertEquals("hallo!", call.getString(3));
    }
  }

  @Test
  void largeObjectsGoBothWays() throws Exception {
    byte[] bytes = new byte[300_000];
    new Random(1).nextBytes(bytes);
    String text = "ÄÖÜ und so weiter. ".repeat(5000);
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create table SHOP.LARGE(ID int, B blob(1M), C clob(1M))");
      try (PreparedStatement insert =
          connection.prepareStatement("insert into SHOP.LARGE values(?, ?, ?)")) {
        insert.setInt(1, 1);
        insert.setBytes(2, bytes);
        insert.setCharacterStream(3, new StringReader(text), text.length());
        insert.executeUpdate();
      }
      try (ResultSet rows = statement.executeQuery("select B, C from SHOP.LARGE")) {
        assertTrue(rows.next());
        assertArrayEquals(bytes, rows.getBytes(1));
        assertEquals(text, rows.getString(2));
      }
    }
  }

  private static SQLException refused(Connection connection, String sql) {
    return assertThrows(
        SQLException.class,
        () -> {
          try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
          }
        });
  }

  @Test
  void errorsAreDb2s() throws Exception {
    try (Connection connection = pool.getConnection()) {
      SQLException missing = refused(connection, "select * from SHOP.NOTHING");
      assertEquals(-204, missing.getErrorCode());
      assertEquals("42704", missing.getSQLState());
      assertTrue(String.valueOf(missing.getMessage()).contains("SQL0204"), missing.getMessage());
      assertEquals(-104, refused(connection, "selct 1").getErrorCode());
      insert(connection, 1, "one");
      SQLException twice = assertThrows(SQLException.class, () -> insert(connection, 1, "again"));
      assertEquals(-803, twice.getErrorCode());
      assertEquals("23505", twice.getSQLState());
      // It goes on afterwards.
      assertEquals(1, count(connection));
    }
  }

  @Test
  void aSlowStatementIsCancelled() throws Exception {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(1);
      assertThrows(
          SQLTimeoutException.class,
          () ->
              statement.executeQuery(
                  "select count(*) from SYSTEM_RANGE(1, 1000000) a, SYSTEM_RANGE(1, 1000000) b"));
      assertEquals(1, host.requests(HostService.DATABASE, 0x1818));
    }
  }

  @Test
  void theCatalogueTellsTablesColumnsAndKeys() throws Exception {
    try (Connection connection = pool.getConnection()) {
      List<String> tables = new ArrayList<>();
      try (ResultSet rows = connection.getMetaData().getTables(null, "SHOP", "%", null)) {
        while (rows.next()) {
          tables.add(rows.getString("TABLE_NAME"));
        }
      }
      assertEquals(List.of("ORDERS"), tables);
      List<String> columns = new ArrayList<>();
      try (ResultSet rows = connection.getMetaData().getColumns(null, "SHOP", "ORDERS", "%")) {
        while (rows.next()) {
          columns.add(rows.getString("COLUMN_NAME"));
        }
      }
      assertEquals(List.of("ID", "NAME", "AMOUNT", "PLACED"), columns);
      try (ResultSet rows = connection.getMetaData().getPrimaryKeys(null, "SHOP", "ORDERS")) {
        assertTrue(rows.next());
        assertEquals("ID", rows.getString("COLUMN_NAME"));
      }
    }
  }

  @Test
  void theLibraryListFindsUnqualifiedNames() throws Exception {
    try (Statement statement = behind.createStatement()) {
      statement.execute("create table OTHER.ONLY_HERE(ID int)");
    }
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select count(*) from ONLY_HERE, ORDERS")) {
      assertTrue(rows.next());
    }
  }
}
