package drawbridge.adapters.sql;

import drawbridge.adapters.Outline;
import drawbridge.adapters.Parameter;
import drawbridge.adapters.Traits;
import drawbridge.adapters.Type;
import drawbridge.adapters.Visibility;
import drawbridge.adapters.sql.StatementAction.Content;
import drawbridge.adapters.sql.StatementAction.Ordered;
import drawbridge.adapters.sql.StatementAction.Pages;
import drawbridge.adapters.sql.StatementAction.Step;
import drawbridge.settings.Section;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

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

  /** Nothing that a browser would take for a page or a script of ours. */
  private static final Pattern MEDIA =
      Pattern.compile("(?!.*(html|xml|svg|script))[a-z]+/[a-z0-9][a-z0-9.+-]{0,80}");

  /** Rows of a page that does not say. */
  static final int PAGE = 100;

  static final int MOST_PAGE = 10_000;

  /** As files name them. */
  enum Isolation {
    DEFAULT(Connection.TRANSACTION_NONE),
    READ_COMMITTED(Connection.TRANSACTION_READ_COMMITTED),
    REPEATABLE_READ(Connection.TRANSACTION_REPEATABLE_READ),
    SERIALIZABLE(Connection.TRANSACTION_SERIALIZABLE);

    final int level;

    Isolation(int level) {
      this.level = level;
    }
  }

  private final Section section;
  private final Outline outline;
  private final Dialect dialect;
  private final boolean reads;

  private StatementReader(Section section, Outline outline, Dialect dialect) {
    this.section = section;
    this.outline = outline;
    this.dialect = dialect;
    this.reads = outline.method().equals("GET");
  }

  /**
   * What was read.
   *
   * @param outline with the options that pages bring
   */
  record Read(StatementAction.Plan plan, Outline outline, boolean safe, int isolation) {}

  static Read read(Section section, Outline outline, Dialect dialect) {
    return new StatementReader(section, outline, dialect).read();
  }

  private Read read() {
    List<Step> steps = steps();
    checkUsed(steps);
    boolean single = section.flag("single", false);
    Map<String, Columns.Told> told = new HashMap<>();
    section.named("columns").forEach((name, column) -> told.put(name, told(column)));
    Pages pages = section.optionalSection("page").map(this::pages).orElse(null);
    boolean trigger = outline.traits().trigger() != Traits.Trigger.NONE;
    if (trigger && (pages == null || !reads)) {
      throw section.wrong(
          "trigger",
          "what is new is told by a key, and only a get asks for it",
          "add “page: { key: [changed_at, id] }” to a get");
    }
    if (pages != null && (!reads || single || steps.size() > 1)) {
      throw section.wrong(
          "page", "only the list of one statement of a get has pages", "remove “page”");
    }
    Content content = section.optionalSection("content").map(this::content).orElse(null);
    if (content != null && (!reads || !single)) {
      throw section.wrong(
          "content", "is what one row holds, for a get", "add “single: true” to a get");
    }
    StatementAction.Plan plan =
        new StatementAction.Plan(
            outline.id(),
            outline.parameters(),
            steps,
            single,
            Map.copyOf(told),
            pages,
            trigger,
            content);
    boolean safe = section.flag("safe", reads);
    Isolation isolation = section.choice("isolation", Isolation.class, Isolation.DEFAULT);
    Outline whole = widened(pages, trigger);
    return new Read(
        plan,
        content == null ? whole : with(whole, whole.traits().producing(content.type()), List.of()),
        safe,
        isolation.level);
  }

  private Content content(Section content) {
    String type = content.text("type", "application/octet-stream");
    if (!MEDIA.matcher(type).matches()) {
      throw content.wrong(
          "type",
          "is no media type, or one that browsers run",
          "write one such as application/pdf or image/png");
    }
    Content read = new Content(content.text("column"), type);
    content.done();
    return read;
  }

  private Outline widened(@Nullable Pages pages, boolean trigger) {
    if (pages == null) {
      return outline;
    }
    return trigger
        ? with(outline, outline.traits(), List.of(since()))
        : with(outline, outline.traits().asPaged(), Paging.parameters(Paging.TOP, Paging.PAGE));
  }

  static Outline with(Outline outline, Traits traits, List<Parameter> more) {
    List<Parameter> parameters = new ArrayList<>(outline.parameters());
    parameters.addAll(more);
    return new Outline(
        outline.id(),
        outline.name(),
        outline.summary(),
        outline.description(),
        outline.method(),
        outline.path(),
        List.copyOf(parameters),
        traits);
  }

  private static Parameter since() {
    return new Parameter(
        News.SINCE,
        Parameter.In.QUERY,
        drawbridge.adapters.Schema.of(Type.STRING, true),
        false,
        null,
        "Since",
        "The “since” of the answer before; without it nothing is new yet",
        Visibility.INTERNAL,
        null);
  }

  private static Columns.Told told(Section column) {
    if (column.keys().isEmpty()) {
      column.text("as");
    }
    Columns.Told told =
        new Columns.Told(
            column.choice("as", Form.class, Form.DECLARED),
            column.text("title", ""),
            column.text("description", ""),
            column.choice("visibility", Visibility.class, Visibility.NORMAL));
    column.done();
    return told;
  }

  private Pages pages(Section page) {
    boolean trigger = outline.traits().trigger() != Traits.Trigger.NONE;
    String taken = trigger ? News.SINCE : Paging.PAGE;
    if (outline.parameters().stream().anyMatch(p -> p.name().equals(taken))) {
      throw section.wrong(
          "parameters", "“" + taken + "” belongs to the pages", "give the parameter another name");
    }
    Pages pages = new Pages(ordered(page, "key"), page.integer("size", 1, MOST_PAGE, PAGE));
    page.done();
    return pages;
  }

  /** Columns, each with {@code desc} behind it where the list is ordered that way. */
  static List<Ordered> ordered(Section section, String key) {
    List<Ordered> ordered = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (String text : section.texts(key)) {
      boolean descending = text.endsWith(" desc");
      String column = descending ? text.substring(0, text.length() - 5).strip() : text;
      if (column.isEmpty() || !seen.add(column)) {
        throw section.wrong(key, "a column is empty or there twice", "name each column once");
      }
      ordered.add(new Ordered(column, descending));
    }
    if (ordered.isEmpty()) {
      throw section.wrong(
          key, "no column is named", "name those that are unique together, such as [id]");
    }
    return List.copyOf(ordered);
  }

  private List<Step> steps() {
    if (!section.has("transaction")) {
      return List.of(step(section, outline.parameters(), -1));
    }
    if (section.has("sql")) {
      throw section.wrong("sql", "stands beside “transaction”", "move it into the list");
    }
    if (reads) {
      throw section.wrong(
          "transaction", "a get reads with one statement", "write “sql”, or use post");
    }
    List<Step> steps = new ArrayList<>();
    for (Section one : section.sections("transaction")) {
      steps.add(step(one, outline.parameters(), one.integer("rows", 0, Integer.MAX_VALUE, -1)));
      one.done();
    }
    if (steps.isEmpty()) {
      throw section.wrong("transaction", "there is no statement", "write “- sql: …”");
    }
    return List.copyOf(steps);
  }

  private Step step(Section at, List<Parameter> parameters, int rows) {
    NamedSql sql = sql(at, "sql", dialect);
    if (reads && CHANGES.contains(sql.verb())) {
      throw at.wrong(
          "sql", "a get only reads, and this is no query", "use post, put, patch or delete");
    }
    if (TRANSACTIONS.contains(sql.verb())) {
      throw at.wrong(
          "sql",
          "the bridge begins and ends transactions itself",
          "write the statement alone, or several below “transaction”");
    }
    return new Step(
        sql.text(),
        binds(at, "sql", sql, parameters),
        Assignments.of(sql, dialect).stream()
            .filter(place -> parameters.stream().anyMatch(p -> p.name().equals(place.parameter())))
            .toList(),
        rows);
  }

  static NamedSql sql(Section at, String key, Dialect dialect) {
    String text = at.text(key);
    try {
      NamedSql sql = NamedSql.parse(text, dialect);
      if (sql.verb().isEmpty()) {
        throw at.wrong(key, "there is no statement", "write one");
      }
      return sql;
    } catch (NamedSql.Malformed e) {
      throw at.wrong(key, String.valueOf(e.getMessage()), e.fix());
    }
  }

  static List<Bind> binds(Section at, String key, NamedSql sql, List<Parameter> parameters) {
    List<Bind> binds = new ArrayList<>();
    String prefix = NamedSql.CALLER + ".";
    for (String name : sql.names()) {
      if (name.startsWith(prefix)) {
        binds.add(new Bind.Caller(name.substring(prefix.length())));
        continue;
      }
      Optional<Parameter> parameter =
          parameters.stream().filter(p -> p.name().equals(name)).findFirst();
      binds.add(
          new Bind.Given(
              parameter.orElseThrow(
                  () ->
                      at.wrong(
                          key,
                          ":" + name + " is not declared",
                          "add “" + name + ": { type: … }” to the parameters"))));
    }
    return List.copyOf(binds);
  }

  private void checkUsed(List<Step> steps) {
    Set<String> used = new HashSet<>();
    for (Step step : steps) {
      for (Bind bind : step.binds()) {
        if (bind instanceof Bind.Given(Parameter parameter)) {
          used.add(parameter.name());
        }
      }
    }
    for (Parameter parameter : outline.parameters()) {
      if (!used.contains(parameter.name())) {
        throw section.wrong(
            "parameters",
            "“" + parameter.name() + "” is not used",
            "write :" + parameter.name() + " in the sql, or remove it");
      }
    }
  }
}
