package drawbridge.adapters.sql;

import drawbridge.adapters.Answer.Format;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.sql.Sql.Bound;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Answers an ordered list: page by page in JSON; whole in the formats of streams, which have no
 * place for a {@code nextLink}. Used once.
 */
record Listing(Session session, Reply reply, Paging paging, Keyset keyset) {
  /** How the rows that came are written. */
  interface Written {
    Columns of(ResultSet rows) throws SQLException, FaultException;
  }

  /** Where the keys stand among the columns, from 1. */
  interface Keys {
    List<Integer> of(Columns columns);
  }

  /**
   * Runs the query.
   *
   * @param sql ends with a condition and has no order
   * @param total all rows of the list; negative: nobody asked
   */
  long answer(Sql sql, long total, Written written, Keys keys)
      throws FaultException, SQLException, IOException {
    Position from = paging.from();
    if (from != null && !from.keys().isEmpty()) {
      sql.add(" and ");
      keyset.after(sql, from.keys());
    }
    sql.add(" order by ").add(keyset.order());
    boolean pages = reply.format() == Format.JSON;
    long most = session.call().mostRows();
    long left = paging.left() < 0 ? Long.MAX_VALUE : paging.left();
    // One more than a page tells whether there is another; one more than allowed, that it is.
    long limit = pages ? paging.size() + (paging.last() ? 0 : 1) : Math.min(left, most + 1);
    sql.add(session.dialect().limit(paging.skipped(), limit));
    return session.run(
        sql,
        0,
        (prepared, query, watch) -> {
          Rows.list(reply);
          Rows out = new Rows(session, reply, watch);
          try (ResultSet rows = prepared.getResultSet()) {
            Columns columns = written.of(rows);
            return pages
                ? out.page(rows, columns, page(total, columns, keys.of(columns)))
                : out.list(rows, columns, Math.min(left, most));
          }
        });
  }

  private Rows.Page page(long total, Columns columns, List<Integer> keys) {
    return new Rows.Page() {
      @Override
      public long size() {
        return paging.size();
      }

      @Override
      public long total() {
        return total;
      }

      @Override
      public String next(ResultSet last) throws SQLException, FaultException {
        return paging.last() ? "" : paging.next(values(last, columns, keys));
      }
    };
  }

  static List<Bound> values(ResultSet row, Columns columns, List<Integer> keys)
      throws SQLException {
    List<Bound> values = new ArrayList<>();
    for (int key : keys) {
      values.add(Position.read(row, key, columns.schema(key).type(), columns.shape(key)));
    }
    return values;
  }
}
