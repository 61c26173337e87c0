package drawbridge.adapters.sql;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import drawbridge.adapters.Answer;
import drawbridge.adapters.Column;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Schema;
import drawbridge.adapters.Type;
import drawbridge.adapters.Visibility;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
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
  private final ColumnWriter.Step[] steps;
  private final Schema[] schemas;
  private final boolean heavy;

  /** What decides how a column is written. */
  record Shape(
      String label, int jdbcType, String typeName, int precision, int scale, boolean nullable) {

    static Shape of(ResultSetMetaData from, int column) throws SQLException {
      return new Shape(
          from.getColumnLabel(column),
          from.getColumnType(column),
          from.getColumnTypeName(column),
          from.getPrecision(column),
          from.getScale(column),
          from.isNullable(column) != ResultSetMetaData.columnNoNulls);
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

  /** What the API file says of a column of the answer. */
  record Told(Form form, String title, String description, Visibility visibility) {
    static final Told NOTHING = new Told(Form.DECLARED, "", "", Visibility.NORMAL);
  }

  private Columns(List<Shape> shapes, ColumnWriter.Step[] steps, Schema[] schemas) {
    this.shapes = shapes;
    this.names =
        shapes.stream()
            .limit(steps.length)
            .map(s -> new SerializedString(s.label()))
            .toArray(SerializedString[]::new);
    this.steps = steps;
    this.schemas = schemas;
    this.heavy = Arrays.stream(schemas).anyMatch(schema -> schema.type() == Type.BYTES);
  }

  /**
   * @param told what the API file says of columns, by name
   * @param visible the columns that are written; further ones are read only
   * @throws FaultException where columns can't be one JSON object as the file wants it
   */
  static Columns of(ResultSetMetaData from, Dialect dialect, Map<String, Told> told, int visible)
      throws SQLException, FaultException {
    List<Shape> shapes = new ArrayList<>();
    Set<String> labels = new HashSet<>();
    int count = from.getColumnCount();
    ColumnWriter.Step[] steps = new ColumnWriter.Step[Math.min(visible, count)];
    Schema[] schemas = new Schema[count];
    for (int i = 1; i <= count; i++) {
      Shape shape = Shape.of(from, i);
      shapes.add(shape);
      Form form = told.getOrDefault(shape.label(), Told.NOTHING).form();
      ColumnWriter writer =
          ColumnWriter.of(
              shape.jdbcType(), shape.typeName(), shape.precision(), shape.scale(), dialect, form);
      schemas[i - 1] = writer.schema().nullable(shape.nullable());
      if (i <= steps.length) {
        if (!labels.add(shape.label())) {
          throw misfit(
              "two columns are called “" + shape.label() + "”: give one another name (as …)");
        }
        if (form != Form.DECLARED && !writer.numeric()) {
          throw misfit("the column “" + shape.label() + "” is no number, so “as” does not apply");
        }
        steps[i - 1] = writer.step();
      }
    }
    for (String name : told.keySet()) {
      if (!labels.contains(name)) {
        throw misfit("the statement has no column “" + name + "”, which the file names");
      }
    }
    return new Columns(shapes, steps, schemas);
  }

  static FaultException misfit(String why) {
    return Fault.of(
            Fault.Code.SOURCE_ERROR,
            "the operation's file does not fit the source",
            new IllegalStateException(why))
        .thrown();
  }

  boolean fits(ResultSetMetaData other) throws SQLException {
    if (other.getColumnCount() != shapes.size()) {
      return false;
    }
    for (int i = 0; i < shapes.size(); i++) {
      if (!shapes.get(i).fits(other, i + 1)) {
        return false;
      }
    }
    return true;
  }

  /** A row may be of megabytes: it has bytes. */
  boolean heavy() {
    return heavy;
  }

  /** The same, as the caller may see it. */
  Columns masked(Masks masks) {
    if (masks.none() || names().stream().noneMatch(masks::masked)) {
      return this;
    }
    ColumnWriter.Step[] left = new ColumnWriter.Step[steps.length];
    for (int i = 0; i < left.length; i++) {
      left[i] = masks.step(shapes.get(i).label(), steps[i]);
    }
    return new Columns(shapes, left, schemas);
  }

  List<String> names() {
    return shapes.stream().limit(steps.length).map(Shape::label).toList();
  }

  /** From 1; 0: there is no such column. */
  int find(String label) {
    for (int i = 0; i < shapes.size(); i++) {
      if (shapes.get(i).label().equals(label)) {
        return i + 1;
      }
    }
    return 0;
  }

  /**
   * @param column from 1
   */
  Shape shape(int column) {
    return shapes.get(column - 1);
  }

  /**
   * @param column from 1
   */
  Schema schema(int column) {
    return schemas[column - 1];
  }

  void writeRow(ResultSet rows, JsonGenerator json, Sink sink) throws SQLException, IOException {
    json.writeStartObject();
    for (int i = 0; i < steps.length; i++) {
      json.writeFieldName(names[i]);
      steps[i].write(rows, i + 1, sink);
    }
    json.writeEndObject();
  }

  /** Tells the audit log the keys of the row that was written. */
  void keys(ResultSet rows, Answer answer) throws SQLException {
    for (String wanted : answer.keyColumns()) {
      for (int i = 0; i < steps.length; i++) {
        if (shapes.get(i).label().equalsIgnoreCase(wanted)) {
          answer.key(wanted, Objects.toString(rows.getString(i + 1), ""));
        }
      }
    }
  }

  void writeFields(ResultSet rows, Sink sink) throws SQLException, IOException {
    for (int i = 0; i < steps.length; i++) {
      steps[i].write(rows, i + 1, sink);
    }
  }

  /**
   * For the catalogue.
   *
   * @param comments of the database, by column from 1
   */
  List<Column> catalogue(Map<String, Told> told, Map<Integer, String> comments) {
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < steps.length; i++) {
      String name = shapes.get(i).label();
      Told said = told.getOrDefault(name, Told.NOTHING);
      String description =
          said.description().isEmpty() ? comments.getOrDefault(i + 1, "") : said.description();
      columns.add(
          new Column(name, schemas[i], said.title(), description, said.visibility(), false));
    }
    return columns;
  }
}
