package drawbridge.adapters.sql;

import drawbridge.adapters.Outline;
import drawbridge.adapters.Parameter;
import drawbridge.settings.Section;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the keys that an operation on SQL has beside the common ones; docs/sql.md lists them. */
final class StatementReader {
  /** Verbs that are no query in any database; whatever else a get says, its connection decides. */
  private static final Set<String> CHANGES =
      Set.of(
          "insert",
          "update",
          "delete",
          "merge",
          "truncate",
          "create",
          "drop",
          "alter",
          "grant",
          "revoke",
          "copy",
          "call",
          "do",
          "set",
          "begin",
          "start",
          "commit",
          "rollback",
          "vacuum");

  /** The bridge begins and ends transactions itself. */
  private static final Set<String> TRANSACTIONS =
      Set.of("begin", "start", "commit", "rollback", "savepoint", "release", "abort", "end");

  private StatementReader() {}

  static SqlAction.Statement read(Section section, Outline outline, Dialect dialect) {
    NamedSql sql = sql(section, dialect);
    boolean reads = outline.method().equals("GET");
    if (reads && CHANGES.contains(sql.verb())) {
      throw section.wrong(
          "sql", "a get only reads, and this is no query", "use post, put, patch or delete");
    }
    if (TRANSACTIONS.contains(sql.verb())) {
      throw section.wrong(
          "sql", "the bridge begins and ends transactions itself", "write the statement alone");
    }
    List<Parameter> binds = binds(section, sql, outline.parameters());
    Map<String, Form> forms = new HashMap<>();
    section
        .named("columns")
        .forEach(
            (name, column) -> {
              column.text("as");
              forms.put(name, column.choice("as", Form.class, Form.DECLARED));
              column.done();
            });
    return new SqlAction.Statement(
        outline.id(),
        sql.text(),
        binds,
        reads,
        section.flag("safe", reads),
        section.flag("single", false),
        Map.copyOf(forms));
  }

  private static NamedSql sql(Section section, Dialect dialect) {
    String text = section.text("sql");
    try {
      NamedSql sql = NamedSql.parse(text, dialect);
      if (sql.verb().isEmpty()) {
        throw section.wrong("sql", "there is no statement", "write one");
      }
      return sql;
    } catch (NamedSql.Malformed e) {
      throw section.wrong("sql", String.valueOf(e.getMessage()), e.fix());
    }
  }

  private static List<Parameter> binds(Section section, NamedSql sql, List<Parameter> parameters) {
    List<Parameter> binds = new ArrayList<>();
    for (String name : sql.names()) {
      Optional<Parameter> parameter =
          parameters.stream().filter(p -> p.name().equals(name)).findFirst();
      binds.add(
          parameter.orElseThrow(
              () ->
                  section.wrong(
                      "sql",
                      ":" + name + " is not declared",
                      "add “" + name + ": { type: … }” to the parameters")));
    }
    for (Parameter parameter : parameters) {
      if (!binds.contains(parameter)) {
        throw section.wrong(
            "parameters",
            "“" + parameter.name() + "” is not used",
            "write :" + parameter.name() + " in the sql, or remove it");
      }
    }
    return List.copyOf(binds);
  }
}
