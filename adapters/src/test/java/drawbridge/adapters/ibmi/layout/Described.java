package drawbridge.adapters.ibmi.layout;

import drawbridge.settings.Section;
import drawbridge.settings.SettingsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Descriptions that tests write. */
final class Described {
  private Described() {}

  private static Section section(Path folder, String keys) {
    return Section.parse(folder.resolve("api.yaml"), keys);
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Description.Program program(Path folder, String pcml, String keys) {
    write(folder.resolve("p.pcml"), pcml);
    return Description.program(section(folder, "pcml: p.pcml\n" + keys), 37);
  }

  /** A program with these parameters. */
  static Layout pcml(Path folder, String parameters, String keys) {
    return program(
            folder,
            "<pcml version=\"6.0\"><program name=\"P\" path=\"/QSYS.LIB/L.LIB/P.PGM\">\n"
                + parameters
                + "</program></pcml>",
            keys)
        .layout();
  }

  static Layout copybook(Path folder, String copybook, String keys) {
    write(folder.resolve("c.cpy"), copybook);
    return Description.record(section(folder, "copybook: c.cpy\n" + keys), 37).orElseThrow();
  }

  static String message(SettingsException e) {
    return String.valueOf(e.getMessage());
  }

  static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  static String hex(byte @Nullable [] bytes) {
    return bytes == null ? "none" : HexFormat.of().formatHex(bytes);
  }

  /** EBCDIC. */
  static byte[] text(String text) {
    byte[] bytes = Leaves.text(37).encode(text);
    if (bytes == null) {
      throw new IllegalArgumentException(text);
    }
    return bytes;
  }

  static List<?> list(Map<String, ?> values, String name) {
    if (at(values, name) instanceof List<?> list) {
      return list;
    }
    throw new AssertionError(name + " is no list");
  }

  static @Nullable Object at(Map<String, ?> values, String name) {
    if (!values.containsKey(name)) {
      throw new AssertionError("no member " + name + " in " + values.keySet());
    }
    return values.get(name);
  }
}
