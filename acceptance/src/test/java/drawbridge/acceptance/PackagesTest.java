package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import drawbridge.acceptance.InstalledRoot.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Builds the packages once, looks at them, installs them and makes a call through. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@EnabledOnOs(
    value = OS.LINUX,
    architectures = "amd64",
    disabledReason = "the packages are for Linux x86-64")
final class PackagesTest {
  private static final long LARGEST = 90_000_000;
  private static final long IDLE_KILOBYTES = 120_000;

  @TempDir private Path folder;
  private Path packages;

  @BeforeAll
  void build() throws Exception {
    packages = folder.resolve("packages");
    Path key = folder.resolve("signing");
    succeeds(
        "openssl",
        "genpkey",
        "-algorithm",
        "EC",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-out",
        key.toString());
    packed(packages, "--sign-key", key.toString());
    succeeds("openssl", "pkey", "-in", key.toString(), "-pubout", "-out", packages + "/signer");
  }

  private static void packed(Path out, String... more) throws Exception {
    Path script = Repository.root().resolve("installer/package.sh");
    String[] command =
        Stream.concat(
                Stream.of(
                    "env",
                    "JAVA_HOME=" + System.getProperty("java.home"),
                    script.toString(),
                    "--out",
                    out.toString()),
                Stream.of(more))
            .toArray(String[]::new);
    succeeds(command);
  }

  @Test
  void checksumsAreSignedWithTheKeyGiven() throws Exception {
    String there = packages.toString();
    succeeds("sh", "-c", "cd '" + there + "' && sha256sum --check --strict SHA256SUMS");
    List<String> lines = Files.readAllLines(packages.resolve("SHA256SUMS"));
    assertTrue(lines.size() >= 4, lines::toString);
    succeeds(
        "openssl",
        "dgst",
        "-sha256",
        "-verify",
        there + "/signer",
        "-signature",
        there + "/SHA256SUMS.sig",
        there + "/SHA256SUMS");
  }

