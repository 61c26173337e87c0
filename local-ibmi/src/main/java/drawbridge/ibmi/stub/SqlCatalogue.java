package drawbridge.ibmi.stub;

import drawbridge.ibmi.stub.SqlProcedure.Declared;
import drawbridge.ibmi.stub.SqlProcedure.Parameter;
import drawbridge.ibmi.stub.SqlProcedure.Way;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The procedures of SYSIBM that JDBC drivers ask for tables, columns and keys. */
final class SqlCatalogue {
  private SqlCatalogue() {}

  static void register(Map<String, Declared> procedures) {
    procedures.put("SYSIBM.SQLTABLES", declared(5, SqlCatalogue::tables));
    procedures.put(
        "SYSIBM.SQLCOLUMNS",
        declared(
            5,
            (database, v) ->
                database.getMetaData().getColumns(null, text(v[1]), text(v[2]), text(v[3]))));
    procedures.put(
        "SYSIBM.SQLPRIMARYKEYS",
        declared(
            4,
            (database, v) -> database.getMetaData().getPrimaryKeys(null, text(v[1]), text(v[2]))));
    procedures.put(
        "SYSIBM.SQLSTATISTICS",
        declared(
            6,
            (database, v) ->
                database.getMetaData().getIndexInfo(null, text(v[1]), text(v[2]), false, true)));
    procedures.put(
        "SYSIBM.SQLPROCEDURES",
        declared(
            4,
            (database, v) -> database.getMetaData().getProcedures(null, text(v[1]), text(v[2]))));
    procedures.put(
        "SYSIBM.SQLGETTYPEINFO",
        declared(2, (database, v) -> database.getMetaData().getTypeInfo()));
  }

  private static Declared declared(int parameters, SqlProcedure body) {
    return new Declared(
        Collections.nCopies(parameters, new Parameter(Way.IN, Types.VARCHAR, 4000, 0)), body);
  }

  private static @Nullable String text(@Nullable Object value) {
    return value == null ? null : value.toString();
  }

  /** The last parameter holds options, of which these make it list something else. */
  private static ResultSet tables(Connection database, @Nullable Object[] v) throws SQLException {
    DatabaseMetaData data = database.getMetaData();
    String options = v[4] == null ? "" : v[4].toString();
    if (options.contains("GETSCHEMAS=1") || options.contains("GETSCHEMAS=2")) {
      return data.getSchemas();
    }
    if (options.contains("GETCATALOGS=1")) {
      return data.getCatalogs();
    }
    if (options.contains("GETTABLETYPES=1")) {
      return data.getTableTypes();
    }
    String types = text(v[3]);
    String[] wanted =
        types == null || types.isBlank() || types.equals("%")
            ? null
            : List.of(types.replace("'", "").split(",", -1)).stream()
                .map(type -> type.strip().equals("TABLE") ? "BASE TABLE" : type.strip())
                .toArray(String[]::new);
    return data.getTables(null, text(v[1]), text(v[2]), wanted);
  }
}
