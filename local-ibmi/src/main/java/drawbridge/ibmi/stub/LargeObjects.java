package drawbridge.ibmi.stub;

import java.io.IOException;
import java.sql.Blob;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Large objects of one connection, by the locators that stand for them in rows. The oldest are
 * forgotten beyond a bound, as at the end of a transaction. Not thread-safe.
 */
final class LargeObjects {
  private static final int MOST = 10_000;
  private static final int LARGEST = 64 << 20;

  /** Its bytes, and in which characters they are text; null: they aren't. */
  private static final class Large {
    final SqlColumn column;
    byte[] bytes = {};

    Large(SqlColumn column) {
      this.column = column;
    }
  }

  private final Map<Integer, Large> objects =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Large> eldest) {
          return size() > MOST;
        }
      };

  private int last = 0x100;

  /** An empty one, to be written. */
  int create(SqlColumn column) {
    objects.put(++last, new Large(column));
    return last;
  }

  /** A value of a row; a large object is kept, and its locator returned. */
  @Nullable Object fetched(ResultSet rows, int index, SqlColumn column) throws SQLException {
    byte[] bytes;
    switch (column.kind()) {
      case SqlColumn.BLOB -> {
        Blob blob = rows.getBlob(index);
        bytes = blob == null ? null : blob.getBytes(1, (int) blob.length());
      }
      case SqlColumn.CLOB -> {
        String text = rows.getString(index);
        bytes = text == null ? null : text.getBytes(column.charset());
      }
      case SqlColumn.DATE -> {
        return rows.getDate(index);
      }
      case SqlColumn.TIME -> {
        return rows.getTime(index);
      }
      case SqlColumn.TIMESTAMP -> {
        return rows.getTimestamp(index);
      }
      case SqlColumn.VARBINARY, SqlColumn.BINARY -> {
        return rows.getBytes(index);
      }
      default -> {
        return rows.getObject(index);
      }
    }
    if (bytes == null) {
      return null;
    }
    int locator = create(column);
    get(locator).bytes = bytes;
    return locator;
  }

  private Large get(int locator) throws SQLException {
    Large large = objects.get(locator);
    if (large == null) {
      throw new SQLException("no large object " + locator, "0F001", -423);
    }
    return large;
  }

  /** What a client has written, as JDBC has it. */
  Object value(int locator) throws SQLException {
    Large large = get(locator);
    return large.column.kind() == SqlColumn.CLOB
        ? new String(large.bytes, large.column.charset())
        : large.bytes;
  }

  /** A part of one: locator, how much, from where. */
  void read(Frame frame, Bytes body) throws IOException, SQLException {
    Large large = get(new Frame(frame.required(0x3818)).int4(0));
    int size = new Frame(frame.required(0x3819)).int4(0);
    int start = Math.clamp(new Frame(frame.required(0x381A)).int4(0), 0, large.bytes.length);
    int length = Math.clamp(size, 0, large.bytes.length - start);
    body.field(0x3810, new Bytes().int2(4).int4(large.bytes.length));
    body.field(
        0x380F,
        new Bytes().int2(large.column.ccsid()).int4(length).raw(large.bytes, start, length));
  }

  void write(Frame frame) throws IOException, SQLException {
    Large large = get(new Frame(frame.required(0x3818)).int4(0));
    byte[] start = frame.field(0x381A).orElse(new byte[4]);
    byte[] field = frame.required(0x381D);
    // CCSID and length stand before the bytes.
    Frame data = new Frame(field);
    int from = new Frame(start).int4(0);
    int length = Math.min(data.int4(2), field.length - 6);
    if (from < 0 || length < 0 || from + (long) length > LARGEST) {
      throw new SQLException("large object too large", "54001", -901);
    }
    byte[] grown =
        java.util.Arrays.copyOf(large.bytes, Math.max(large.bytes.length, from + length));
    System.arraycopy(field, 6, grown, from, length);
    large.bytes = grown;
  }

  void free(byte[] locator) throws IOException {
    objects.remove(new Frame(locator).int4(0));
  }
}
