package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher in a source tree of its own, with a JDK and a Maven that only write down calls. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a shell script")
final class LauncherTest {
  @TempDir private Path folder;
  private Path tree;
  private Path tools;

  @BeforeEach
  void layTheTree() throws IOException {
    tree = Files.createDirectories(folder.resolve("a tree"));
    tools = Files.createDirectories(folder.resolve("tools"));
    Files.copy(
        Repository.root().resolve("drawbridge"),
        tree.resolve("drawbridge"),
        StandardCopyOption.COPY_ATTRIBUTES);
    Files.createDirectories(tree.resolve("agent/src/main/java"));
    Files.writeString(tree.resolve("pom.xml"), "<project/>");
    Files.writeString(tree.resolve("agent/src/main/java/Main.java"), "class Main {}");
    // Links, so that the PATH has what a bare machine has and no Java or Maven of this one.
    for (String tool :
        List.of(
            "sh",
            "sed",
            "awk",
            "cat",
            "tr",
            "cut",
            "find",
            "sort",
            "xargs",
            "sha256sum",
            "shasum",
            "dirname",
            "basename",
            "readlink",
            "mkdir",
            "rm",
            "flock",
            "sleep",
            "touch")) {
      for (String bin : List.of("/usr/bin", "/bin")) {
        Path real = Path.of(bin, tool);
        if (Files.exists(real) && !Files.exists(tools.resolve(tool))) {
          Files.createSymbolicLink(tools.resolve(tool), real);
        }
      }
    }
  }

  @Test
  void saysWhatToInstallWhereThereIsNoJdk() throws Exception {
    Ran ran = run(List.of("agent"));
    assertEquals(1, ran.code());
    assertTrue(ran.text().contains("no JDK 25 or newer was found"), ran.text());
    assertTrue(ran.text().contains("Temurin 25"), ran.text());
  }

  @Test
  void passesOverAnOlderJdk() throws Exception {
    jdk("old", 21);
    Ran ran = run(List.of("agent"));
    assertTrue(ran.text().contains("no JDK 25 or newer was found"), ran.text());
  }

  @Test
  void saysWhatToInstallWhereThereIsNoMaven() throws Exception {
    jdk("new", 25);
    Ran ran = run(List.of("agent"));
    assertEquals(1, ran.code());
    assertTrue(ran.text().contains("Maven was not found"), ran.text());
  }

  @Test
  void buildsThenRunsTheProgramWithItsArgumentsAndExitCode() throws Exception {
    jdk("new", 26);
    maven("");
    Ran ran = run(List.of("agent", "--config", "a file.yaml"));
    assertEquals(7, ran.code(), ran.text());
    assertTrue(
        ran.text().contains("JVM drawbridge.agent.Main [--config] [a file.yaml]"), ran.text());
    assertTrue(ran.text().contains("building"), ran.text());
    assertTrue(Files.readString(tree.resolve("maven.calls")).contains("jdks/new"));
  }

  @Test
  void buildsAgainOnlyWhenASourceOrPomChanged() throws Exception {
    jdk("new", 25);
    maven("");
    run(List.of("agent"));
    run(List.of("agent"));
    assertEquals(1, builds());

    Files.createDirectories(tree.resolve("docs"));
    Files.writeString(tree.resolve("docs/notes.md"), "text");
    run(List.of("agent"));
    assertEquals(1, builds());

    Files.writeString(tree.resolve("agent/src/main/java/Main.java"), "class Main { int x; }");
    run(List.of("agent"));
    assertEquals(2, builds());

    Files.writeString(tree.resolve("pom.xml"), "<project>changed</project>");
    run(List.of("agent"));
    assertEquals(3, builds());
  }

  @Test
  void doesNotBuildAgainWhatTheTestsBuilt() throws Exception {
    jdk("new", 25);
    maven("");
    assertEquals(0, run(List.of("test")).code());
    long calls = builds();
    assertEquals(7, run(List.of("agent")).code());
    assertEquals(calls, builds());
  }

