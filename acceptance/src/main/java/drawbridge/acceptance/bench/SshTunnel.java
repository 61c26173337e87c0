package drawbridge.acceptance.bench;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * OpenSSH's reverse tunnel on loopback: {@code ssh -R} from the side of the direct program to a
 * server of our own, which listens for its callers. Keys are made for it and go with its folder.
 */
final class SshTunnel implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 20;

  private final Process server;
  private final Process client;
  private final int port;

  private SshTunnel(Process server, Process client, int port) {
    this.server = server;
    this.client = client;
    this.port = port;
  }

  /** What is missing on this machine; empty: nothing. */
  static Optional<String> missing() {
    return Stream.of("ssh", "sshd", "ssh-keygen")
        .filter(word -> program(word).isEmpty())
        .findFirst();
  }

  /**
   * Opens a tunnel.
   *
   * @param folder for its keys and logs
   * @param to the port on loopback that it leads to
   */
  static SshTunnel open(Path folder, int to) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    for (String key : List.of("host", "user")) {
      Path file = folder.resolve(key);
      if (!Files.exists(file)) {
        Process made =
            start(folder, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file.toString());
        if (made.waitFor() != 0) {
          throw new IOException("ssh-keygen failed");
        }
      }
    }
    int door = free();
    int port = free();
    // A server that runs as root keeps its unprivileged half there.
    if (System.getProperty("user.name").equals("root")) {
      Files.createDirectories(Path.of("/run/sshd"));
    }
    Path config =
        Files.writeString(
            folder.resolve("sshd.conf"),
            """
            Port %d
            ListenAddress 127.0.0.1
            HostKey %s
            AuthorizedKeysFile %s
            StrictModes no
            UsePAM no
            PidFile none
            """
                .formatted(door, folder.resolve("host"), folder.resolve("user.pub")));
    Process server =
        start(folder, program("sshd").orElseThrow(), "-D", "-e", "-f", config.toString());
    Process client = null;
    boolean open = false;
    try {
      await(door, server);
      client =
          start(
              folder,
              "ssh",
              "-N",
              "-F",
              "none",
              "-o",
              "StrictHostKeyChecking=no",
              "-o",
              "UserKnownHostsFile=" + folder.resolve("known"),
              "-o",
              "ExitOnForwardFailure=yes",
              "-i",
              folder.resolve("user").toString(),
              "-p",
              Integer.toString(door),
              "-R",
              "127.0.0.1:%d:127.0.0.1:%d".formatted(port, to),
              "127.0.0.1");
      await(port, client);
      open = true;
      return new SshTunnel(server, client, port);
    } finally {
      if (!open) {
        end(client);
        end(server);
      }
    }
  }

  /** Where callers knock. */
  int port() {
    return port;
  }

  private static Optional<String> program(String word) {
    return Stream.concat(
            Stream.of(System.getenv("PATH").split(":")), Stream.of("/usr/sbin", "/usr/local/sbin"))
        .map(folder -> Path.of(folder, word))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }

  private static Process start(Path folder, String... command) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(Redirect.appendTo(folder.resolve("ssh.log").toFile()))
        .start();
  }

  private static int free() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void await(int port, Process of) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (System.nanoTime() < deadline) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
        return;
      } catch (IOException e) {
        if (of.waitFor(50, TimeUnit.MILLISECONDS)) {
          break;
        }
      }
    }
    throw new IOException("no ssh tunnel; its log has the reason");
  }

  private static void end(@org.jspecify.annotations.Nullable Process process) {
    if (process != null) {
      process.descendants().forEach(ProcessHandle::destroy);
      process.destroy();
    }
  }

  @Override
  public void close() {
    end(client);
    end(server);
  }
}
