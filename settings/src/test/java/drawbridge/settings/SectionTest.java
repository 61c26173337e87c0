package drawbridge.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an admin writes is read as written, and every mistake is named by file, line, key and fix.
 */
final class SectionTest {
  @TempDir Path folder;

  private enum Colour {
    DARK_RED,
    GREEN
  }

  private static Section parse(String text) {
    return Section.parse(Path.of("some.yaml"), text);
  }

  private static void refused(String text, String message, Consumer<Section> reader) {
    SettingsException e =
        assertThrows(SettingsException.class, () -> reader.accept(parse(text)), text);
    assertTrue(String.valueOf(e.getMessage()).startsWith(message), e.getMessage());
    assertTrue(String.valueOf(e.getMessage()).contains(" Fix: "), e.getMessage());
  }

  @Test
  void scalarsAreTakenAsTheyAreWritten() {
    Section s = parse("a: 007\nb: on\nc: 'x: y'\nd: 1.50\ne: 0x10\n");
    assertEquals("007", s.text("a"));
    assertEquals("on", s.text("b"));
    assertEquals("x: y", s.text("c"));
    assertEquals("1.50", s.text("d"));
    assertEquals("0x10", s.text("e"));
    s.done();
  }

  @Test
  void unitsAndChoicesAreRead() {
    Section s = parse("t: 500ms\nd: 7d\nsize: 8MB\nc: dark-red\nf: true\nn: 12\nl: [a, b]\n");
    assertEquals(Duration.ofMillis(500), s.duration("t", Duration.ZERO));
    assertEquals(Duration.ofDays(7), s.duration("d", Duration.ZERO));
    assertEquals(8 << 20, s.size("size", 0));
    assertEquals(Colour.DARK_RED, s.choice("c", Colour.class, Colour.GREEN));
    assertTrue(s.flag("f", false));
    assertEquals(12, s.integer("n", 0, 20));
    assertEquals(List.of("a", "b"), s.texts("l"));
    assertEquals(Colour.GREEN, s.choice("missing", Colour.class, Colour.GREEN));
    s.done();
  }

  @Test
  void mistakesAreNamed() {
    refused(
        "nam: x",
        "some.yaml:1: nam: this key is not known here.",
        s -> {
          s.optionalText("name");
          s.done();
        });
    refused("a:\n  b: 1\n", "some.yaml:2: a.c: is missing.", s -> s.section("a").text("c"));
    refused(
        "x: 1\nn: 99\n",
        "some.yaml:2: n: “99” is not a number from 1 to 9.",
        s -> s.integer("n", 1, 9));
    refused("n: Big\n", "some.yaml:1: n: “Big” is not a name.", s -> s.name("n"));
    refused(
        "f: yes\n", "some.yaml:1: f: “yes” is neither true nor false.", s -> s.flag("f", false));
    refused(
        "t: 5 s\n", "some.yaml:1: t: “5 s” is not a time.", s -> s.duration("t", Duration.ZERO));
    refused("s: 5 MB\n", "some.yaml:1: s: “5 MB” is not a size.", s -> s.size("s", 0));
    refused(
        "c: blue\n",
        "some.yaml:1: c: “blue” is not known here.",
        s -> s.choice("c", Colour.class, Colour.GREEN));
    refused("l: a\n", "some.yaml:1: l: a list is expected.", s -> s.texts("l"));
    refused("m: a\n", "some.yaml:1: m: a section is expected.", s -> s.section("m"));
    refused("v:\n", "some.yaml:1: v: has no value.", s -> s.text("v"));
  }

  @Test
  void whatIsNoYamlOrNoMappingIsRefused() {
    refused("a: 1\na: 2\n", "some.yaml:2", s -> {});
    refused("- a\n", "some.yaml:1: keys and values are expected here.", s -> {});
    refused("a: [1\n", "some.yaml:", s -> {});
  }

  @Test
  void aMisspeltKeyGetsASuggestion() {
    Section s = parse("gatewys: [a]\n");
    s.texts("gateways");
    SettingsException e = assertThrows(SettingsException.class, s::done);
    assertEquals("did you mean “gateways”?", e.fix());
    assertEquals(1, e.line());
    assertEquals("gatewys", e.key());
  }

  @Test
  void filesAreRelativeToTheFileAndSecretsDoNotPrint() throws Exception {
    Path file =
        Files.writeString(folder.resolve("a.yaml"), "k: secrets/key\ngone: nowhere\nempty: e\n");
    Files.createDirectories(folder.resolve("secrets"));
    Files.writeString(folder.resolve("secrets/key"), "s3cret\n", StandardCharsets.UTF_8);
    Files.writeString(folder.resolve("e"), "\n");
    Section s = Section.read(file);
    Secret secret = s.secret("k");
    assertEquals("s3cret", secret.reveal());
    assertFalse(("" + secret).contains("s3cret"));
    assertThrows(SettingsException.class, () -> s.existing("gone"));
    SettingsException e = assertThrows(SettingsException.class, () -> s.secret("empty"));
    assertTrue(String.valueOf(e.getMessage()).contains("the secret file is empty"), e.getMessage());
    assertThrows(SettingsException.class, () -> Section.read(folder.resolve("none.yaml")));
  }
}
