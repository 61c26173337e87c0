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
import java.util.concurrent.TimeUnit;

/**
 * A root file system of its own to install packages in: this machine's, with a layer in memory over
 * it that takes every change and is gone at the end. The network is this machine's.
 */
final class InstalledRoot implements AutoCloseable {
  /** Prints a line when all is mounted, and holds the mounts until its input ends. */
  private static final String MOUNT =
      """
      set -e
      mount --make-rprivate /
      mount -t tmpfs -o size=3g tmpfs "$1"
      mkdir "$1/upper" "$1/work" "$1/root"
      mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
      for part in proc dev sys; do mount --rbind "/$part" "$1/root/$part"; done
      mount -t tmpfs tmpfs "$1/root/run"
      mkdir -p "$1/root$2"
      mount --rbind "$2" "$1/root$2"
      echo mounted
      read -r line || true
      """;

  private final Process holder;
  private final Path root;

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
   * @param folder empty
   * @param shared seen inside at the same path, with what is written there later
   */
  static InstalledRoot make(Path folder, Path shared) throws IOException {
    Process holder =
        new ProcessBuilder(
                "unshare", "--mount", "sh", "-c", MOUNT, "sh", folder.toString(), shared.toString())
            .redirectErrorStream(true)
            .start();
    BufferedReader said = holder.inputReader(StandardCharsets.UTF_8);
    StringBuilder text = new StringBuilder();
    for (String line = said.readLine(); line != null; line = said.readLine()) {
      if (line.equals("mounted")) {
        return new InstalledRoot(holder, folder.resolve("root"));
      }
      text.append(line).append('\n');
    }
    throw new IOException("no root to install in:\n" + text);
  }

  /** What runs a shell command inside, as root. */
  List<String> command(String shell) {
    return List.of(
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
        shell);
  }

  /** Runs it and returns what it wrote; fails where it fails. */
  String run(String shell) throws IOException, InterruptedException {
    Ran ran = Ran.of(command(shell).toArray(String[]::new));
    assertEquals(0, ran.code(), shell + "\n" + ran.text());
    return ran.text();
  }

  @Override
  public void close() throws IOException, InterruptedException {
    holder.getOutputStream().close();
    assertTrue(holder.waitFor(20, TimeUnit.SECONDS), "the mounts are still there");
  }

  /** A command that has ended, with all that it wrote. */
  record Ran(int code, String text) {
    static Ran of(String... command) throws IOException, InterruptedException {
      Path said = Files.createTempFile("drawbridge-", ".txt");
      try {
        Process process =
            new ProcessBuilder(new ArrayList<>(List.of(command)))
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
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
