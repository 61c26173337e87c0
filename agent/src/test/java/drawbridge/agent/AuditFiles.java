package drawbridge.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import drawbridge.audit.AuditKey;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/** Reads the log as anybody would, with nothing of the writer. */
final class AuditFiles {
  private static final JsonFactory JSON = new JsonFactory();

  private AuditFiles() {}

  /** All lines in order, each as its fields; a nested field's name is dotted. */
  static List<Map<String, String>> read(Path folder) {
    try (var files = Files.list(folder)) {
      List<Map<String, String>> all = new ArrayList<>();
      for (Path file : files.filter(f -> f.toString().contains(".jsonl")).sorted().toList()) {
        Path plain = Path.of(file.toString().replace(".gz", ""));
        if (file.equals(plain) || (file.toString().endsWith(".gz") && !Files.exists(plain))) {
          for (String line : lines(file)) {
            all.add(parse(line));
          }
        }
      }
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> lines(Path file) throws IOException {
    InputStream raw = Files.newInputStream(file);
    try (InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw) {
      return new String(in.readAllBytes(), UTF_8).lines().toList();
    }
  }

  /** The lines of one kind. */
  static List<Map<String, String>> read(Path folder, String kind) {
    return read(folder).stream().filter(line -> kind.equals(line.get("kind"))).toList();
  }

  static Map<String, String> parse(String line) throws IOException {
    Map<String, String> fields = new LinkedHashMap<>();
    try (JsonParser json = JSON.createParser(line)) {
      while (json.nextToken() != null) {
        if (json.currentToken().isScalarValue()) {
          String name = json.getParsingContext().pathAsPointer().toString();
          fields.put(name.substring(1).replace('/', '.'), json.getText());
        }
      }
      if (json.currentToken() == JsonToken.NOT_AVAILABLE) {
        throw new IOException("no JSON: " + line);
      }
    }
    return fields;
  }

  static final AuditKey KEY = AuditKey.generate("drawbridge/plant-1/agent/agent-a");
}
