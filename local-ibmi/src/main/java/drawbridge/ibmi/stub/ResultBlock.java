package drawbridge.ibmi.stub;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows as one answer carries them, in both forms; {@code packed} only where it saves something, as
 * a real system does.
 *
 * @param count of rows
 * @param end there are no more
 */
record ResultBlock(
    int count, boolean end, Bytes head, Bytes plain, @Nullable Bytes packed, Bytes offsets) {
  private static final int MOST_BYTES = 8 << 20;

  Bytes bytes() {
    return packed == null
        ? head.raw(plain)
        : head.int4(8 + packed.size()).int4(1).raw(packed).raw(offsets);
  }

  /** As many rows as the block takes, or as many as were asked for; at the end it closes them. */
  static ResultBlock read(Frame frame, SqlStatement statement, LargeObjects objects)
      throws IOException, SQLException {
    List<SqlColumn> columns = statement.columns();
    ResultSet rows = statement.rows();
    if (columns == null || rows == null) {
      throw new SQLException("there is no cursor", "24501", -501);
    }
    boolean varying = varying(frame, columns);
    int width = columns.stream().mapToInt(SqlColumn::length).sum();
    byte[] size = frame.field(0x3834).orElse(null);
    byte[] wanted = frame.field(0x380C).orElse(null);
    int buffer = size == null ? 32_768 : new Frame(size).int4(0);
    int most =
        wanted != null && wanted.length >= 4
            ? Math.max(1, new Frame(wanted).int4(0))
            : Math.max(1, varying ? 1 << 15 : buffer / Math.max(1, width + 2 * columns.size()));
    Bytes indicators = new Bytes();
    Bytes plain = new Bytes();
    Bytes packed = new Bytes();
    Bytes offsets = new Bytes();
    int count = 0;
    boolean end = false;
    while (count < most && packed.size() < buffer && plain.size() < MOST_BYTES) {
      if (!rows.next()) {
        end = true;
        break;
      }
      count++;
      offsets.int4(8 + packed.size());
      for (int i = 0; i < columns.size(); i++) {
        SqlColumn column = columns.get(i);
        Object value = objects.fetched(rows, i + 1, column);
        indicators.int2(value == null ? 0xFFFF : 0);
        column.write(plain, value, false);
        column.write(packed, value, true);
      }
    }
    if (end) {
      statement.closeRows();
    }
    boolean smaller = varying && packed.size() + offsets.size() + 8 < plain.size();
    Bytes head = head(count, columns.size(), width).raw(indicators);
    return new ResultBlock(count, end, head, plain, smaller ? packed : null, offsets);
  }

  /** All parameters as one row; those that only go in are zeros. */
  static Bytes outputs(SqlStatement statement) {
    List<SqlColumn> markers = statement.markers();
    @Nullable Object[] values = statement.values();
    Bytes indicators = new Bytes();
    Bytes data = new Bytes();
    for (int i = 0; i < markers.size(); i++) {
      SqlColumn marker = markers.get(i);
      boolean out = marker.usage() != SqlColumn.INPUT;
      Object value = out ? values[i] : null;
      indicators.int2(value == null ? 0xFFFF : 0);
      marker.write(data, value, false);
    }
    int width = markers.stream().mapToInt(SqlColumn::length).sum();
    return head(1, markers.size(), width).raw(indicators).raw(data);
  }

  private static Bytes head(int rows, int columns, int width) {
    return new Bytes().int4(1).int4(rows).int2(columns).int2(2).int4(0).int4(width);
  }

  private static boolean varying(Frame frame, List<SqlColumn> columns) throws IOException {
    byte[] flag = frame.field(0x3830).orElse(new byte[0]);
    return flag.length == 1
        && flag[0] == (byte) 0xE8
        && columns.stream().anyMatch(SqlColumn::varies);
  }
}
