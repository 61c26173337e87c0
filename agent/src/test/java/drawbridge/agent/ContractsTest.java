package drawbridge.agent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Column;
import drawbridge.adapters.SiteDigest;
import drawbridge.adapters.sql.Drivers;
import drawbridge.settings.Program;
import drawbridge.settings.SettingsException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Published contracts of a site on a real database: what is refused, and what goes on. */
class ContractsTest {
  private static final String API =
      """
      api: shop
      version: v1
      title: Shop
      source: erp
      operations:
        - name: ListItems
          get: /items
          sql: select 1 as id, 'nut' as name
        - name: GetItem
          get: /items/{id}
          single: true
          sql: select 1 as id where 1 = :id
          parameters:
            id: { type: integer, in: path }
      """;

  @TempDir Path folder;
  private Path file;
  private final StringWriter said = new StringWriter();

  @BeforeEach
  void write() throws IOException {
    Files.createDirectories(folder.resolve("apis"));
    Path password = Files.writeString(folder.resolve("password"), "not secret");
    Files.writeString(
        folder.resolve("sources.yaml"),
        "erp: { adapter: sql, url: \"jdbc:h2:mem:%s\", login: { user: sa, password-file: %s } }\n"
            .formatted(folder.getFileName(), password));
    Files.writeString(folder.resolve("policy.yaml"), "rules: []\n");
    file = Files.writeString(folder.resolve("apis/my-shop.yaml"), API);
  }

