package drawbridge.acceptance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Reads an agent's audit log as its JSON lines stand in the folder. */
public final class AuditTrail {
  private static final ObjectMapper JSON = new ObjectMapper();

  private AuditTrail() {}

  /** Every record of a call, in the order of the log. A line that is being written is left. */
  public static void calls(Path folder, Consumer<JsonNode> reader) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".jsonl")).sorted().toList()) {
        try (BufferedReader lines = Files.newBufferedReader(file)) {
          for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            JsonNode record = JSON.readTree(line);
            if (record.has("call")) {
              reader.accept(record);
            }
          }
        } catch (JsonProcessingException e) {
          // the line that is being written is the last one of its file
        }
      }
    }
  }

  /** Those since then. */
  static List<JsonNode> calls(Path folder, Instant since) throws IOException {
    List<JsonNode> calls = new ArrayList<>();
    calls(
        folder,
        record -> {
          if (!Instant.parse(record.path("time").asText()).isBefore(since)) {
            calls.add(record);
          }
        });
    return calls;
  }

  /** The last record of a call says how it ended. */
  static boolean ended(List<JsonNode> records, String operation, String outcome, long rows) {
    return records.stream()
        .anyMatch(
            record ->
                record.path("operation").asText().equals(operation)
                    && record.path("outcome").asText().equals(outcome)
                    && record.path("rows").asLong() == rows);
  }
}
