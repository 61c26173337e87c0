package drawbridge.adapters.sql;

import drawbridge.adapters.Outline;
import drawbridge.adapters.Schema;
import drawbridge.adapters.SchemaReader;
import drawbridge.adapters.Type;
import drawbridge.adapters.Visibility;
import drawbridge.adapters.sql.Resource.Action;
import drawbridge.adapters.sql.Resource.Col;
import drawbridge.adapters.sql.Resource.Condition;
import drawbridge.adapters.sql.Resource.Etag;
import drawbridge.adapters.sql.Resource.Idempotency;
import drawbridge.adapters.sql.Resource.Sorted;
import drawbridge.settings.Section;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the section {@code resource}; docs/sql.md lists its keys. */
final class ResourceReader {
  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_]{0,63}");
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_$#]*");
  static final Pattern TABLE =
      Pattern.compile(
          "([A-Za-z_][A-Za-z0-9_$#]*|\"[^\"]+\")(\\.([A-Za-z_][A-Za-z0-9_$#]*|\"[^\"]+\")){0,2}");
  private static final Pattern CAST =
      Pattern.compile("[A-Za-z_][A-Za-z0-9_. ]{0,63}(\\([0-9, ]+\\))?");

  /** The options of a list and what belongs to pages. */
  private static final Set<String> TAKEN = Set.of("page", "since");

  private final Section section;
  private final Dialect dialect;

  private ResourceReader(Section section, Dialect dialect) {
    this.section = section;
    this.dialect = dialect;
  }

  static Resource read(Section operation, Outline outline, Dialect dialect) {
    Section section = operation.section("resource");
    if (outline.traits().trigger() != drawbridge.adapters.Traits.Trigger.NONE) {
      throw operation.wrong(
          "trigger", "a resource has no triggers", "write a get with “sql”, “page” and “trigger”");
    }
    Resource resource = new ResourceReader(section, dialect).read();
    section.done();
    return resource;
  }

  private Resource read() {
    String table = table("table");
    List<Col> columns = new ArrayList<>();
    Set<String> names = new HashSet<>();
    List<String> keyNames = section.texts("key");
    section
        .named("columns")
        .forEach(
            (name, column) -> {
              Col read = column(name, column, keyNames.contains(name));
              if (!names.add(read.name().toLowerCase(Locale.ROOT))) {
                throw column.wrong("", "a second column is called " + read.name(), "rename one");
              }
              columns.add(read);
            });
    if (columns.isEmpty()) {
      throw section.wrong(
          "columns", "none is chosen", "name those that callers see: “id: { type: integer }”");
    }
    List<Col> keys = new ArrayList<>();
    for (String name : keyNames) {
      keys.add(known("key", columns, name));
    }
    if (keys.isEmpty()) {
      throw section.wrong("key", "no column is named", "name those that are unique: [id]");
    }
    for (Col key : keys) {
      if (!key.sortable() || key.schema().type() == Type.DOUBLE) {
        throw section.wrong("key", "“" + key.name() + "” can't be part of a path", "name another");
      }
    }
    return new Resource(
        dialect,
        table,
        List.copyOf(columns),
        List.copyOf(keys),
        allow(columns),
        filter(),
        etag(),
        idempotency(),
        order(columns),
        section
            .optionalSection("page")
            .map(
                page -> {
                  int size =
                      page.integer("size", 1, StatementReader.MOST_PAGE, StatementReader.PAGE);
                  page.done();
                  return size;
                })
            .orElse(StatementReader.PAGE));
  }

  private String table(String key) {
    String table = section.text(key);
    if (!TABLE.matcher(table).matches()) {
      throw section.wrong(
          key, "“" + table + "” is no name of a table", "write one such as sales.orders");
    }
    return table;
  }

  private String sql(String name) {
    boolean quoted = name.length() > 2 && name.startsWith("\"") && name.endsWith("\"");
    return quoted
        ? dialect.quoted(name.substring(1, name.length() - 1))
        : PLAIN.matcher(name).matches() ? name : dialect.quoted(name);
  }

  private Col column(String name, Section column, boolean key) {
    String shown = column.text("name", name);
    if (!NAME.matcher(shown).matches() || TAKEN.contains(shown)) {
      throw column.wrong(
          column.has("name") ? "name" : "",
          "“" + shown + "” is no name in an API",
          "write “name:” with a letter and up to 63 letters, digits and _; not page, not since");
    }
    boolean required = column.flag("required", key);
    Schema schema = SchemaReader.read(column, !required);
    String cast = column.text("cast", "");
    if (!cast.isEmpty() && !CAST.matcher(cast).matches()) {
      throw column.wrong("cast", "“" + cast + "” is no type of SQL", "write one such as jsonb");
    }
    Form form = column.choice("as", Form.class, Form.DECLARED);
    Col read =
        new Col(
            sql(name),
            shown,
            form(schema, form),
            column.flag("read-only", false),
            required,
            cast,
            new Columns.Told(
                form,
                column.text("title", ""),
                column.text("description", ""),
                column.choice("visibility", Visibility.class, Visibility.NORMAL)));
    column.done();
    return read;
  }

  /** A wide number travels as text. */
  private static Schema form(Schema schema, Form form) {
    boolean text = form == Form.TEXT || (form == Form.DECLARED && schema.type() == Type.LONG);
    return text && schema.pattern().isEmpty()
        ? schema.asText(ColumnWriter.textPattern(schema.type()))
        : schema;
  }

  private Col known(String key, List<Col> columns, String name) {
    String sql = sql(name);
    return columns.stream()
        .filter(c -> c.sql().equals(sql))
        .findFirst()
        .orElseThrow(
            () ->
                section.wrong(
                    key,
                    "“" + name + "” is none of the columns",
                    "add it to “columns”, by the name in the database"));
  }

  private Set<Action> allow(List<Col> columns) {
    Set<Action> allow = EnumSet.noneOf(Action.class);
    for (String word : section.texts("allow")) {
      try {
        allow.add(Action.valueOf(word.toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException e) {
        throw section.wrong(
            "allow",
            "“" + word + "” is not known here",
            "write some of list, get, create, update, delete");
      }
    }
    if (allow.isEmpty()) {
      throw section.wrong("allow", "nothing is allowed", "write “allow: [list, get]”");
    }
    boolean writes = allow.contains(Action.CREATE) || allow.contains(Action.UPDATE);
    if (writes && columns.stream().allMatch(Col::readOnly)) {
      throw section.wrong(
          "allow", "every column is read-only", "remove create and update, or “read-only”");
    }
    return allow;
  }

  private Condition filter() {
    if (!section.has("filter")) {
      return new Condition("", List.of());
    }
    NamedSql sql = StatementReader.sql(section, "filter", dialect);
    return new Condition(sql.text(), StatementReader.binds(section, "filter", sql, List.of()));
  }

  private @Nullable Etag etag() {
    if (!section.has("etag")) {
      return null;
    }
    if (!section.isSection("etag")) {
      if (!section.text("etag").equals("hash")) {
        throw section.wrong(
            "etag", "is neither “hash” nor a column", "write “etag: { column: row_version }”");
      }
      return new Etag("", false);
    }
    Section etag = section.section("etag");
    Etag read = new Etag(sql(etag.text("column")), etag.flag("counts", false));
    etag.done();
    return read;
  }

  private @Nullable Idempotency idempotency() {
    if (!section.has("idempotency")) {
      return null;
    }
    Section one = section.section("idempotency");
    String column = one.text("column", "");
    String table = one.text("table", "");
    if (column.isEmpty() == table.isEmpty()) {
      throw section.wrong(
          "idempotency", "the keys stand in a column or in a table", "name one of the two");
    }
    if (!table.isEmpty() && !TABLE.matcher(table).matches()) {
      throw one.wrong("table", "is no name of a table", "write one such as drawbridge_requests");
    }
    one.done();
    return new Idempotency(column.isEmpty() ? "" : sql(column), table);
  }

  private List<Sorted> order(List<Col> columns) {
    if (!section.has("order")) {
      return List.of();
    }
    return StatementReader.ordered(section, "order").stream()
        .map(o -> new Sorted(known("order", columns, o.column()), o.descending()))
        .toList();
  }
}
