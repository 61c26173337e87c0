package drawbridge.audit;

import static drawbridge.audit.AuditFiles.about;
import static drawbridge.audit.AuditFiles.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code drawbridge audit} as people use it. */
class CommandTest {
  @TempDir Path temp;
  private Path folder = Path.of("");
  private Path key = Path.of("");
  private String output = "";

  @BeforeEach
  void write() throws Exception {
    folder = temp.resolve("agent");
    key = Files.writeString(temp.resolve("key"), AuditFiles.KEY.verifier().text() + "\n");
    try (AuditLog log = AuditFiles.open(folder)) {
      for (int i = 0; i < 5; i++) {
        log.record(AuditRecord.call(about("c" + i), ok()));
      }
      log.record(
          AuditRecord.refused(
              about("no", "hr/v1/Pay", List.of(Recorded.clear("n", "=1+1")), ""),
              new AuditRecord.Result(
                  AuditRecord.Outcome.REFUSED, "FORBIDDEN", 0, "no | rule", "ref-1", 0, 0, 0, 5)));
    }
  }

  private int run(String... arguments) {
    StringWriter out = new StringWriter();
    int code =
        new CommandLine(Main.command())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(out))
            .execute(arguments);
    output = out.toString();
    return code;
  }

  @Test
  void verifySaysOneOfThreeThingsAndEndsAccordingly() throws Exception {
    String path = folder.toString();
    assertEquals(0, run("verify", path, "--key", key.toString()));
    assertTrue(output.startsWith("CONSISTENT with itself, compared with nothing outside"), output);
    assertEquals(0, run("checkpoint", path));
    Path note = Files.writeString(temp.resolve("note"), output);
    assertEquals(0, run("verify", path, "--key", key.toString(), "--checkpoint", note.toString()));
    assertTrue(output.startsWith("ANCHORED up to 2"), output);
    assertTrue(output.contains(note.toString()), output);
    Path lines = SegmentFiles.in(folder).getFirst().lines();
    Files.writeString(lines, Files.readString(lines).replace("\"call\":\"c3\"", "\"call\":\"c4\""));
    assertEquals(1, run("verify", path, "--key", key.toString()));
    assertTrue(output.contains("000000000001.jsonl, byte ") && output.contains("record 5"), output);
    assertEquals(2, run("verify", temp.resolve("none").toString()));
    assertEquals(2, run("verify", path, "--checkpoint", key.toString()));
    assertEquals(2, run("verify"));
  }

  @Test
  void proofsAreWrittenAndChecked() throws Exception {
    Path proof = temp.resolve("p");
    assertEquals(0, run("prove", folder.toString(), "ref-1", "--out", proof.toString()));
    assertTrue(Files.readString(proof).startsWith("c2sp.org/tlog-proof@v1\nextra "));
    assertEquals(0, run("check", proof.toString(), "--key", key.toString()));
    assertTrue(output.contains("\"reference\":\"ref-1\""), output);
    Files.writeString(proof, Files.readString(proof).replaceFirst("index 6", "index 5"));
    assertEquals(1, run("check", proof.toString(), "--key", key.toString()));
    assertEquals(0, run("checkpoint", folder.toString()));
    Path old = Files.writeString(temp.resolve("old"), output);
    long size = AuditFolder.of(folder).checkpoint().size();
    AuditFiles.open(folder).close();
    assertEquals(0, run("consistency", folder.toString(), "" + size, "--out", proof.toString()));
    assertEquals(
        0, run("check", proof.toString(), "--key", key.toString(), "--old", old.toString()));
    assertEquals(1, run("check", proof.toString(), "--key", key.toString()));
    assertEquals(1, run("prove", folder.toString(), "nothing"));
  }

  @Test
  void aWitnessCosignsAndVerifyAsksForIt() throws Exception {
    String path = folder.toString();
    String pem = temp.resolve("witness.pem").toString();
    assertEquals(0, run("key", pem, "--name", "witness.example", "--witness"));
    Path eye = Files.writeString(temp.resolve("eye"), output);
    assertEquals(0, run("checkpoint", path));
    Path note = Files.writeString(temp.resolve("note"), output);
    String[] verify = {
      "verify", path, "--key", key.toString(), "--witness", eye.toString(), "--checkpoint", ""
    };
    verify[7] = note.toString();
    assertEquals(2, run(verify));
    assertTrue(output.contains("witnesses given cosigned"), output);
    String seen = temp.resolve("seen").toString();
    String[] cosign = {
      "cosign",
      note.toString(),
      "--key",
      pem,
      "--name",
      "witness.example",
      "--log",
      key.toString(),
      "--seen",
      seen,
      "--out",
      temp.resolve("cosigned").toString()
    };
    assertEquals(0, run(cosign));
    verify[7] = cosign[11];
    assertEquals(0, run(verify));
    assertTrue(output.startsWith("ANCHORED up to 2"), output);
    assertTrue(output.contains(", seen by witness.example at 2"), output);
    AuditFiles.open(folder).close();
    assertEquals(0, run("checkpoint", path));
    Files.writeString(note, output);
    assertEquals(1, run(cosign));
  }

  /** Changes and streams have two records each, and conditions may hold in different ones. */
  @Test
  void whoCalledAndWhatBecameOfItAreFoundTogether() throws Exception {
    AuditRecord.About change =
        about("w1", "orders/v1/Change", List.of(Recorded.clear("orderId", "4711")), "");
    try (AuditLog log = AuditFiles.open(folder)) {
      log.record(AuditRecord.begin(change));
      log.record(
          AuditRecord.end(
              change,
              new AuditRecord.Result(
                  AuditRecord.Outcome.FAILED, "CONFLICT", 409, "", "ref-9", 0, 0, 0, 5)));
      log.record(AuditRecord.begin(about("w2")));
    }
    AuditFiles.open(folder).close();
    String path = folder.toString();
    for (String[] sought :
        new String[][] {
          {"--user", "u1", "--outcome", "failed"},
          {"--caller", "CN=apim", "--reference", "ref-9"},
          {"--argument", "orderId=4711", "--outcome", "failed", "--gateway", "gateway-1"},
          {"--rule", "apps", "--kind", "end", "--operation", "orders/v1/Change"},
          {"--user", "u1", "--outcome", "unknown", "--from", "2026-01-01"},
        }) {
      List<String> words = new ArrayList<>(List.of("find", path));
      words.addAll(List.of(sought));
      assertEquals(0, run(words.toArray(String[]::new)), output);
      assertEquals(1, output.lines().count(), words + ": " + output);
    }
    assertEquals(0, run("find", path, "--user", "u2", "--outcome", "failed"));
    assertEquals("", output);
  }

  @Test
  void findAndExportPrintWhatFits() {
    String path = folder.toString();
    assertEquals(0, run("find", path, "--call", "c3"));
    assertEquals(1, output.lines().count(), output);
    assertEquals(0, run("find", path, "--operation", "hr/v1/Pay", "--argument", "n==1+1"));
    assertEquals(1, output.lines().count(), output);
    assertEquals(0, run("find", path, "--kind", "call", "--limit", "2"));
    assertEquals(2, output.lines().count(), output);
    assertEquals(0, run("find", path, "--user", "u1", "--to", "2020-01-01"));
    assertEquals("", output);
    assertEquals(0, run("export", path, "--format", "csv", "--outcome", "refused"));
    assertEquals(String.join(",", Export.COLUMNS), output.lines().findFirst().orElse(""));
    assertTrue(output.contains("\"no | rule\""), output);
    assertEquals(0, run("export", path, "--format", "cef", "--kind", "refused"));
    assertTrue(output.startsWith("CEF:0|Drawbridge|audit|1|refused|refused|5|rt="), output);
    assertTrue(output.contains(" act=hr/v1/Pay ") && output.contains(" suid=u1"), output);
    assertEquals(2, run("find", path, "--argument", "n"));
    assertEquals(2, run("find", path, "--from", "yesterday"));
  }

  @Test
  void severalFoldersAreMergedByTime() throws Exception {
    Path other = temp.resolve("other");
    try (AuditLog one = AuditFiles.open(folder);
        AuditLog two = AuditFiles.open(other)) {
      for (int i = 0; i < 300; i++) { // more than are read ahead
        one.record(AuditRecord.call(about("one-" + i), ok()));
        two.record(AuditRecord.call(about("two-" + i), ok()));
      }
    }
    String[] both = {"export", folder.toString(), other.toString(), "--kind", "call"};
    assertEquals(0, run(both));
    List<String> times =
        output.lines().map(line -> line.replaceAll(".*\"time\":\"(.*?)\".*", "$1")).toList();
    assertEquals(605, times.size());
    assertEquals(
        times.stream().map(Instant::parse).sorted().toList(),
        times.stream().map(Instant::parse).toList());
    assertEquals(
        0, run("find", folder.toString(), other.toString(), "--limit", "9", "--kind", "call"));
    assertEquals(9, output.lines().count());
    assertTrue(output.contains("one-1\"") && output.contains("two-1\""), output);
    assertFalse(output.contains("two-2\""), output);
    // One that cannot be read is no reason to be silent about it.
    Files.writeString(SegmentFiles.in(other).getFirst().lines(), "no record\n{\"call\":\n");
    assertTrue(run("export", folder.toString(), other.toString()) != 0);
  }

  @Test
  void reconcileShowsACallOnOneSideOnly() throws Exception {
    Path gateway = temp.resolve("gateway");
    try (AuditLog log = AuditFiles.open(gateway)) {
      for (String call : List.of("c0", "c1", "c2", "c3", "c4", "no", "hidden")) {
        log.record(AuditRecord.begin(about(call)).with(Map.of("agent", "agent-a")));
        log.record(AuditRecord.end(about(call), call.equals("no") ? refused() : ok()));
      }
      log.record(AuditRecord.refused(about("local"), refused()).with(Map.of("sent", "no")));
    }
    assertEquals(
        1, run("reconcile", "--agent", folder.toString(), "--gateway", gateway.toString()));
    assertTrue(output.contains("gateway only   hidden"), output);
    assertTrue(output.contains("6 calls on both sides, 1 differ"), output);
    try (AuditLog log = AuditFiles.open(folder)) {
      log.record(AuditRecord.call(about("hidden"), ok()));
      log.record(AuditRecord.call(about("bypass"), ok()));
    }
    assertEquals(
        1, run("reconcile", "--agent", folder.toString(), "--gateway", gateway.toString()));
    assertTrue(output.contains("agent only     bypass"), output);
  }

  private static AuditRecord.Result refused() {
    return new AuditRecord.Result(AuditRecord.Outcome.REFUSED, "FORBIDDEN", 0, "", "", 0, 0, 0, 5);
  }

  @Test
  void aKeyIsMadeOnceAndShown() throws Exception {
    Path file = temp.resolve("audit.key");
    assertEquals(0, run("key", file.toString(), "--name", "drawbridge/gateway/g"));
    String first = output;
    assertEquals(0, run("key", file.toString(), "--name", "drawbridge/gateway/g"));
    assertEquals(first, output);
    assertEquals(first.strip(), AuditKey.read(file, "drawbridge/gateway/g").verifier().text());
    assertEquals(2, run("key", file.toString(), "--name", "a b"));
  }

  @Test
  void callsAreCountedOverTime() throws Exception {
    Instant now = Instant.now();
    List<AuditFolder.Count> counts =
        AuditFolder.of(folder)
            .counts(now.minus(Duration.ofHours(1)), now.plusSeconds(60), Duration.ofDays(1));
    assertEquals(1, counts.size());
    assertEquals(5, counts.getFirst().answered());
    assertEquals(1, counts.getFirst().refused());
  }
}
