package drawbridge.audit;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the log as anybody would, with nothing of the writer. */
public final class AuditFiles {
  private AuditFiles() {}

  /** All lines in order, each as its fields; a nested field's name is dotted. */
  public static List<Map<String, String>> read(Path folder) {
    try (var files = Files.list(folder)) {
      List<Map<String, String>> all = new ArrayList<>();
      for (Path file : files.filter(f -> f.toString().endsWith(".jsonl")).sorted().toList()) {
        for (String line : Files.readAllLines(file)) {
          all.add(parse(line));
        }
      }
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The lines of one kind. */
  public static List<Map<String, String>> read(Path folder, String kind) {
    return read(folder).stream().filter(line -> kind.equals(line.get("kind"))).toList();
  }

  static Map<String, String> parse(String line) throws IOException {
    Map<String, String> fields = new LinkedHashMap<>();
    try (JsonParser json = Lines.JSON.createParser(line)) {
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

  static AuditLog open(Path folder) throws IOException {
    return AuditLog.open(folder, KEY);
  }

  static AuditLog open(Path folder, Segment.Opener opener, long segmentBytes, Duration patience)
      throws IOException {
    return AuditLog.open(
        new AuditLog.Shape(folder, KEY, opener, segmentBytes, patience, InstantSource.system()));
  }

  static AuditLog open(Path folder, long segmentBytes) throws IOException {
    return open(folder, Segment::open, segmentBytes, AuditLog.PATIENCE);
  }

  static AuditRecord.About about(String call) {
    return about(call, "orders/v1/FindOrders", List.of(Recorded.omitted("customerId")), "");
  }

  static AuditRecord.About about(
      String call, String operation, List<Recorded> arguments, String valuesKey) {
    return new AuditRecord.About(
        call,
        1,
        operation,
        "gateway-1",
        Identity.builder()
            .proven(Identity.USER, "u1")
            .claimed(Identity.SUBJECT, "CN=apim")
            .claimed(Identity.ADDRESS, "10.0.0.1")
            .build(),
        "apps",
        "d1",
        arguments,
        valuesKey,
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  }

  static AuditRecord.Result ok() {
    return new AuditRecord.Result(AuditRecord.Outcome.OK, "", 200, "", "", 3, 120, 800, 1_000);
  }

  /** Writes so much that there are marks in the segment. */
  static void fill(AuditLog log) throws AuditUnavailable {
    for (int i = 0; i < 20_000; i++) {
      AuditRecord record = AuditRecord.call(about("filled-" + i), ok());
      while (!log.offer(record)) {
        Thread.onSpinWait();
      }
    }
    log.record(AuditRecord.call(about("full"), ok()));
  }
}