  @Test
  void buildsAgainWhenALibraryIsGone() throws Exception {
    jdk("new", 25);
    maven("");
    run(List.of("agent"));
    Files.writeString(tree.resolve("agent/target/dependencies.classpath"), "/nowhere/a.jar");
    run(List.of("agent"));
    assertEquals(2, builds());
  }

  @Test
  void showsTheLogOfAFailedBuildAndBuildsAgainNextTime() throws Exception {
    jdk("new", 25);
    maven("echo '[ERROR] a mistake'; exit 1");
    Ran failed = run(List.of("agent"));
    assertEquals(1, failed.code());
    assertTrue(failed.text().contains("[ERROR] a mistake"), failed.text());
    assertFalse(failed.text().contains("JVM"), failed.text());

    maven("");
    assertEquals(7, run(List.of("agent")).code());
  }

  @Test
  void buildsOnceForTwoThatStartTogether() throws Exception {
    jdk("new", 25);
    // The first build goes on until the second launcher waits for it.
    maven("while [ ! -e waiting ]; do sleep 0.1; done");
    Process first = start(List.of("agent"));
    await(tree.resolve("maven.calls"));
    Process second = start(List.of("agent"));
    StringBuilder said = new StringBuilder();
    try (var reader = second.inputReader()) {
      said.append(reader.readLine());
      Files.createFile(tree.resolve("waiting"));
      reader.lines().forEach(said::append);
    }
    assertTrue(said.toString().contains("waiting for another build"), said.toString());
    assertTrue(first.waitFor(20, TimeUnit.SECONDS) && second.waitFor(20, TimeUnit.SECONDS));
    assertEquals(7, first.exitValue());
    assertEquals(7, second.exitValue());
    assertEquals(1, builds());
  }

  @Test
  void worksThroughALinkFromAnotherFolder() throws Exception {
    jdk("new", 25);
    maven("");
    Path link = Files.createSymbolicLink(folder.resolve("db"), Path.of("a tree/drawbridge"));
    Ran ran = result(command(List.of(link.toString(), "agent"), Path.of("/")).start());
    assertEquals(7, ran.code(), ran.text());
  }

  @Test
  void explainsItselfWhenUsedWrongly() throws Exception {
    assertEquals(2, run(List.of()).code());
    Ran unknown = run(List.of("fly"));
    assertEquals(2, unknown.code());
    assertTrue(unknown.text().contains("there is no program “fly”"), unknown.text());
    assertTrue(unknown.text().contains("usage: drawbridge"), unknown.text());
  }

  @Test
  void takesTheJdkOfJavaHomeBeforeAllOthers() throws Exception {
    jdk("other", 25);
    maven("");
    Path home = jdk(folder.resolve("my jdk"), 26);
    Ran ran = run(Map.of("JAVA_HOME", home.toString()));
    assertEquals(7, ran.code(), ran.text());
    assertBuiltWith(home);
  }

  @Test
  void passesOverAJavaHomeThatIsTooOldAndNamesItWhereThereIsNoOther() throws Exception {
    maven("");
    Map<String, String> old = Map.of("JAVA_HOME", jdk(folder.resolve("old"), 21).toString());
    Ran none = run(old);
    assertEquals(1, none.code());
    assertTrue(
        none.text().contains("Looked at JAVA_HOME (" + folder.resolve("old") + ")"), none.text());
    jdk("other", 25);
    assertEquals(7, run(old).code());
    assertBuiltWith(folder.resolve("jdks/other"));
  }

  /** A link, as distributions have it in /usr/bin. */
  @Test
  void findsTheJdkOfTheJavacOnThePath() throws Exception {
    maven("");
    Path home = jdk(folder.resolve("somewhere"), 25);
    Path alternative = Files.createSymbolicLink(folder.resolve("java"), home.resolve("bin/javac"));
    Files.createSymbolicLink(tools.resolve("javac"), alternative);
    Ran ran = run(Map.of());
    assertEquals(7, ran.code(), ran.text());
    assertBuiltWith(home);
  }

