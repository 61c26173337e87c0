package drawbridge.adapters.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.SourceCheck;
import drawbridge.adapters.TestSite;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a source's user could do beyond its operations is told to whoever checks. */
final class PrivilegesTest {
  private static final String READ = "- { name: Ping, get: /ping, sql: select id from lp.items }\n";
  private static final String WRITE =
      "- { name: Add, post: /items, sql: insert into lp.items (id) values (1) }\n";

  @TempDir private Path folder;

  private List<String> excess(String user, String operations) throws Exception {
    try (TestSite site =
        TestSite.open(folder, user, "url: \"" + Postgres.url() + "\"\n", operations)) {
      SourceCheck check = site.site().checkSources(Duration.ofSeconds(10)).getFirst();
      assertTrue(check.ok(), check::toString);
      return check.excess();
    }
  }

  private static void user(String name, String grants) throws Exception {
    Postgres.execute(
        "create schema if not exists lp",
        "create table if not exists lp.items (id int)",
        "create role " + name + " login password 's3cr3t-4711'",
        "grant usage on schema lp to " + name,
        "grant " + grants + " on lp.items to " + name);
  }

  @Test
  void aUserThatMayJustWhatItsOperationsDoIsLeftAlone() throws Exception {
    user("lp_reader", "select");
    assertEquals(List.of(), excess("lp_reader", READ));
  }

  @Test
  void aReaderThatMayWriteIsNamedAndAWriterIsNot() throws Exception {
    user("lp_writer", "select, insert, update");
    assertEquals(List.of("may change lp.items, and no operation does"), excess("lp_writer", READ));
    assertEquals(List.of(), excess("lp_writer", WRITE));
  }

  @Test
  void aUserThatAdministersIsNamed() throws Exception {
    user("lp_master", "select");
    Postgres.execute("alter role lp_master createrole");
    assertEquals(List.of("may administer the server"), excess("lp_master", READ));
  }
}
