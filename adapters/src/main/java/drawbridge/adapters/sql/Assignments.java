package drawbridge.adapters.sql;

import drawbridge.adapters.sql.NamedSql.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The columns that parameters of a statement go into just as they are given, read off {@code insert
 * into … (…) values (…)}, the same with {@code select}, and {@code update … set …}. What is written
 * in another way is passed over, and so is a parameter in an expression: what that makes of it is
 * the author's to say.
 */
final class Assignments {
  /** What ends the list of a {@code set}. */
  private static final Set<String> ENDS =
      Set.of("where", "from", "returning", "output", "order", "limit", "option", "with");

  private final List<Token> tokens;
  private final List<Place> places = new ArrayList<>();
  private int at;

  /**
   * Where a parameter goes.
   *
   * @param table as the statement names it
   * @param column as the statement names it
   */
  record Place(String parameter, String table, String column) {}

  private Assignments(List<Token> tokens) {
    this.tokens = tokens;
  }

  /** In the statement's order; a parameter may go into several columns. */
  static List<Place> of(NamedSql sql, Dialect dialect) {
    Assignments reading = new Assignments(sql.tokens());
    switch (sql.verb()) {
      case "insert" -> reading.insert();
      case "update" -> {
        // There the table may be the alias of another one that stands behind.
        if (dialect != Dialect.SQLSERVER || sql.tokens().stream().noneMatch(t -> t.is("from"))) {
          reading.update();
        }
      }
      default -> {}
    }
    return List.copyOf(reading.places);
  }

  private boolean next(String word) {
    if (at < tokens.size() && tokens.get(at).is(word)) {
      at++;
      return true;
    }
    return false;
  }

  private void insert() {
    at = 1;
    next("into");
    String table = table();
    if (!table.isEmpty() && next("as")) {
      at++;
    }
    List<String> columns = new ArrayList<>();
    if (table.isEmpty() || !next("(")) {
      return;
    }
    do {
      columns.add(name());
    } while (next(","));
    if (columns.contains("") || !next(")")) {
      return;
    }
    if (next("overriding")) {
      at += 2;
    }
    if (next("select")) {
      for (String column : columns) {
        int begin = at;
        value();
        keep(begin, at, table, column);
        next(",");
      }
    } else if (next("values")) {
      do {
        if (!row(table, columns)) {
          return;
        }
      } while (next(","));
    }
    conflict(table);
  }

  /** One row of values; false: it is none. */
  private boolean row(String table, List<String> columns) {
    if (!next("(")) {
      return false;
    }
    for (int i = 0; i < columns.size(); i++) {
      int begin = at;
      value();
      keep(begin, at, table, columns.get(i));
      if (!next(i == columns.size() - 1 ? ")" : ",")) {
        return false;
      }
    }
    return true;
  }

  /** {@code on conflict … do update set}, {@code on duplicate key update}. */
  private void conflict(String table) {
    while (at < tokens.size()) {
      if (next("update")) {
        next("set");
        set(table);
        return;
      }
      at++;
    }
  }

  private void update() {
    at = 1;
    next("only");
    String table = table();
    if (table.isEmpty()) {
      return;
    }
    if (!next("set")) {
      next("as");
      // Its alias.
      if (name().isEmpty() || !next("set")) {
        return;
      }
    }
    set(table);
  }

  private void set(String table) {
    do {
      String column = name();
      while (next(".")) {
        // The table's alias stood in front.
        column = name();
      }
      if (column.isEmpty() || !next("=")) {
        return;
      }
      int begin = at;
      value();
      keep(begin, at, table, column);
    } while (next(","));
  }

  /** Passes over an expression. */
  private void value() {
    int depth = 0;
    while (at < tokens.size()) {
      Token token = tokens.get(at);
      if (depth == 0 && (token.is(",") || token.is(")") || ENDS.stream().anyMatch(token::is))) {
        return;
      }
      depth += token.is("(") ? 1 : token.is(")") ? -1 : 0;
      at++;
    }
  }

  /** A parameter alone, or one that {@code coalesce} takes as it is. */
  private void keep(int begin, int end, String table, String column) {
    Token first = tokens.get(Math.min(begin, tokens.size() - 1));
    if (end - begin == 1 && first.kind() == Token.Kind.PARAMETER) {
      places.add(new Place(first.text(), table, column));
    } else if (end - begin > 3
        && first.is("coalesce")
        && tokens.get(begin + 1).is("(")
        && closes(begin + 1) == end - 1) {
      int after = at;
      at = begin + 2;
      while (at < end) {
        int one = at;
        value();
        keep(one, at, table, column);
        at++;
      }
      at = after;
    }
  }

  /** Of the bracket that is opened here. */
  private int closes(int opened) {
    int depth = 0;
    for (int i = opened; i < tokens.size(); i++) {
      depth += tokens.get(i).is("(") ? 1 : tokens.get(i).is(")") ? -1 : 0;
      if (depth == 0) {
        return i;
      }
    }
    return -1;
  }

  /** With its schema; empty: no name stands here. */
  private String table() {
    StringBuilder table = new StringBuilder(name());
    while (table.length() > 0 && at < tokens.size() && (next(".") || next("/"))) {
      table.append(tokens.get(at - 1).text()).append(name());
    }
    return table.toString();
  }

  /** Of a column or a table; empty: none stands here. */
  private String name() {
    if (at >= tokens.size()) {
      return "";
    }
    Token token = tokens.get(at);
    if (token.kind() != Token.Kind.WORD && token.kind() != Token.Kind.QUOTED_NAME) {
      return "";
    }
    at++;
    return token.text();
  }
}
