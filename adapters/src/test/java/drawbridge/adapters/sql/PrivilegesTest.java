package drawbridge.adapters.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
    return excess(Postgres.url(), user, operations);
  }

  private List<String> excess(String url, String user, String operations) throws Exception {
    try (TestSite site = TestSite.open(folder, user, "url: \"" + url + "\"\n", operations)) {
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

  /** The URL of a schema where a user of that name has been given just that. */
  private static String mariaDb(String user, String... grants) throws Exception {
    assumeTrue(MariaDb.installed(), "MariaDB is not installed (Debian: mariadb-server)");
    Database root = new Database(Dialect.MARIADB, MariaDb.database().url(), "root", "");
    root.execute(
        "create schema if not exists lp",
        "create table if not exists lp.items (id int)",
        "create user " + user + "@localhost identified by 's3cr3t-4711'");
    for (String grant : grants) {
      root.execute("grant " + grant + " to " + user + "@localhost");
    }
    return root.url().replaceFirst("/shop$", "/lp");
  }

  /** Who may read every table also sees what others may; theirs is not told as its own. */
  @Test
  void onMariaDbAUserThatMayJustReadIsLeftAlone() throws Exception {
    String url = mariaDb("lp_reader", "select on lp.items");
    assertEquals(List.of(), excess(url, "lp_reader", READ));
    url = mariaDb("lp_reads_all", "select on *.*");
    assertEquals(List.of(), excess(url, "lp_reads_all", READ));
  }

  @Test
  void onMariaDbWhatAReaderMayChangeIsNamedWhereverItIsGranted() throws Exception {
    String url = mariaDb("lp_table", "select, insert, update on lp.items");
    assertEquals(
        List.of("may change lp.items, and no operation does"), excess(url, "lp_table", READ));
    assertEquals(List.of(), excess(url, "lp_table", WRITE));
    url = mariaDb("lp_schema", "select, delete on lp.*");
    assertEquals(List.of("may change lp.*, and no operation does"), excess(url, "lp_schema", READ));
    url = mariaDb("lp_server", "select, update on *.*");
    assertEquals(List.of("may change *.*, and no operation does"), excess(url, "lp_server", READ));
  }

  @Test
  void onMariaDbAUserThatAdministersIsNamed() throws Exception {
    String url = mariaDb("lp_master", "process on *.*", "select on lp.items");
    assertEquals(List.of("may administer the server"), excess(url, "lp_master", READ));
  }
}
