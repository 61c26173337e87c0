package drawbridge.adapters.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Operation;
import drawbridge.adapters.Site;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/sql.md names every key that files may have, and its examples load. */
final class SqlDocsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  /** A key asked of a section, by its own method or handed on to a reader. */
  private static final Pattern KEY =
      Pattern.compile(
          "\\.(?:text|optionalText|flag|integer|texts|names|name|section|optionalSection|sections"
              + "|named|choice|existing|path|secret|duration|has|isSection)\\(\\s*\"([a-z-]+)\"");

  @TempDir Path folder;

  private static String page() throws IOException {
    return Files.readString(ROOT.resolve("docs/sql.md"));
  }

  @Test
  void everyKeyIsNamed() throws Exception {
    Set<String> keys = new TreeSet<>();
    for (String file :
        List.of(
            "ApiFile",
            "TraitsReader",
            "ParameterReader",
            "SchemaReader",
            "sql/SqlSettings",
            "sql/StatementReader",
            "sql/ProcedureReader",
            "sql/ResourceReader")) {
      Path source =
          ROOT.resolve("adapters/src/main/java/drawbridge/adapters").resolve(file + ".java");
      Matcher m = KEY.matcher(Files.readString(source));
      while (m.find()) {
        keys.add(m.group(1));
      }
    }
    assertTrue(keys.size() >= 55, "the pattern finds the keys: " + keys.size() + " " + keys);
    String text = page();
    for (String key : keys) {
      assertTrue(
          text.contains("`" + key + "`")
              || text.contains("`" + key + ".")
              || text.contains("." + key + "`"),
          "docs/sql.md does not name " + key);
    }
  }

  @Test
  void theExamplesLoad() throws Exception {
    Matcher m = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL).matcher(page());
    assertTrue(m.find());
    Path secret = Files.writeString(folder.resolve("secret"), "x");
    Files.writeString(folder.resolve("plant-ca.pem"), "x");
    Files.writeString(
        folder.resolve("sources.yaml"),
        m.group(1).replace("/etc/drawbridge/secrets/erp", secret.toString()));
    StringBuilder api = new StringBuilder();
    while (m.find()) {
      api.append(m.group(1));
    }
    Files.createDirectories(folder.resolve("apis"));
    Files.writeString(folder.resolve("apis/orders-v1.yaml"), api);
    try (Site site = Site.open(folder, Duration.ZERO)) {
      assertEquals(
          List.of(
              "FindOrders",
              "CloseOrders",
              "ListParts",
              "GetPart",
              "CreatePart",
              "UpdatePart",
              "DeletePart"),
          site.apis().getFirst().operations().stream().map(Operation::name).toList());
      assertTrue(site.operation("orders/v1/FindOrders").orElseThrow().traits().paged());
    }
  }

  @Test
  void aTableIsDraftedAsAFileThatLoadsAndFits() throws Exception {
    for (Database database : Database.all()) {
      database.execute(
          "drop table if exists draft_lines",
          "create table draft_lines (id "
              + database.identity()
              + " primary key, part_name varchar(40) not null, price numeric(10,2), made_on date)");
      Path site = Files.createDirectories(folder.resolve("site-" + database.dialect()));
      Files.createDirectories(site.resolve("apis"));
      Files.writeString(site.resolve("password"), database.password());
      Files.writeString(
          site.resolve("sources.yaml"),
          "main: { adapter: sql, url: \"%s\", login: { user: %s, password-file: password } }\n"
              .formatted(database.url(), database.user()));
      String text;
      try (Site empty = Site.open(site, Duration.ZERO)) {
        text = empty.draft("main", "draft_lines", Duration.ofSeconds(10)).orElseThrow();
        assertTrue(empty.draft("main", "no_such", Duration.ofSeconds(10)).isEmpty());
        assertTrue(empty.draft("main", "x; drop", Duration.ofSeconds(10)).isEmpty());
        assertTrue(empty.draft("other", "draft_lines", Duration.ofSeconds(10)).isEmpty());
      }
      Files.writeString(site.resolve("apis/draft-lines-v1.yaml"), text);
      try (Site drafted = Site.open(site)) {
        assertEquals(List.of(), drafted.outOfService(), text);
        Operation list = drafted.operation("draft-lines/v1/ListDraftLines").orElseThrow();
        assertEquals(
            List.of("id", "part_name", "price", "made_on"),
            list.columns().stream().map(c -> c.name()).toList(),
            text);
      }
    }
  }
}
