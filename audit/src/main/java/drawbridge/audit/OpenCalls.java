package drawbridge.audit;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The calls whose begin is durable and whose end is not; as many as run at once. Used by the writer
 * thread alone.
 */
final class OpenCalls {
  private final Map<String, Lines.Open> calls = new LinkedHashMap<>();

  static String key(String call, int attempt) {
    return call + "/" + attempt;
  }

  /** Called for every record that became durable. */
  void note(AuditRecord record) {
    AuditRecord.About about = record.about();
    if (about == null) {
      return;
    }
    String key = key(about.call(), about.attempt());
    if (record.kind() == AuditRecord.Kind.BEGIN) {
      calls.put(
          key,
          new Lines.Open(
              about.call(),
              about.attempt(),
              about.operation(),
              Lines.written(record.time()),
              about.caller()));
    } else if (record.kind() == AuditRecord.Kind.END) {
      calls.remove(key);
    }
  }

  Collection<Lines.Open> all() {
    return List.copyOf(calls.values());
  }
}
