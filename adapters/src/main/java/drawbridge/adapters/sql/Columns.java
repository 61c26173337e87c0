package drawbridge.adapters.sql;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import drawbridge.adapters.Answer;
import drawbridge.adapters.Column;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * How the rows of one statement are written, worked out once and kept while the statement's columns
 * stay the same; immutable.
 */
final class Columns {
  private final List<Shape> shapes;
  private final SerializedString[] names;
  private final ColumnWriter[] writers;

  /** What decides how a column is written. */
  private record Shape(String label, int jdbcType, String typeName, int precision, int scale) {

    static Shape of(ResultSetMetaData from, int column) throws SQLException {
      return new Shape(
          from.getColumnLabel(column),
          from.getColumnType(column),
          from.getColumnTypeName(column),
          from.getPrecision(column),
          from.getScale(column));
    }

    /** Asks no more than must be: on PostgreSQL a type's name can cost a statement of its own. */
    boolean fits(ResultSetMetaData other, int column) throws SQLException {
      if (!other.getColumnLabel(column).equals(label) || other.getColumnType(column) != jdbcType) {
        return false;
      }
      return switch (jdbcType) {
        case Types.INTEGER, Types.SMALLINT, Types.BIGINT, Types.VARCHAR, Types.CHAR, Types.DATE ->
            true;
        case Types.NUMERIC, Types.DECIMAL ->
            other.getPrecision(column) == precision && other.getScale(column) == scale;
        default -> other.getColumnTypeName(column).equals(typeName);
      };
    }
  }

  private Columns(List<Shape> shapes, ColumnWriter[] writers) {
    this.shapes = shapes;
    this.names =
        shapes.stream().map(s -> new SerializedString(s.label())).toArray(SerializedString[]::new);
    this.writers = writers;
  }

  /**
   * @param forms what the API file says of columns, by name
   * @throws FaultException where columns can't be one JSON object as the file wants it
   */
  static Columns of(ResultSetMetaData from, Dialect dialect, Map<String, Form> forms)
      throws SQLException, FaultException {
    List<Shape> shapes = new ArrayList<>();
    Set<String> labels = new HashSet<>();
    ColumnWriter[] writers = new ColumnWriter[from.getColumnCount()];
    for (int i = 1; i <= writers.length; i++) {
      Shape shape = Shape.of(from, i);
      shapes.add(shape);
      if (!labels.add(shape.label())) {
        throw misfit(
            "two columns are called “" + shape.label() + "”: give one another name (as …)");
      }
      Form form = forms.getOrDefault(shape.label(), Form.DECLARED);
      ColumnWriter writer =
          ColumnWriter.of(
              shape.jdbcType(), shape.typeName(), shape.precision(), shape.scale(), dialect, form);
      if (form != Form.DECLARED && !writer.numeric()) {
        throw misfit("the column “" + shape.label() + "” is no number, so “as” does not apply");
      }
      writers[i - 1] = writer;
    }
    for (String name : forms.keySet()) {
      if (!labels.contains(name)) {
        throw misfit("the statement has no column “" + name + "”, which the file names");
      }
    }
    return new Columns(shapes, writers);
  }

  private static FaultException misfit(String why) {
    return Fault.of(
            Fault.Code.SOURCE_ERROR,
            "the operation's file does not fit the source",
            new IllegalStateException(why))
        .thrown();
  }

  boolean fits(ResultSetMetaData other) throws SQLException {
    if (other.getColumnCount() != writers.length) {
      return false;
    }
    for (int i = 0; i < writers.length; i++) {
      if (!shapes.get(i).fits(other, i + 1)) {
        return false;
      }
    }
    return true;
  }

  void writeRow(ResultSet rows, JsonGenerator json) throws SQLException, IOException {
    json.writeStartObject();
    for (int i = 0; i < writers.length; i++) {
      json.writeFieldName(names[i]);
      writers[i].write(rows, i + 1, json);
    }
    json.writeEndObject();
  }

  /** Tells the audit log the keys of the row that was written. */
  void keys(ResultSet rows, Answer answer) throws SQLException {
    for (String wanted : answer.keyColumns()) {
      for (int i = 0; i < writers.length; i++) {
        if (shapes.get(i).label().equalsIgnoreCase(wanted)) {
          answer.key(wanted, Objects.toString(rows.getString(i + 1), ""));
        }
      }
    }
  }

  /** For the catalogue. */
  List<Column> catalogue(ResultSetMetaData from) throws SQLException {
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < writers.length; i++) {
      boolean nullable = from.isNullable(i + 1) != ResultSetMetaData.columnNoNulls;
      columns.add(new Column(shapes.get(i).label(), writers[i].type(), nullable));
    }
    return columns;
  }
}
