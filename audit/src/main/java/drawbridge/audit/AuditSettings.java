package drawbridge.audit;

import drawbridge.settings.Section;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The section {@code audit} of {@code agent.yaml} and {@code gateway.yaml}; docs/audit.md names
 * every key. Immutable.
 *
 * @param folder may not exist yet
 * @param key signs the checkpoints
 * @param segmentBytes after which a new file is begun
 * @param compress closed segments
 * @param retention of closed segments; zero: for good
 * @param values folder of the keys that values are hashed with
 * @param rotation of those keys
 * @param syslog where records are shipped to
 */
public record AuditSettings(
    Path folder,
    AuditKey key,
    long segmentBytes,
    boolean compress,
    Duration retention,
    Path values,
    Duration rotation,
    Optional<SyslogSettings> syslog) {
  private static final long LEAST_SEGMENT = 1L << 20;
  private static final long MOST_SEGMENT = 1L << 30;

  /**
   * Reads the section to its end.
   *
   * @param name of the log, such as {@code drawbridge/plant-1/agent/agent-a}
   * @throws drawbridge.settings.SettingsException naming line, key and fix
   */
  public static AuditSettings read(Section audit, String name) {
    Path folder = audit.path("folder");
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw audit.wrong("folder", "not a folder: " + folder, "name a folder of its own");
    }
    AuditKey key = key(audit, name);
    long segment = audit.size("segment", AuditLog.SEGMENT_BYTES);
    if (segment < LEAST_SEGMENT || segment > MOST_SEGMENT) {
      throw audit.wrong("segment", "not from 1MB to 1GB", "leave it out for 64MB");
    }
    boolean compress = audit.flag("compress", true);
    Duration retention = audit.duration("retention", Duration.ZERO);
    Path values = folder.resolveSibling(folder.getFileName() + "-values");
    Duration rotation = Duration.ofDays(30);
    Optional<Section> section = audit.optionalSection("values");
    if (section.isPresent()) {
      values = section.get().optionalPath("folder").orElse(values);
      rotation = section.get().duration("rotate", rotation);
      section.get().done();
    }
    if (values.toAbsolutePath().startsWith(folder.toAbsolutePath())) {
      throw audit.wrong(
          "values", "its folder lies in the log's", "keep these keys apart: name another folder");
    }
    Optional<SyslogSettings> syslog = audit.optionalSection("syslog").map(SyslogSettings::read);
    audit.done();
    return new AuditSettings(folder, key, segment, compress, retention, values, rotation, syslog);
  }

  private static AuditKey key(Section audit, String name) {
    if (!audit.has("key")) {
      throw audit.wrong(
          "key",
          "no key signs the audit log",
          "make one with “drawbridge audit key FILE” and write “key: FILE”");
    }
    try {
      return AuditKey.read(audit.existing("key"), name);
    } catch (IOException e) {
      throw audit.wrong(
          "key", String.valueOf(e.getMessage()), "make one with “drawbridge audit key FILE”");
    }
  }
}
