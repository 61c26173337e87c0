package drawbridge.adapters.ibmi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Fault;
import drawbridge.settings.Section;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guide names every key that the code reads, and its example loads. */
final class MainframeDocsTest {
  private static final Path GUIDE =
      Path.of("..").toAbsolutePath().normalize().resolve("docs/mainframe.md");
  private static final Path SOURCES = Path.of("src/main/java/drawbridge/adapters/ibmi");

  private static final Pattern ASKED =
      Pattern.compile(
          "(?:keys|section|choose|key|one|cases)\\s*\\.?(?:get\\(\\))?\\s*\\.(?:text|optionalText|flag|existing|section"
              + "|optionalSection|texts|choice|duration|integer|named|has)\\(\\s*\"([a-z-]+)\"");

  @TempDir Path folder;

  @Test
  void everyKeyIsInTheGuide() throws IOException {
    String guide = Files.readString(GUIDE);
    TreeSet<String> keys = new TreeSet<>();
    for (String file :
        List.of(
            "OperationContext",
            "ProgramOperation",
            "DataQueueOperation",
            "EntryForm",
            "MessageQueueOperation",
            "CommandOperation",
            "CommandValue",
            "FileOperation",
            "ChosenMessages",
            "HostNames",
            "layout/Description",
            "layout/CopybookSettings",
            "layout/FieldSettings")) {
      String source = Files.readString(SOURCES.resolve(file + ".java"));
      ASKED.matcher(source).results().map((MatchResult m) -> m.group(1)).forEach(keys::add);
    }
    keys.addAll(List.of("commands", "folders", "by", "when"));
    assertTrue(keys.size() >= 45, keys::toString);
    for (String key : keys) {
      assertTrue(
          Pattern.compile("[`{, .]" + key + "[`:,]").matcher(guide).find(),
          "docs/mainframe.md lacks " + key);
    }
  }

  @Test
  void everyReasonIsInBothTables() throws IOException {
    String protocol = Files.readString(GUIDE.resolveSibling("protocol.md"));
    String guide = Files.readString(GUIDE);
    for (Fault.Reason reason : Fault.Reason.values()) {
      if (reason != Fault.Reason.NONE) {
        assertTrue(protocol.contains("\n| `" + reason.word() + "` |"), reason::word);
        assertTrue(guide.contains("| `" + reason.word() + "` |\n"), reason::word);
      }
    }
  }

  @Test
  void theExampleLoads() throws IOException {
    String guide = Files.readString(GUIDE);
    String yaml = guide.replaceFirst("(?s).*?```yaml\n(.*?)```.*", "$1").stripIndent();
    Files.createDirectories(folder.resolve("pcml"));
    Files.writeString(
        folder.resolve("pcml/price.pcml"),
        """
        <pcml version="6.0">
          <struct name="LINE_T">
            <data name="SKU" type="char" length="8" usage="inherit"/>
            <data name="QTY" type="packed" length="5" precision="0" usage="inherit"/>
            <data name="PRICE" type="zoned" length="9" precision="2" usage="inherit"/>
          </struct>
          <program name="PRICE" path="/QSYS.LIB/SHOP.LIB/PRICE.PGM">
            <data name="CUSTOMER" type="char" length="10" usage="input"/>
            <data name="N" type="int" length="4" precision="31" usage="inputoutput"/>
            <data name="LINES" type="struct" struct="LINE_T" count="N" usage="inputoutput"/>
            <data name="TOTAL" type="packed" length="15" precision="2" usage="inputoutput"/>
          </program>
        </pcml>
        """);
    try (TestHost host = TestHost.start(folder)) {
      Files.createDirectories(folder.resolve("apis"));
      Files.writeString(
          folder.resolve("sources.yaml"), "as400:\n  adapter: ibmi\n" + host.yaml("").indent(2));
      Files.writeString(folder.resolve("apis/prices-v1.yaml"), yaml);
      Section.read(folder.resolve("apis/prices-v1.yaml"));
      try (drawbridge.adapters.Site site =
          drawbridge.adapters.Site.open(folder, java.time.Duration.ZERO)) {
        drawbridge.adapters.Operation operation =
            site.operation("prices/v1/PriceOrder").orElseThrow();
        assertEquals(
            List.of("customer", "lines"),
            operation.parameters().stream().map(drawbridge.adapters.Parameter::name).toList());
        assertEquals(
            List.of("lines", "sum"),
            operation.columns().stream().map(drawbridge.adapters.Column::name).toList());
      }
    }
  }

  @Test
  void theCobolExampleLoads() throws IOException {
    String guide = Files.readString(GUIDE);
    int from = guide.indexOf("- name: PlaceOrder");
    String operation = ("    " + guide.substring(from, guide.indexOf("```", from))).stripIndent();
    Files.createDirectories(folder.resolve("copybooks"));
    Files.writeString(
        folder.resolve("copybooks/order.cpy"),
        """
               77  LK-CUSTOMER PIC X(10).
               01  LK-ORDER.
                   05  ITEM PIC X(10).
                   05  PRICE PIC S9(7)V99.
        """);
    Files.writeString(folder.resolve("copybooks/status.cpy"), "       01  LK-STATUS PIC X(20).\n");
    try (TestHost host = TestHost.start(folder);
        HostSite site = HostSite.open(folder, host, "", operation)) {
      drawbridge.adapters.Operation placed = site.operation("PlaceOrder");
      assertEquals(
          List.of("customer", "order"),
          placed.parameters().stream().map(drawbridge.adapters.Parameter::name).toList());
      assertEquals(
          List.of("order", "lkStatus"),
          placed.columns().stream().map(drawbridge.adapters.Column::name).toList());
    }
  }
}
