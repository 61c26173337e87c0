package drawbridge.adapters.sql;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The one real MariaDB server of the test program, where it is installed; it ends with it. */
final class MariaDb {
  private static final String SERVER = "/usr/sbin/mariadbd";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static @Nullable Database started;

  private MariaDb() {}

  static boolean installed() {
    return Files.isExecutable(Path.of(SERVER));
  }

  static synchronized Database database() {
    if (started == null) {
      try {
        started = server(List.of()).database();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException | SQLException e) {
        throw new IllegalStateException(e);
      }
    }
    return started;
  }

  /** A server that runs; it ends with the test program, or when it is closed. */
  record Server(Database database, Process process, Path folder) implements AutoCloseable {
    @Override
    public void close() {
      stop(process, folder);
    }
  }

  /**
   * One more, of the caller's own.
   *
   * @param files that it reads; copied for its user
   * @param options in which FOLDER is where the files are
   */
  static Server server(List<Path> files, String... options)
      throws IOException, InterruptedException, SQLException {
    Path folder = Files.createTempDirectory("mariadb-");
    boolean root = "root".equals(System.getProperty("user.name"));
    List<String> as = root ? List.of("--user=mysql") : List.of();
    if (root) {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxrwxrwx"));
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Path data = folder.resolve("data");
    Path log = folder.resolve("log");
    List<String> install =
        new ArrayList<>(
            List.of(
                "mariadb-install-db",
                "--no-defaults",
                "--datadir=" + data,
                "--auth-root-authentication-method=normal",
                "--skip-test-db"));
    install.addAll(as);
    Process installing = run(install, temporary, log);
    if (!installing.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)
        || installing.exitValue() != 0) {
      throw new IOException("MariaDB was not installed: " + Files.readString(log));
    }
    List<String> serve =
        new ArrayList<>(
            List.of(
                SERVER,
                "--no-defaults",
                "--datadir=" + data,
                "--bind-address=127.0.0.1",
                "--port=" + port,
                "--socket=" + folder.resolve("data/s"),
                "--skip-networking=0"));
    for (Path file : files) {
      Path there = folder.resolve(String.valueOf(file.getFileName()));
      Files.copy(file, there);
      Files.setPosixFilePermissions(there, PosixFilePermissions.fromString("rw-r--r--"));
    }
    for (String option : options) {
      serve.add(option.replace("FOLDER", folder.toString()));
    }
    serve.addAll(as);
    Process server = run(serve, temporary, log);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, folder)));
    String url = "jdbc:mariadb://localhost:" + port + "/";
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try (Connection connection = DriverManager.getConnection(url, "root", "");
          Statement statement = connection.createStatement()) {
        statement.execute("create database shop");
        statement.execute("create user bridge@localhost identified by 's3cr3t-4711'");
        statement.execute("grant all on *.* to bridge@localhost");
        return new Server(
            new Database(Dialect.MARIADB, url + "shop", "bridge", "s3cr3t-4711"), server, folder);
      } catch (SQLException e) {
        if (System.nanoTime() > until || !server.isAlive()) {
          throw new IOException("MariaDB did not start: " + Files.readString(log), e);
        }
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }
  }

  private static Process run(List<String> command, Path temporary, Path log) throws IOException {
    ProcessBuilder process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(Redirect.appendTo(log.toFile()));
    // A server that starts deletes what others have in a folder that they share.
    process.environment().put("TMPDIR", temporary.toString());
    return process.start();
  }

  private static void stop(Process server, Path folder) {
    server.destroyForcibly();
    server.onExit().join();
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    } catch (IOException e) {
      // Of a folder for temporary files.
    }
  }
}
