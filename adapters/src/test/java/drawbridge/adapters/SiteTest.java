package drawbridge.adapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SiteTest {
  @TempDir Path folder;

  private TestSite open(String operations) throws Exception {
    return TestSite.open(folder, "sa", "url: jdbc:h2:mem:" + folder.getFileName(), operations);
  }

  @Test
  void theFilesBecomeApisAndOperations() throws Exception {
    try (TestSite opened =
        open(
            """
            - name: FindOrders
              summary: Find orders of a customer
              description: "All: none left out"
              get: /customers/{customerId}/orders
              sql: |
                select 1 as "id", cast('2000-01-01' as date) as "placed_on"
                where 7 = :customerId and date '2000-01-01' >= :since
              parameters:
                customerId: { type: integer, in: path }
                since: { type: date, default: "2000-01-01", description: First day to include }
            """)) {
      Site site = opened.site();
      Api api = site.apis().getFirst();
      assertEquals(
          "shop v1 Shop main",
          api.name() + " " + api.version() + " " + api.title() + " " + api.source());
      Operation operation = site.operation("shop/v1/FindOrders").orElseThrow();
      assertEquals(List.of(operation), api.operations());
      assertEquals("GET", operation.method());
      assertEquals("/customers/{customerId}/orders", operation.path());
      assertEquals("All: none left out", operation.description());
      assertEquals(
          List.of(
              new Parameter("customerId", Parameter.In.PATH, Type.INTEGER, true, null, ""),
              new Parameter(
                  "since",
                  Parameter.In.QUERY,
                  Type.DATE,
                  false,
                  "2000-01-01",
                  "First day to include")),
          operation.parameters());
      assertEquals(
          List.of("id", "placed_on"), operation.columns().stream().map(Column::name).toList());
      assertTrue(site.operation("shop/v1/Other").isEmpty());
      assertEquals(new SourceState("main", true, "available"), site.sources().getFirst());
      assertEquals(
          "{\"value\":[{\"id\":1,\"placed_on\":\"2000-01-01\"}]}",
          opened.call("FindOrders", "customerId", "7").text());
    }
  }

  @Test
  void whatYamlCouldMistakeStaysText() throws Exception {
    try (TestSite site =
        open(
            """
            - name: Traps
              get: /traps
              single: true
              sql: "select 'a: b # c :d' as \\"colon\\", cast(:code as varchar) as \\"code\\", cast(:word as varchar) as \\"word\\" -- :x"
              parameters:
                code: { type: string, default: 007 }
                word: { type: string, default: on }
            - name: Folded
              get: /folded
              single: true
              sql: >-
                select cast(:at as time)
                as "at"
              parameters: { at: { type: string, default: 12:30:00 } }
            """)) {
      assertEquals(
          "{\"colon\":\"a: b # c :d\",\"code\":\"007\",\"word\":\"on\"}",
          site.call("Traps").text());
      assertEquals("{\"at\":\"12:30:00\"}", site.call("Folded").text());
    }
  }

  @Test
  void theDigestIsOverPathsAndContents() throws Exception {
    Files.createDirectories(folder.resolve("b/.git"));
    Files.writeString(folder.resolve("b/x"), "12");
    Files.writeString(folder.resolve("a"), "");
    Files.writeString(folder.resolve(".hidden"), "1");
    Files.writeString(folder.resolve("b/.git/config"), "1");
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    byte[] hash = sha.digest("a\0000\0b/x\0002\00012".getBytes(StandardCharsets.UTF_8));
    String digest = SiteDigest.of(folder);
    assertEquals(HexFormat.of().formatHex(hash), digest);
    Files.writeString(folder.resolve(".hidden"), "2");
    assertEquals(digest, SiteDigest.of(folder));
    Files.writeString(folder.resolve("b/x"), "13");
    assertNotEquals(digest, SiteDigest.of(folder));
  }
}
