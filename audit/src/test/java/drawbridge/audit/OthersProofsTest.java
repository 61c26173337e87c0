package drawbridge.audit;

import static drawbridge.audit.AuditFiles.about;
import static drawbridge.audit.AuditFiles.ok;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Proofs, checkpoints and a whole log in the hands of others: docs/check-proof.py with OpenSSL, as
 * an auditor has them, and the Go project's reader of the same formats. Nothing here checks with
 * code of ours.
 */
class OthersProofsTest {
  private static final Path SCRIPT = Path.of("..", "docs", "check-proof.py").toAbsolutePath();
  private static final Path GO = Path.of("src", "test", "go", "check.go").toAbsolutePath();
  private static final Path GO_LIBRARIES = Path.of("/usr/share/gocode");

  @TempDir Path temp;
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
  private Path folder = Path.of("");
  private Path key = Path.of("");
  private String said = "";

  /** Who checks. */
  enum Tool {
    PYTHON_AND_OPENSSL,
    GO
  }

  @BeforeEach
  void write() throws Exception {
    folder = temp.resolve("audit");
    // Beside a key of another log, as the samples' file has them.
    key =
        Files.writeString(
            temp.resolve("audit.vkey"),
            AuditKey.generate("drawbridge/gateway/gateway-1").verifier().text()
                + "\n"
                + AuditFiles.KEY.verifier().text()
                + "\n");
    for (int process = 0; process < 3; process++) {
      try (AuditLog log = open(process == 2 ? 1 << 20 : 4_000)) {
        if (process == 2) {
          tidy(log, Duration.ZERO);
        }
        for (int i = 0; i < 12; i++) {
          log.record(AuditRecord.begin(about("c" + process + "-" + i)));
          log.record(AuditRecord.end(about("c" + process + "-" + i), ok()));
        }
      }
    }
    assertTrue(Files.exists(SegmentFiles.in(folder).getFirst().compressed()));
  }

  private AuditLog open(long segmentBytes) throws IOException {
    InstantSource clock = now::get;
    return AuditLog.open(
        new AuditLog.Shape(
            folder, AuditFiles.KEY, Segment::open, segmentBytes, AuditLog.PATIENCE, clock));
  }

  private void tidy(AuditLog log, Duration retention) throws Exception {
    new Housekeeping(log, folder, true, retention, now::get).tidy();
  }

