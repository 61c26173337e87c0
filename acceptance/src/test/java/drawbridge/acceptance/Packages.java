package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import drawbridge.acceptance.InstalledRoot.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The packages that tests look at: those named by {@code -Ddrawbridge.packages=FOLDER}, or with
 * {@code -Ddrawbridge.packages=build} and in long runs those built for all tests of this JVM, once.
 */
final class Packages {
  private static final String BUILD = "build";

  private static @Nullable Path made;

  private Packages() {}

  /** Built here and now, with the source that is there, and signed. */
  static boolean built() {
    return named().map(BUILD::equals).orElse(Boolean.getBoolean("drawbridge.long"));
  }

  private static Optional<String> named() {
    return Optional.ofNullable(System.getProperty("drawbridge.packages"));
  }

  /** Skips the test where there are none. */
  static synchronized Path folder() throws Exception {
    assumeTrue(
        built() || named().isPresent(),
        "packaging takes minutes: run with --packages or --long, or name packages by"
            + " -Ddrawbridge.packages");
    if (!built()) {
      return Path.of(named().orElseThrow()).toAbsolutePath();
    }
    Path there = made;
    if (there == null) {
      there = Files.createTempDirectory("drawbridge-packages");
      Path folder = there;
      Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(folder)));
      Path key = there.resolve("signing");
      succeeds(
          "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out '%s'"
              .formatted(key));
      there = there.resolve("packages");
      packed(there, "--sign-key '" + key + "'");
      succeeds("openssl pkey -in '%s' -pubout -out '%s/signer'".formatted(key, there));
      made = there;
    }
    return there;
  }

  /**
   * Those of the version before, named by {@code -Ddrawbridge.packages.before=FOLDER}; empty:
   * nobody has any here.
   */
  static Optional<Path> before() {
    return Optional.ofNullable(System.getProperty("drawbridge.packages.before"))
        .map(folder -> Path.of(folder).toAbsolutePath());
  }

  private static void remove(Path folder) {
    try {
      var _ = Ran.of("rm", "-rf", folder.toString());
    } catch (IOException | InterruptedException e) {
      // it lies in the folder for temporary files
    }
  }

  static void packed(Path out, String more) throws Exception {
    succeeds(
        "JAVA_HOME='%s' '%s' --out '%s' %s"
            .formatted(
                System.getProperty("java.home"),
                Repository.root().resolve("installer/package.sh"),
                out,
                more));
  }

  /** The one file of such a name. */
  static Path one(Path packages, String beginning, String end) throws IOException {
    try (Stream<Path> files = Files.list(packages)) {
      List<Path> found =
          files
              .filter(file -> file.getFileName().toString().startsWith(beginning))
              .filter(file -> file.toString().endsWith(end))
              .toList();
      assertEquals(1, found.size(), beginning + "*" + end + ": " + found);
      return found.getFirst();
    }
  }

  static void needs(String tool) throws Exception {
    assumeTrue(Ran.of("sh", "-c", "command -v " + tool).code() == 0, tool + " is not installed");
  }

  static String succeeds(String command) throws Exception {
    Ran ran = Ran.of("sh", "-c", command);
    assertEquals(0, ran.code(), () -> command + "\n" + ran.text());
    return ran.text();
  }

  /** The same package with a higher version, by its path inside the root. */
  static String newer(InstalledRoot root, Path packages, String name) throws Exception {
    root.run(
        """
        set -e
        dpkg-deb -R '%s' /tmp/%s
        sed -i 's/^Version: .*/&.1/' /tmp/%2$s/DEBIAN/control
        dpkg-deb --root-owner-group -Znone --build /tmp/%2$s /tmp/%2$s.deb
        """
            .formatted(one(packages, "drawbridge-" + name, ".deb"), name));
    return "/tmp/" + name + ".deb";
  }

  /** A Debian to install in; skips the test where it cannot be had. */
  static Path debian() throws Exception {
    needs("dpkg-deb");
    needs("debootstrap");
    needs("ss");
    assumeTrue(InstalledRoot.possible(), "needs root and the right to mount");
    Optional<Path> debian = InstalledRoot.debian();
    assumeTrue(debian.isPresent(), "debootstrap could not make a Debian: no way to its packages?");
    return debian.orElseThrow();
  }
}
