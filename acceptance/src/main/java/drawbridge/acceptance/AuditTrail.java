package drawbridge.acceptance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Reads an agent's audit log as its JSON lines stand in the folder. */
final class AuditTrail {
  private static final ObjectMapper JSON = new ObjectMapper();

  private AuditTrail() {}

  /** Records of calls since then, in the order of the log. A line that is being written is left. */
  static List<JsonNode> calls(Path folder, Instant since) throws IOException {
    List<JsonNode> calls = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".jsonl")).sorted().toList()) {
        for (String line : Files.readAllLines(file)) {
          try {
            JsonNode record = JSON.readTree(line);
            if (record.has("call")
                && !Instant.parse(record.path("time").asText()).isBefore(since)) {
              calls.add(record);
            }
          } catch (JsonProcessingException e) {
            break;
          }
        }
      }
    }
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