  private boolean run(String... command) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(temp.toFile())
            .redirectErrorStream(true)
            .redirectOutput(temp.resolve("said").toFile());
    builder.environment().put("GO111MODULE", "off");
    builder.environment().put("GOFLAGS", "");
    builder.environment().put("GOPATH", GO_LIBRARIES.toString());
    builder.environment().put("GOCACHE", Path.of("target", "go").toAbsolutePath().toString());
    try {
      Process process = builder.start();
      assertTrue(process.waitFor(120, TimeUnit.SECONDS), command[0] + " does not end");
      said = Files.readString(temp.resolve("said"));
      return process.exitValue() == 0;
    } catch (IOException e) {
      said = e.toString();
      return false;
    }
  }

  /** Whether the tool is content with files of these contents; at first the keys. */
  private boolean holds(Tool tool, String... contents) throws Exception {
    List<String> command = new ArrayList<>(command(tool));
    command.add(key.toString());
    for (String content : contents) {
      Path file = temp.resolve("file-" + command.size());
      command.add(Files.writeString(file, content).toString());
    }
    boolean holds = run(command.toArray(String[]::new));
    assertTrue(holds || said.startsWith("WRONG: "), said);
    return holds;
  }

  private List<String> command(Tool tool) throws Exception {
    if (tool == Tool.PYTHON_AND_OPENSSL) {
      assumeTrue(run("python3", "-c", "import sys; assert sys.version_info >= (3, 10)"), "python3");
      assumeTrue(run("openssl", "version"), "openssl is not installed");
      return List.of("python3", SCRIPT.toString());
    }
    Path program = temp.resolve("check");
    if (!Files.exists(program)) {
      assumeTrue(run("go", "version"), "Go is not installed: Debian's golang-go");
      assumeTrue(
          Files.isDirectory(GO_LIBRARIES.resolve("src/golang.org/x/mod/sumdb/tlog")),
          "Go's library of notes and tree proofs is not installed: golang-golang-x-mod-dev");
      assertTrue(run("go", "build", "-o", program.toString(), GO.toString()), said);
    }
    return List.of(program.toString());
  }

  /** The same with one line of it replaced. */
  private static String altered(String text, int line, String by) {
    List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
    lines.set(line, by);
    return String.join("\n", lines);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  @ParameterizedTest
  @EnumSource
  void othersFindEveryRecordThatIsProvenToThemAndNoOther(Tool tool) throws Exception {
    AuditFolder audit = AuditFolder.of(folder);
    long size = audit.checkpoint().size();
    for (long seq : List.of(1L, 2L, size / 2, size - 1, size)) {
      assertTrue(holds(tool, audit.prove(seq)), said);
      assertEquals("record %d of %d: %s".formatted(seq, size, audit.line(seq)), said.strip());
    }
    String proof = audit.prove(9);
    String forged = audit.line(9).replace("CN=apim", "CN=aqim");
    assertFalse(forged.equals(audit.line(9)));
    assertFalse(holds(tool, altered(proof, 1, "extra " + base64(forged))), said);
    assertFalse(holds(tool, altered(proof, 2, "index 9")), said);
    assertFalse(holds(tool, altered(proof, 4, AuditFolder.base64(new byte[32]))), said);
    int note = (int) proof.substring(0, proof.indexOf("\n\n")).lines().count() + 1;
    assertFalse(holds(tool, altered(proof, note + 1, Long.toString(size + 1))), said);
    // Somebody else's log, under the same name.
    Files.writeString(key, AuditKey.generate(AuditFiles.KEY.verifier().name()).verifier().text());
    assertFalse(holds(tool, proof), said);
  }

  @ParameterizedTest
  @EnumSource
  void othersSeeThatALogGrewAndWhetherItIsAnother(Tool tool) throws Exception {
    AuditFolder audit = AuditFolder.of(folder);
    Checkpoint newest = audit.checkpoint();
    for (String note : Independent.notes(folder)) {
      Checkpoint old = Checkpoint.parse(note);
      assertTrue(holds(tool, audit.consistency(old.size(), newest), note), note + said);
    }
    String oldest = Independent.notes(folder).getFirst();
    Checkpoint old = Checkpoint.parse(oldest);
    String growth = audit.consistency(old.size(), newest);
    assertFalse(holds(tool, altered(growth, 1, AuditFolder.base64(new byte[32])), oldest), said);
    byte[] other = old.root();
    other[5] ^= 1;
    // Even the key's holder cannot have the log begin with what it never was.
    String rewritten = Checkpoint.sign(AuditFiles.KEY, old.size(), other).note();
    assertFalse(holds(tool, growth, rewritten), said);
  }

  private boolean scriptTrusts(Path log) throws Exception {
    List<String> command = new ArrayList<>(command(Tool.PYTHON_AND_OPENSSL));
    command.addAll(List.of(key.toString(), log.toString()));
    boolean holds = run(command.toArray(String[]::new));
    assertTrue(holds || said.startsWith("WRONG: "), said);
    return holds;
  }

  @Test
  void theScriptChecksAWholeLogAlsoWhileItIsWrittenAndAfterItsBeginningIsGone() throws Exception {
    assertTrue(scriptTrusts(folder), said);
    long size = AuditFolder.of(folder).checkpoint().size();
    assertTrue(said.startsWith(size + " records, "), said);
    now.updateAndGet(time -> time.plus(Duration.ofDays(10)));
    try (AuditLog log = open(4_000)) {
      log.record(AuditRecord.begin(about("later")));
      assertTrue(scriptTrusts(folder), said);
      tidy(log, Duration.ofDays(5));
    }
    assertTrue(SegmentFiles.in(folder).getFirst().first() > size, "the beginning is gone");
    assertTrue(scriptTrusts(folder), said);
    Path last = SegmentFiles.in(folder).getLast().lines();
    Files.writeString(last, Files.readString(last).replace("CN=apim", "CN=aqim"));
    assertFalse(scriptTrusts(folder), said);
    assertTrue(said.contains("are not what was signed"), said);
  }

  @Test
  void thePagePrintsWhatTheScriptDoes() throws Exception {
    Matcher printed =
        Pattern.compile("```python\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("..", "docs", "audit.md")));
    assertTrue(printed.find(), "docs/audit.md has the heart of the script");
    assertTrue(Files.readString(SCRIPT).contains(printed.group(1)), "and it is the same");
  }
}
