package drawbridge.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogLineTest {
  private static LogRecord record(Level level, String message) {
    LogRecord record = new LogRecord(level, message);
    record.setLoggerName("drawbridge.relay");
    record.setInstant(Instant.parse("2026-01-31T12:00:00.123Z"));
    return record;
  }

  @Test
  void peopleGetOneLineAFact() {
    LogLine text = new LogLine(Program.Log.TEXT, false);
    assertEquals(
        "2026-01-31 12:00:00.123Z WARNING relay: it broke  2027 ERROR forged\n",
        text.format(record(Level.WARNING, "it broke\r\n2027 ERROR forged")));
  }

  @Test
  void machinesGetOneObjectALineWithItsTrace() {
    LogRecord record = record(Level.SEVERE, "a “quote” \" and\na line");
    record.setThrown(new IllegalStateException("inner"));
    String line = new LogLine(Program.Log.JSON, false).format(record);
    assertEquals(1, line.lines().count(), line);
    Section read = Section.parse(Path.of("line.json"), line);
    assertEquals("2026-01-31T12:00:00.123Z", read.text("time"));
    assertEquals("ERROR", read.text("level"));
    assertEquals("relay", read.text("logger"));
    assertEquals("a “quote” \" and\na line", read.text("message"));
    assertTrue(read.text("exception").startsWith("java.lang.IllegalStateException: inner\n\tat "));
  }

  @Test
  void theJournalGetsAPriorityBeforeEveryLine() {
    LogRecord record = record(Level.WARNING, "it broke");
    record.setThrown(new IllegalStateException("inner"));
    String text = new LogLine(Program.Log.TEXT, true).format(record);
    assertTrue(text.lines().count() > 2, text);
    assertTrue(text.lines().allMatch(line -> line.startsWith("<4>")), text);
    assertTrue(
        new LogLine(Program.Log.JSON, true)
            .format(record(Level.INFO, "x"))
            .startsWith("<6>{\"time\":"));
  }

  /** A program of its own, whose standard error is the file that the variable names, or another. */
  @Test
  void onlyTheStreamThatTheServiceManagerNamesIsTheJournal(@TempDir Path folder) throws Exception {
    Path file = Files.createFile(folder.resolve("stream"));
    Path other = Files.createFile(folder.resolve("other"));
    assertTrue(run(file, file).getFirst().startsWith("<4>"), () -> lines(file));
    assertFalse(run(other, file).getFirst().startsWith("<"), () -> lines(other));
  }

  private static List<String> run(Path stream, Path named) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Speaker.class.getName()));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder
        .environment()
        .put(
            "JOURNAL_STREAM",
            Files.getAttribute(named, "unix:dev") + ":" + Files.getAttribute(named, "unix:ino"));
    Process process =
        builder
            .redirectError(stream.toFile())
            .redirectOutput(ProcessBuilder.Redirect.to(new File("/dev/null")))
            .start();
    assertEquals(0, process.waitFor());
    return Files.readAllLines(stream);
  }

  private static String lines(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Says one thing in the log. */
  static final class Speaker {
    private Speaker() {}

    public static void main(String... arguments) {
      Program.log(Program.Log.TEXT);
      System.getLogger("drawbridge.test").log(System.Logger.Level.WARNING, "said");
    }
  }
}