  /** A JDK that has no such file, as some that people build themselves. */
  @Test
  void asksAJdkWithoutAReleaseFileForItsVersion() throws Exception {
    maven("");
    Path home = jdk(folder.resolve("built"), 25);
    Files.delete(home.resolve("release"));
    script(home.resolve("bin/javac"), "echo javac 26-internal");
    assertEquals(7, run(Map.of("JAVA_HOME", home.toString())).code());
    script(home.resolve("bin/javac"), "echo javac 24.0.1");
    assertFalse(run(Map.of("JAVA_HOME", home.toString())).text().contains("JVM"));
  }

  /** The usual folders below a home; those of the machine come first where they have one. */
  @ParameterizedTest
  @ValueSource(strings = {".jdks/temurin-99", ".sdkman/candidates/java/99-tem"})
  void looksIntoTheUsualFolders(String place) throws Exception {
    maven("");
    Path home = folder.resolve("home");
    Path there = jdk(home.resolve(place), 99);
    ProcessBuilder builder = command(List.of(tree.resolve("drawbridge").toString(), "agent"), tree);
    builder.environment().remove("DRAWBRIDGE_JDKS");
    builder.environment().put("HOME", home.toString());
    // Only the version asked for is found, so that those of this machine are passed over.
    Path launcher = tree.resolve("drawbridge");
    Files.writeString(launcher, Files.readString(launcher).replace("-ge 25 ]", "-ge 99 ]"));
    Ran ran = result(builder.start());
    assertEquals(7, ran.code(), ran.text());
    assertBuiltWith(there);
  }

  private void assertBuiltWith(Path home) throws IOException {
    List<String> calls = Files.readAllLines(tree.resolve("maven.calls"));
    assertTrue(calls.getLast().startsWith(home + " "), calls::toString);
  }

  private Ran run(Map<String, String> environment) throws Exception {
    ProcessBuilder builder = command(List.of(tree.resolve("drawbridge").toString(), "agent"), tree);
    builder.environment().putAll(environment);
    return result(builder.start());
  }

  @Test
  void saysOfEveryClassThatWasSkippedWhy() throws Exception {
    jdk("new", 25);
    maven(
        """
        mkdir -p relay/target/surefire-reports
        cat >relay/target/surefire-reports/TEST-drawbridge.relay.ChannelTest.xml <<'END'
        <testcase name="a" classname="drawbridge.relay.ChannelTest" time="0.0">
          <skipped type="org.opentest4j.TestAbortedException"><![CDATA[org.opentest4j.TestAbortedException: Assumption failed: no Docker engine runs here
          at somewhere]]></skipped>
        </testcase>
        <testcase name="b" classname="drawbridge.relay.ChannelTest" time="0.0">
          <skipped message="the &quot;service&quot; &amp; more"/>
        </testcase>
        <testcase name="c" classname="drawbridge.relay.ChannelTest" time="0.0">
          <skipped type="x"><![CDATA[org.opentest4j.TestAbortedException: Assumption failed: no Docker engine runs here
          at somewhere]]></skipped>
        </testcase>
        END
        cat <<'END'
        [INFO] Building Drawbridge: relay 0.1.0-SNAPSHOT                          [1/2]
        [WARNING] Tests run: 12, Failures: 0, Errors: 0, Skipped: 3, Time elapsed: 3.5 s -- in drawbridge.relay.ChannelTest
        [INFO] Tests run: 2, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.5 s -- in drawbridge.relay.FrameTest
        [WARNING] Tests run: 1, Failures: 0, Errors: 0, Skipped: 1, Time elapsed: 0.5 s -- in drawbridge.relay.OddTest
        [INFO] BUILD SUCCESS
        END\
        """);
    String text = run(List.of("test")).text();
    List<String> skipped =
        text.lines()
            .dropWhile(line -> !line.startsWith("skipped here"))
            .skip(1)
            .takeWhile(line -> !line.isBlank())
            .map(line -> line.replaceAll(" +", " "))
            .toList();
    assertEquals(
        List.of(
            "relay.ChannelTest 3 no Docker engine runs here; the \"service\" & more",
            "relay.OddTest 1 no reason is in its report"),
        skipped,
        text);
  }

