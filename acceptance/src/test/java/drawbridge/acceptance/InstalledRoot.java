package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A root file system of its own to install packages in: a fresh Debian, with a layer in memory over
 * it that takes every change and is gone at the end. The network is this machine's, or one of its
 * own.
 */
final class InstalledRoot implements AutoCloseable {
  /** Prints a line when all is mounted, and holds the mounts until its input ends. */
  private static final String MOUNT =
      """
      set -e
      mount --make-rprivate /
      mount -t tmpfs -o size=3g tmpfs "$1"
      mkdir "$1/upper" "$1/work" "$1/tree"
      mount -t overlay overlay -o "lowerdir=$3,upperdir=$1/upper,workdir=$1/work" "$1/tree"
      for part in proc dev sys; do mount --rbind "/$part" "$1/tree/$part"; done
      mount -t tmpfs tmpfs "$1/tree/run"
      for part in "$2" "$4"; do mkdir -p "$1/tree$part"; mount --rbind "$part" "$1/tree$part"; done
      echo mounted
      read -r line || true
      """;

  private final Process holder;
  private final Path root;
  private final List<Process> started = new ArrayList<>();
  private List<String> network = List.of();

  private InstalledRoot(Process holder, Path root) {
    this.holder = holder;
    this.root = root;
  }

  /** Whether this machine lets us mount; only root may, and not in every container. */
  static boolean possible() throws IOException, InterruptedException {
    return Ran.of("sh", "-c", "[ $(id -u) = 0 ] && unshare --mount mount -t tmpfs tmpfs /mnt")
            .code()
        == 0;
  }

  /**
   * A Debian with systemd's tools and nothing else, as debootstrap makes it; made once, then kept.
   * Empty where this machine has no debootstrap or no way to Debian's packages.
   */
  static Optional<Path> debian() throws IOException, InterruptedException {
    Path made = Repository.root().resolve("acceptance/target/debian");
    if (!Files.exists(made)) {
      Path making = made.resolveSibling("debian-making");
      Ran.of("rm", "-rf", making.toString());
      Ran ran =
          Ran.of(
              "debootstrap",
              "--variant=minbase",
              "--include=systemd,zlib1g",
              "bookworm",
              making.toString());
      if (ran.code() != 0) {
        return Optional.empty();
      }
      Files.move(making, made);
    }
    return Optional.of(made);
  }

  /**
   * @param folder empty
   * @param debian from {@link #debian}
   * @param packages seen inside at the same path
   * @param stack likewise
   */
  static InstalledRoot make(Path folder, Path debian, Path packages, Path stack)
      throws IOException {
    Process holder =
        new ProcessBuilder(
                "unshare",
                "--mount",
                "sh",
                "-c",
                MOUNT,
                "sh",
                folder.toString(),
                packages.toString(),
                debian.toString(),
                stack.toString())
            .redirectErrorStream(true)
            .start();
    BufferedReader said = holder.inputReader(StandardCharsets.UTF_8);
    StringBuilder text = new StringBuilder();
    for (String line = said.readLine(); line != null; line = said.readLine()) {
      if (line.equals("mounted")) {
        return new InstalledRoot(holder, folder.resolve("tree"));
      }
      text.append(line).append('\n');
    }
    throw new IOException("no root to install in:\n" + text);
  }

  /** From now on it has another network than this machine. */
  void behind(PrivateNetwork other) {
    network = other.within();
  }

  /** What a command of this machine must begin with to run in its network. */
  List<String> network() {
    return network;
  }

  /** Another folder of this machine is seen inside at the same path. */
  void show(Path folder) throws IOException, InterruptedException {
    var _ =
        beside("mkdir -p '%2$s%1$s' && mount --rbind '%1$s' '%2$s%1$s'".formatted(folder, root));
  }

  /** By this machine's own tools, which see the root where it is mounted. */
  private String beside(String script) throws IOException, InterruptedException {
    Ran ran =
        Ran.of("nsenter", "--mount", "--target", Long.toString(holder.pid()), "sh", "-c", script);
    assertEquals(0, ran.code(), script + "\n" + ran.text());
    return ran.text();
  }

  /**
   * Installs, asks or removes with this machine's own rpm, whose scripts run inside. Debian's
   * libraries are in nobody's rpm, so what a package needs must not be asked for.
   */
  String rpm(String arguments) throws IOException, InterruptedException {
    return beside("rpm --root '%s' --dbpath /var/lib/rpm %s".formatted(root, arguments));
  }

  /** What runs a shell command inside, as root. */
  List<String> command(String shell) {
    List<String> command = new ArrayList<>(network);
    command.addAll(
        List.of(
            "nsenter",
            "--mount",
            "--target",
            Long.toString(holder.pid()),
            "chroot",
            root.toString(),
            "/usr/bin/env",
            "-i",
            "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
            "DEBIAN_FRONTEND=noninteractive",
            "sh",
            "-c",
            shell));
    return command;
  }

  /** Runs it and returns what it wrote; fails where it fails. */
  String run(String shell) throws IOException, InterruptedException {
    Ran ran = Ran.of(command(shell).toArray(String[]::new));
    assertEquals(0, ran.code(), shell + "\n" + ran.text());
    return ran.text();
  }

  /** It ends with the root, also where a test fails before it stops it. */
  void started(Process process) {
    started.add(process);
  }

  @Override
  public void close() throws IOException, InterruptedException {
    for (Process process : started) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    holder.getOutputStream().close();
    assertTrue(holder.waitFor(20, TimeUnit.SECONDS), "the mounts are still there");
  }

  /** A command that has ended, with all that it wrote. */
  record Ran(int code, String text) {
    /** As a shell says it of a command that is not there. */
    private static final int NOT_FOUND = 127;

    static Ran of(String... command) throws IOException, InterruptedException {
      Path said = Files.createTempFile("drawbridge-", ".txt");
      try {
        Process process;
        try {
          process =
              new ProcessBuilder(new ArrayList<>(List.of(command)))
                  .redirectErrorStream(true)
                  .redirectOutput(said.toFile())
                  .start();
        } catch (IOException e) {
          return new Ran(NOT_FOUND, String.valueOf(e.getMessage()));
        }
        process.getOutputStream().close();
        if (!process.waitFor(15, TimeUnit.MINUTES)) {
          process.destroyForcibly();
        }
        return new Ran(process.waitFor(), Files.readString(said, StandardCharsets.UTF_8));
      } finally {
        Files.deleteIfExists(said);
      }
    }
  }
}