  @Test
  void everyPackageIsSmallEnough() throws IOException {
    try (Stream<Path> files = Files.list(packages)) {
      for (Path file : files.toList()) {
        long size = Files.size(file);
        figure(file.getFileName() + " bytes", size);
        assertTrue(size <= LARGEST, () -> file + " has " + size + " bytes");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"agent", "gateway"})
  void aPackageHoldsItsOwnProgramAlone(String name) throws Exception {
    String listing = succeeds("tar", "-tzf", one("drawbridge-" + name, ".tar.gz").toString());
    String other = name.equals("agent") ? "gateway" : "agent";
    assertTrue(listing.contains("/lib/drawbridge-" + name + ".jar"), listing);
    for (String foreign :
        List.of(other, "local-namespace", "local-ibmi", "acceptance", "certs-sample", "adapters")) {
      boolean own = foreign.equals("adapters") && name.equals("agent");
      assertEquals(own, listing.contains("/lib/drawbridge-" + foreign + ".jar"), foreign);
    }
  }

  /** The check that the build makes, with something wrong put before it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "drawbridge-gateway.jar drawbridge/gateway/",
        "drawbridge-local-ibmi.jar x/",
        "other.jar drawbridge/namespace/",
        "other.jar drawbridge/acceptance/"
      })
  void theBuildRefusesForeignCode(String jarAndContent) throws Exception {
    String[] words = jarAndContent.split(" ", -1);
    Path lib = Files.createTempDirectory(folder, "lib");
    Files.writeString(lib.resolve("drawbridge-agent.jar"), "PK drawbridge/agent/Main.class");
    String check =
        "fail() { echo \"refused: $*\"; exit 9; }; . '%s'; only_its_own agent '%s'"
            .formatted(Repository.root().resolve("installer/stage.sh"), lib);
    assertEquals(0, Ran.of("bash", "-c", check).code());
    Files.writeString(lib.resolve(words[0]), "PK " + words[1] + "Main.class");
    Ran ran = Ran.of("bash", "-c", check);
    assertEquals(9, ran.code(), ran.text());
    assertTrue(ran.text().contains("must not be in drawbridge-agent"), ran.text());
  }

  @Test
  void builtTwiceTheyAreTheSameButForTheCache() throws Exception {
    Path again = folder.resolve("again");
    packed(again, "--without-cache", "--formats", "tar");
    for (String name : List.of("agent", "gateway")) {
      Path first = one("drawbridge-" + name, ".tar.gz");
      assertEquals(contents(first), contents(again.resolve(first.getFileName())));
    }
  }

  /** Rights, owners, sizes, times and a checksum of every file but the cache. */
  private String contents(Path tar) throws Exception {
    Path there = Files.createTempDirectory(folder, "unpacked");
    succeeds("tar", "-xzf", tar.toString(), "-C", there.toString());
    String listing = succeeds("tar", "--numeric-owner", "--full-time", "-tvzf", tar.toString());
    String sums =
        succeeds(
            "sh",
            "-c",
            "cd '" + there + "' && find . -type f ! -name '*.aot' -exec sha256sum {} + | sort");
    succeeds("rm", "-rf", there.toString());
    return listing.lines().filter(line -> !line.endsWith(".aot")).toList() + "\n" + sums;
  }

  @ParameterizedTest
  @ValueSource(strings = {"agent", "gateway"})
  void theUnitIsHardened(String name) throws Exception {
    needs("systemd-analyze");
    Path there = Files.createTempDirectory(folder, "unit");
    succeeds(
        "tar",
        "-xzf",
        one("drawbridge-" + name, ".tar.gz").toString(),
        "-C",
        there.toString(),
        "--strip-components=2",
        "--wildcards",
        "*/systemd/system");
    String unit = succeeds("find", there.toString(), "-name", "*.service").strip();
    String rated =
        succeeds(
            "systemd-analyze", "security", "--offline=true", "--threshold=15", "--no-pager", unit);
    figure(name + " unit", rated.lines().toList().getLast());
  }

  @Test
  void debiansOwnCheckFindsNothing() throws Exception {
    needs("lintian");
    Ran ran =
        Ran.of(
            "lintian",
            "--fail-on",
            "error,warning",
            "--allow-root",
            one("drawbridge-agent", ".deb").toString(),
            one("drawbridge-gateway", ".deb").toString());
    assertEquals(0, ran.code(), ran.text());
  }

  @Test
  void rpmReadsItsPackages() throws Exception {
    needs("rpm");
    needs("rpmbuild");
    for (String name : List.of("agent", "gateway")) {
      String file = one("drawbridge-" + name, ".rpm").toString();
      succeeds("rpm", "--checksig", "--nosignature", file);
      String files = succeeds("rpm", "-qp", "--list", file);
      assertTrue(files.contains("/usr/lib/systemd/system/drawbridge-" + name + ".service"), files);
    }
  }

  /** The whole life of both packages: installed, configured, called, upgraded, removed, purged. */
  @Test
  void installedTheyServeACallAndLeaveWhatIsTheAdmins() throws Exception {
    assumeTrue(InstalledRoot.possible(), "needs root and the right to mount");
    needs("dpkg");
    Path layer = Files.createDirectory(folder.resolve("layer"));
    try (Stack stack = Stack.start(StackPlan.small().withRows(1_000), line -> {});
        InstalledRoot root = InstalledRoot.make(layer, folder)) {
      InstalledService agent = new InstalledService(root, "agent", "agent-a", stack);
      InstalledService gateway = new InstalledService(root, "gateway", "gateway-1", stack);
      stack.stop("agent-a");
      stack.stop("gateway-1");
      String debs = one("drawbridge-agent", ".deb") + " " + one("drawbridge-gateway", ".deb");
      root.run("dpkg --install " + debs);
      root.run("test ! -e /etc/systemd/system/multi-user.target.wants/drawbridge-agent.service");
      agent.configure();
      gateway.configure();

      long begin = System.nanoTime();
      gateway.start();
      agent.start();
      try (Connector connector = Connector.of(stack)) {
        stack.awaitReady("gateway-1");
        assertEquals(200, connector.get(Showing.ALLOWED).statusCode());
        figure("first call after ms", (System.nanoTime() - begin) / 1_000_000);
      }
      for (InstalledService service : List.of(agent, gateway)) {
        assertTrue(service.maps().contains(".aot"), "the cache is not in use");
        figure(service.name() + " resident kB", service.residentKilobytes());
        figure(service.name() + " processor ms", service.processorMillis());
      }
      assertTrue(agent.residentKilobytes() <= IDLE_KILOBYTES, "the agent takes too much memory");
      agent.stop();
      gateway.stop();

      String kept = "find /etc/drawbridge -type f -exec sha256sum {} + | sort";
      String before = root.run(kept);
      root.run("dpkg --install " + debs);
      assertEquals(before, root.run(kept));
      root.run("dpkg --remove drawbridge-agent drawbridge-gateway");
      assertEquals(before, root.run(kept));
      root.run("test -d /var/lib/drawbridge/agent/audit && test ! -e /usr/lib/drawbridge-agent");
      root.run("dpkg --purge drawbridge-agent");
      root.run("test ! -e /etc/drawbridge/agent && test ! -e /var/lib/drawbridge/agent");
      root.run("test -e /etc/drawbridge/gateway/gateway.yaml");
      root.run("dpkg --purge drawbridge-gateway");
      root.run("test ! -e /etc/drawbridge && test ! -e /var/lib/drawbridge");
    }
  }

  private Path one(String beginning, String end) throws IOException {
    try (Stream<Path> files = Files.list(packages)) {
      List<Path> found =
          files
              .filter(file -> file.getFileName().toString().startsWith(beginning))
              .filter(file -> file.toString().endsWith(end))
              .toList();
      assertFalse(found.isEmpty(), beginning + "*" + end + " was not made");
      return found.getFirst();
    }
  }

  private static void needs(String tool) throws Exception {
    assumeTrue(Ran.of("sh", "-c", "command -v " + tool).code() == 0, tool + " is not installed");
  }

  private static String succeeds(String... command) throws Exception {
    Ran ran = Ran.of(command);
    assertEquals(0, ran.code(), () -> String.join(" ", command) + "\n" + ran.text());
    return ran.text();
  }

  /** For docs/benchmarks.md. */
  private static void figure(String what, Object value) {
    System.out.println("packages: " + what + " " + value);
  }
}
