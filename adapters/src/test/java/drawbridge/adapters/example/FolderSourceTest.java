package drawbridge.adapters.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Operation;
import drawbridge.adapters.Outline;
import drawbridge.adapters.Restrictions;
import drawbridge.adapters.TestCall;
import drawbridge.adapters.TestSite.TestAnswer;
import drawbridge.adapters.Traits;
import drawbridge.settings.Section;
import drawbridge.settings.SettingsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every adapter is asked for, of the smallest one. */
class FolderSourceTest {
  @TempDir Path folder;

  private FolderSource source() {
    Section section = Section.parse(folder.resolve("sources.yaml"), "folder: drop\n");
    return new FolderSource("drop", section);
  }

  private static Operation operation(FolderSource source, String yaml) {
    Section section = Section.parse(Path.of("drop-v1.yaml"), yaml);
    Outline outline =
        new Outline("drop/v1/List", "List", "", "", "GET", "/files", List.of(), Traits.PLAIN);
    Operation operation = source.operation(section, outline);
    section.done();
    return operation;
  }

  @Test
  void itListsWhatIsThereAndCountsIt() throws Exception {
    Files.writeString(Files.createDirectory(folder.resolve("drop")).resolve("a.csv"), "12345");
    Files.writeString(folder.resolve("drop/b.txt"), "");
    try (FolderSource source = source()) {
      TestAnswer answer = new TestCall(operation(source, "list: \"*.csv\"\n")).run();
      assertEquals("{\"value\":[{\"name\":\"a.csv\",\"bytes\":5}]}", answer.text());
      assertEquals(1, answer.rows());
      assertTrue(source.check(Duration.ofSeconds(1)).ok());
    }
  }

  @Test
  void aSourceThatIsAwayIsAFaultWithoutItsPlace() {
    try (FolderSource source = source()) {
      TestCall call = new TestCall(operation(source, "list: \"*\"\n"));
      FaultException away = assertThrows(FaultException.class, call::run);
      assertEquals(Fault.Code.SOURCE_UNAVAILABLE, away.fault().code());
      assertFalse(away.fault().message().contains("drop"));
      assertFalse(source.state().available());
      assertFalse(source.check(Duration.ofSeconds(1)).ok());
    }
  }

  @Test
  void limitsOfThePolicyHold() throws Exception {
    for (String name : List.of("a", "b")) {
      Files.writeString(Files.createDirectories(folder.resolve("drop")).resolve(name), "");
    }
    try (FolderSource source = source()) {
      Operation operation = operation(source, "list: \"*\"\n");
      FaultException large =
          assertThrows(FaultException.class, () -> new TestCall(operation).size(1).run());
      assertEquals(Fault.Code.TOO_LARGE, large.fault().code());
      Restrictions masked = new Restrictions("", Map.of("name", Restrictions.Mask.NULL));
      FaultException forbidden =
          assertThrows(
              FaultException.class, () -> new TestCall(operation).restricted(masked).run());
      assertEquals(Fault.Code.FORBIDDEN, forbidden.fault().code());
    }
  }

  @Test
  void aMisspeltKeyIsRefused() {
    try (FolderSource source = source()) {
      assertThrows(SettingsException.class, () -> operation(source, "lists: \"*\"\n"));
      assertThrows(SettingsException.class, () -> operation(source, "list: \"*\"\nlistt: \"*\"\n"));
    }
  }

  /** What the page shows is what is compiled here. */
  @Test
  void thePageShowsThisVeryCode() throws Exception {
    String page = Files.readString(Path.of("../docs/new-adapter.md"));
    Matcher m = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(page);
    assertTrue(m.find());
    String code =
        Files.readString(Path.of("src/test/java/drawbridge/adapters/example/FolderSource.java"));
    String shown = m.group(1);
    assertTrue(code.contains(shown.strip()), "docs/new-adapter.md is not FolderSource.java");
    assertTrue(shown.lines().count() > 60);
  }
}