  @Test
  void putsTheTimeTableBeforeMavensOwnSummary() throws Exception {
    jdk("new", 25);
    maven(
        """
        cat <<'END'
        [INFO] Building Drawbridge: relay 0.1.0-SNAPSHOT                          [1/2]
        [INFO] Tests run: 12, Failures: 0, Errors: 0, Skipped: 1, Time elapsed: 3.5 s -- in drawbridge.relay.ChannelTest
        [INFO] Tests run: 2, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.5 s -- in drawbridge.relay.FrameTest
        [INFO] ------------------------------------------------------------------------
        [INFO] Reactor Summary for Drawbridge 0.1.0-SNAPSHOT:
        [INFO] ------------------------------------------------------------------------
        [INFO] BUILD SUCCESS
        [INFO] ------------------------------------------------------------------------
        END
        exit 3\
        """);
    Ran ran = run(List.of("test", "--long", "--packages", "-pl", "relay"));
    assertEquals(3, ran.code());
    List<String> lines = ran.text().lines().toList();
    int row =
        lines.indexOf("relay                   14        1       4.0   relay.ChannelTest (3.5)");
    int summary = lines.indexOf("[INFO] Reactor Summary for Drawbridge 0.1.0-SNAPSHOT:");
    assertTrue(row > 0 && row < summary, ran.text());
    assertEquals("[INFO] BUILD SUCCESS", lines.get(lines.size() - 2));
    String call = Files.readString(tree.resolve("maven.calls"));
    for (String phase : List.of("-DskipTests package", "verify")) {
      assertTrue(
          call.contains(
              "-Ddrawbridge.long=true -Ddrawbridge.packages=build " + phase + " -pl relay"),
          call);
    }
  }

  // ---- the false tools

  private void jdk(String name, int version) throws IOException {
    var _ = jdk(folder.resolve("jdks").resolve(name), version);
  }

  private static Path jdk(Path home, int version) throws IOException {
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + ".0.1\"\n");
    script(home.resolve("bin/javac"), "exit 0");
    // Prints the main class and what follows; exits with a code of its own.
    script(
        home.resolve("bin/java"),
        """
        while [ "$1" != -cp ]; do shift; done
        printf 'JVM %s' "$3"; shift 3
        for argument; do printf ' [%s]' "$argument"; done
        echo; exit 7\
        """);
    return home;
  }

  private void maven(String work) throws IOException {
    script(
        tools.resolve("mvn"),
        """
        echo "$JAVA_HOME $*" >>maven.calls
        mkdir -p agent/target/classes
        : >agent/target/dependencies.classpath
        echo '[INFO] Building Drawbridge: agent 0.1.0-SNAPSHOT    [1/1]'
        """
            + work);
  }

  private static void script(Path file, String text) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + text + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private long builds() throws IOException {
    return Files.readAllLines(tree.resolve("maven.calls")).size();
  }

  private record Ran(int code, String text) {}

  private Ran run(List<String> arguments) throws Exception {
    return result(start(arguments));
  }

  private Process start(List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(tree.resolve("drawbridge").toString());
    command.addAll(arguments);
    return command(command, tree).start();
  }

  private ProcessBuilder command(List<String> command, Path directory) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(directory.toFile()).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().put("PATH", tools.toString());
    builder.environment().put("DRAWBRIDGE_JDKS", folder.resolve("jdks").toString());
    return builder;
  }

  private static Ran result(Process process) throws Exception {
    String text;
    try (var reader = process.inputReader()) {
      text = String.join("\n", reader.lines().toList());
    }
    assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    return new Ran(process.exitValue(), text);
  }

  private static void await(Path file) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!Files.exists(file) && System.nanoTime() < deadline) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }
}
