package drawbridge.adapters.sql;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonGenerator;
import drawbridge.adapters.Answer;
import drawbridge.adapters.Answer.Format;
import drawbridge.adapters.Call;
import drawbridge.adapters.Column;
import drawbridge.adapters.Fault;
import drawbridge.adapters.Fault.Code;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Operation;
import drawbridge.adapters.Parameter;
import drawbridge.adapters.Restrictions;
import drawbridge.adapters.Type;
import java.io.IOException;
import java.math.BigDecimal;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Calls a stored procedure and answers one object: its out arguments and its result sets by name.
 * Thread-safe.
 */
final class ProcedureAction implements Operation.Action, SqlOperation {
  private final Engine engine;
  private final Procedure procedure;

  /**
   * What the file says.
   *
   * @param results names of the result sets, in their order
   */
  record Procedure(String id, String name, List<Argument> arguments, List<String> results) {}

  /**
   * One argument.
   *
   * @param in null: only answered
   * @param out its name in the answer; empty: only given
   * @param cursor answers rows
   */
  record Argument(@Nullable Parameter in, String out, Type type, boolean cursor) {}

  ProcedureAction(Engine engine, Procedure procedure) {
    this.engine = engine;
    this.procedure = procedure;
  }

  @Override
  public String id() {
    return procedure.id();
  }

  /** Databases tell nothing of what a procedure answers. */
  @Override
  public List<Column> describe(Connection connection) {
    return List.of();
  }

  @Override
  public void run(Call call, Answer answer) throws FaultException {
    Restrictions restrictions = call.request().restrictions();
    boolean hidden =
        procedure.arguments().stream().anyMatch(a -> restrictions.masks().containsKey(a.out()));
    if (!restrictions.filter().isEmpty() || hidden) {
      throw StatementAction.unenforced().thrown();
    }
    if (answer.format() == Format.CSV) {
      throw Fault.of(Code.NOT_ACCEPTABLE, "a procedure is answered as JSON only").thrown();
    }
    engine.run(call, answer, this::work);
  }

  private long work(Session session, Reply reply) throws FaultException, SQLException, IOException {
    String marks = "?, ".repeat(procedure.arguments().size()).replaceFirst(", $", "");
    String text = "{call " + procedure.name() + "(" + marks + ")}";
    try (CallableStatement call = session.connection().prepareCall(text)) {
      for (int i = 0; i < procedure.arguments().size(); i++) {
        prepare(session, call, i + 1, procedure.arguments().get(i));
      }
      return session.watched(
          call, (executed, query, watch) -> answer(session, call, query, watch, reply));
    }
  }

  private static void prepare(Session session, CallableStatement call, int at, Argument argument)
      throws SQLException {
    Dialect dialect = session.dialect();
    Parameter in = argument.in();
    if (in != null) {
      Object value = session.call().arguments().get(in.name());
      Binder.bind(call, at, in.type(), value, dialect);
    }
    if (!argument.out().isEmpty()) {
      call.registerOutParameter(
          at, argument.cursor() ? Types.REF_CURSOR : dialect.nullType(argument.type()));
    }
  }

  private long answer(
      Session session, CallableStatement call, boolean query, Watch watch, Reply reply)
      throws FaultException, SQLException, IOException {
    reply.status(200, "application/json");
    long most = session.call().mostRows();
    JsonGenerator json = Rows.JSON.createGenerator(reply, JsonEncoding.UTF8);
    try {
      json.writeStartObject();
      long count = 0;
      boolean rows = query;
      for (String name : procedure.results()) {
        if (!rows) {
          rows = next(call);
        }
        if (!rows) {
          throw Columns.misfit("the procedure has no result set for “" + name + "”");
        }
        json.writeFieldName(name);
        try (ResultSet set = call.getResultSet()) {
          count += rows(session, set, watch, most - count, json);
        }
        rows = false;
      }
      for (int i = 0; i < procedure.arguments().size(); i++) {
        Argument argument = procedure.arguments().get(i);
        if (argument.cursor()) {
          json.writeFieldName(argument.out());
          try (ResultSet set = (ResultSet) call.getObject(i + 1)) {
            count += rows(session, set, watch, most - count, json);
          }
        } else if (!argument.out().isEmpty()) {
          json.writeFieldName(argument.out());
          value(json, argument.type(), call.getObject(i + 1));
        }
      }
      json.writeEndObject();
      json.flush();
      return count;
    } catch (SQLException | FaultException | IOException | RuntimeException e) {
      reply.shut();
      throw e;
    } finally {
      json.close();
    }
  }

  /** The next result that is a set of rows; false: there is none. */
  private static boolean next(PreparedStatement call) throws SQLException {
    while (!call.getMoreResults()) {
      if (call.getUpdateCount() == -1) {
        return false;
      }
    }
    return true;
  }

  private static long rows(
      Session session, @Nullable ResultSet set, Watch watch, long most, JsonGenerator json)
      throws FaultException, SQLException, IOException {
    json.writeStartArray();
    long count = 0;
    if (set != null) {
      Columns columns =
          Columns.of(set.getMetaData(), session.dialect(), Map.of(), Integer.MAX_VALUE)
              .masked(Masks.of(session.call().request()));
      while (set.next()) {
        watch.check();
        if (++count > most) {
          throw Fault.of(Code.TOO_LARGE, "the result has more rows than allowed").thrown();
        }
        columns.writeRow(set, json, new JsonSink(json));
      }
    }
    json.writeEndArray();
    return count;
  }

  private static void value(JsonGenerator json, Type type, @Nullable Object value)
      throws IOException {
    switch (value) {
      case null -> json.writeNull();
      case Boolean flag -> json.writeBoolean(flag);
      case BigDecimal number -> json.writeString(number.toPlainString());
      case Long number -> {
        if (type == Type.INTEGER) {
          json.writeNumber(number);
        } else {
          json.writeString(number.toString());
        }
      }
      case Integer number -> json.writeNumber(number);
      case Short number -> json.writeNumber(number);
      case Float number -> json.writeNumber(number);
      case Double number -> json.writeNumber(number);
      case byte[] bytes -> json.writeBinary(bytes);
      case Date date -> json.writeString(IsoText.of(date.toLocalDate()));
      case Time time -> json.writeString(IsoText.of(time.toLocalTime()));
      case Timestamp time -> json.writeString(IsoText.of(time.toLocalDateTime()));
      case LocalDate date -> json.writeString(IsoText.of(date));
      case LocalTime time -> json.writeString(IsoText.of(time));
      case LocalDateTime time -> json.writeString(IsoText.of(time));
      case OffsetDateTime time -> json.writeString(IsoText.of(time));
      default -> json.writeString(value.toString());
    }
  }
}