  /** A policy that is replaced while the folder is read is served with its own digest, or not. */
  @Test
  void policyAndDigestAreThoseOfOneMoment(@TempDir Path drafts) throws Exception {
    Path policy = folder.resolve("policy.yaml");
    String open = "rules: [{ name: a, allow: [shop/v1/*], to: { token: { app: a1 } } }]\n";
    String closed = Files.readString(policy);
    String closedDigest = SiteDigest.of(folder);
    AtomicBoolean going = new AtomicBoolean(true);
    Thread admin =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    for (int i = 1; going.get(); i++) {
                      String text = i % 2 == 1 ? open : closed;
                      Path draft = Files.writeString(drafts.resolve("p"), text);
                      Files.move(draft, policy, StandardCopyOption.ATOMIC_MOVE);
                      // However long it takes to read the folder here: sometimes that long.
                      LockSupport.parkNanos(i % 32 * 3_000_000L);
                    }
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                });
    int read = 0;
    try {
      for (int i = 0; i < 300; i++) {
        try (SiteFolder site = SiteFolder.open(folder, true)) {
          read++;
          assertEquals(
              site.served().digest().equals(closedDigest), !site.served().policy().needsTokens());
        } catch (SettingsException e) {
          assertTrue(String.valueOf(e.getMessage()).contains("keeps changing"), e.getMessage());
        }
      }
    } finally {
      going.set(false);
      admin.join();
    }
    assertTrue(read > 20, "only " + read + " were read");
  }

  private int publish(String... apis) throws IOException {
    return papers().publish(List.of(apis));
  }

  private Papers papers() {
    return new Papers(folder, Drivers.SHIPPED, new PrintWriter(said, true));
  }

  private List<String> columns(String operation) {
    try (SiteFolder site = SiteFolder.open(folder, false)) {
      return Objects.requireNonNull(site.served().operation("shop/v1/" + operation))
          .columns()
          .stream()
          .map(Column::name)
          .map(name -> name.toLowerCase(java.util.Locale.ROOT))
          .toList();
    }
  }

  private void edit(String from, String to) throws IOException {
    String before = Files.readString(file);
    assertTrue(before.contains(from));
    Files.writeString(file, before.replace(from, to));
  }

  @Test
  void whatIsPublishedIsTheSameEveryTime() throws IOException {
    assertEquals(Program.DONE, publish());
    Path contract = folder.resolve("published/shop-v1.json");
    byte[] first = Files.readAllBytes(contract);
    assertEquals(API, Files.readString(folder.resolve("published/shop-v1.yaml")));
    assertEquals(Program.DONE, publish("shop/v1"));
    assertArrayEquals(first, Files.readAllBytes(contract));
  }

  @Test
  void whatBreaksAContractDoesNotCountAndThePublishedFileGoesOn() throws IOException {
    publish();
    edit("'nut' as name", "'nut' as title");
    assertEquals(List.of("id", "name"), columns("ListItems"));
  }

  @Test
  void aCheckOfAPullRequestNamesWhatBreaksWithoutAskingTheSource() throws IOException {
    publish();
    edit("get: /items/{id}", "get: /item/{id}");
    try (SiteFolder site = SiteFolder.open(folder, true)) {
      assertEquals(
          List.of("contract of shop/v1: GetItem moved from GET /items/{id} to GET /item/{id}"),
          site.contracts().stream()
              .filter(found -> !found.good())
              .map(found -> found.what() + ": " + found.detail())
              .toList());
    }
  }

  @Test
  void whatBreaksNobodyCountsAtOnce() throws IOException {
    publish();
    edit("'nut' as name", "'nut' as name, 3 as price");
    assertEquals(List.of("id", "name", "price"), columns("ListItems"));
  }

  @Test
  void aFileThatSaysSoMayBreakItsContract() throws IOException {
    publish();
    edit("'nut' as name", "'nut' as title");
    edit("title: Shop", "title: Shop\nbreaking-change: true");
    assertEquals(List.of("id", "title"), columns("ListItems"));
    assertEquals(Program.DONE, publish());
    assertTrue(said.toString().contains("remove “breaking-change”"));
  }

  @Test
  void publishingDoesNotBreakWhatWasPublishedEither() throws IOException {
    publish();
    byte[] before = Files.readAllBytes(folder.resolve("published/shop-v1.json"));
    edit("  - name: GetItem", "  - name: FetchItem");
    assertEquals(Program.FAILED, publish());
    assertTrue(said.toString().contains("failed   shop/v1: GetItem is gone"), said.toString());
    assertArrayEquals(before, Files.readAllBytes(folder.resolve("published/shop-v1.json")));
  }

  @Test
  void aPublishedVersionWithoutItsFileGoesOn() throws IOException {
    publish();
    Files.delete(file);
    assertEquals(List.of("id", "name"), columns("ListItems"));
    Files.delete(folder.resolve("published/shop-v1.json"));
    try (SiteFolder site = SiteFolder.open(folder, false)) {
      assertEquals(List.of(), site.served().apis());
    }
  }

  @Test
  void anApiThatFitsInNeitherWayIsOutOfServiceAlone() throws IOException {
    publish();
    Files.writeString(folder.resolve("apis/other.yaml"), API.replace("api: shop", "api: other"));
    edit("'nut' as name", "'nut' as title");
    Path text = folder.resolve("published/shop-v1.yaml");
    Files.writeString(text, Files.readString(text).replace("'nut' as name", "'nut' as label"));
    try (SiteFolder site = SiteFolder.open(folder, false)) {
      assertEquals(List.of("other/v1"), site.served().apis().stream().map(Served.Api::id).toList());
    }
  }

  @Test
  void aContractThatIsNoneIsAnError() throws IOException {
    publish();
    Files.writeString(folder.resolve("published/shop-v1.json"), "{\"nonsense\": 1}");
    String message =
        assertThrows(SettingsException.class, () -> SiteFolder.open(folder, false)).getMessage();
    assertTrue(String.valueOf(message).contains("“nonsense” is unknown"), message);
  }

  @Test
  void documentsAreWrittenWithoutAGateway() throws IOException {
    Path out = folder.resolve("out");
    assertEquals(
        Program.DONE, papers().documents(out, URI.create("https://api.contoso.com/legacy")));
    String openApi = Files.readString(out.resolve("shop-v1/openapi.json"));
    assertTrue(openApi.contains("https://api.contoso.com/legacy/shop/v1"));
    assertTrue(
        Files.readString(out.resolve("shop-v1/swagger.json")).contains("\"swagger\" : \"2.0\""));
    assertTrue(Files.exists(out.resolve("shop-v1/apiProperties.json")));
    assertTrue(said.toString().contains("warning  shop/v1: no contact"));
    assertFalse(Files.exists(folder.resolve("published")));
  }
}
