package drawbridge.adapters.sql;

import static java.nio.charset.StandardCharsets.UTF_8;

import drawbridge.adapters.Call;
import drawbridge.adapters.Fault;
import drawbridge.adapters.Fault.Code;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Type;
import drawbridge.adapters.sql.Resource.Col;
import drawbridge.adapters.sql.Sql.Bound;
import java.io.IOException;
import java.math.BigDecimal;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The key with which a caller says that a creation is the same as before: kept in the transaction
 * of the new row, so that both or none are there. Used by one call.
 */
final class Requests {
  private static final int LONGEST = 200;

  private final Resource resource;
  private final Resource.Idempotency kept;
  private final String operation;
  private final Call call;
  private final String key;

  private Requests(
      Resource resource, Resource.Idempotency kept, String operation, Call call, String key) {
    this.resource = resource;
    this.kept = kept;
    this.operation = operation;
    this.call = call;
    this.key = key;
  }

  /** Empty: the caller gave no key. */
  static Optional<Requests> of(Resource resource, String operation, Call call)
      throws FaultException {
    String key = call.request().headers().get("idempotency-key");
    if (key == null) {
      return Optional.empty();
    }
    if (resource.idempotency() == null) {
      throw Fault.argument("Idempotency-Key", "This operation keeps no keys.").thrown();
    }
    if (key.isEmpty() || key.length() > LONGEST || !key.matches("[\\x20-\\x7e]+")) {
      throw Fault.argument("Idempotency-Key", "A key has 1 to " + LONGEST + " plain characters.")
          .thrown();
    }
    return Optional.of(new Requests(resource, resource.idempotency(), operation, call, key));
  }

  /** Fails where the table is not as docs/sql.md makes it. */
  static String probe(String table) {
    return "select operation, caller, request_key, body_hash, answer_key from "
        + table
        + " where 1 = 0";
  }

  /** Adds the key to the new row where it is kept there. */
  void column(StringBuilder names, Sql values) {
    if (!kept.column().isEmpty()) {
      names.append(", ").append(kept.column());
      values.add(", ").value(Type.STRING, key);
    }
  }

  /** Keeps the key beside the new row. */
  void keep(Session session, List<Bound> rowKey) throws FaultException, SQLException, IOException {
    if (kept.table().isEmpty()) {
      return;
    }
    String answer = Base64.getEncoder().encodeToString(new Position("row", -1, rowKey).bytes());
    Sql sql =
        new Sql()
            .add(
                "insert into "
                    + kept.table()
                    + " (operation, caller, request_key, body_hash, answer_key) values (");
    sql.value(Type.STRING, operation).add(", ").value(Type.STRING, caller()).add(", ");
    sql.value(Type.STRING, key).add(", ").value(Type.STRING, body()).add(", ");
    session.update(sql.value(Type.STRING, answer).add(")"));
  }

  /**
   * The row that an earlier call with this key made; empty: there was none.
   *
   * @throws FaultException UNPROCESSABLE where that call had another body
   */
  Optional<List<Bound>> before(Session session, List<Col> given)
      throws FaultException, SQLException, IOException {
    return kept.table().isEmpty() ? inRow(session, given) : inTable(session);
  }

  private Optional<List<Bound>> inTable(Session session)
      throws FaultException, SQLException, IOException {
    Sql sql =
        new Sql().add("select body_hash, answer_key from " + kept.table() + " where operation = ");
    sql.value(Type.STRING, operation).add(" and caller = ").value(Type.STRING, caller());
    sql.add(" and request_key = ").value(Type.STRING, key);
    return session.run(
        sql,
        1,
        (prepared, query, watch) -> {
          try (ResultSet rows = prepared.getResultSet()) {
            if (!rows.next()) {
              return Optional.empty();
            }
            if (!rows.getString(1).strip().equals(body())) {
              throw another();
            }
            byte[] bytes = Base64.getDecoder().decode(rows.getString(2).strip());
            return Optional.of(Position.of(bytes).keys());
          }
        });
  }

  private Optional<List<Bound>> inRow(Session session, List<Col> given)
      throws FaultException, SQLException, IOException {
    Sql there = new Sql().add("select count(*) from " + resource.table() + " where ");
    there.add(kept.column() + " = ").value(Type.STRING, key);
    if (session.number(there) == 0) {
      return Optional.empty();
    }
    // Compared by the database, which knows that 1.50 is 1.5.
    StringBuilder keys = new StringBuilder();
    resource.keys().forEach(k -> keys.append(keys.isEmpty() ? "" : ", ").append(k.sql()));
    Sql same = new Sql().add("select " + keys + " from " + resource.table() + " where ");
    same.add(kept.column() + " = ").value(Type.STRING, key);
    for (Col column : given) {
      Object value = call.arguments().get(column.name());
      if (!column.sortable()) {
        continue;
      }
      same.add(" and " + column.sql());
      if (value == null) {
        same.add(" is null");
      } else {
        same.add(" = ").value(column.schema().type(), value);
      }
    }
    return session.run(
        same,
        1,
        (prepared, query, watch) -> {
          try (ResultSet row = prepared.getResultSet()) {
            if (!row.next()) {
              throw another();
            }
            List<Bound> found = new ArrayList<>();
            for (int i = 0; i < resource.keys().size(); i++) {
              found.add(
                  Position.read(
                      row,
                      i + 1,
                      resource.keys().get(i).schema().type(),
                      Columns.Shape.of(row.getMetaData(), i + 1)));
            }
            return Optional.of(found);
          }
        });
  }

  private static FaultException another() {
    return Fault.of(Code.UNPROCESSABLE, "this idempotency key came with another body before")
        .thrown();
  }

  private String caller() {
    return hash(new TreeMap<>(call.request().caller()));
  }

  private String body() {
    return hash(new TreeMap<>(call.arguments()));
  }

  private static String hash(Map<String, ?> values) {
    StringBuilder text = new StringBuilder();
    values.forEach(
        (name, value) -> {
          String written =
              switch (value) {
                case null -> "!";
                case BigDecimal number -> number.stripTrailingZeros().toPlainString();
                case byte[] bytes -> HexFormat.of().formatHex(bytes);
                default -> value.toString();
              };
          text.append(name).append('=').append(written.length()).append(':').append(written);
        });
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(text.toString().getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
