package drawbridge.adapters.sql;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * MIT's KDC and Debian's PostgreSQL, both on loopback, in a realm of their own. The JDK reads where
 * the realm is when it first needs to, from a property of the whole JVM; so there is one at a time.
 */
final class KerberosRealm implements AutoCloseable {
  private static final Path KDC = Path.of("/usr/sbin/krb5kdc");
  private static final Path ADMIN = Path.of("/usr/sbin/kadmin.local");
  private static final Path CREATE = Path.of("/usr/sbin/kdb5_util");
  private static final int PATIENCE_SECONDS = 60;

  private final Path folder;
  private final boolean root = "root".equals(System.getProperty("user.name"));
  private final int kdcPort;
  private final int port;
  private @Nullable Process kdc;
  private @Nullable Process postgres;
  private int keytabs;

  private KerberosRealm(Path folder) throws IOException {
    this.folder = folder;
    this.kdcPort = free();
    this.port = free();
  }

  /** Programs that this machine lacks. */
  static List<Path> missing() throws IOException {
    List<Path> missing =
        new ArrayList<>(Stream.of(KDC, ADMIN, CREATE).filter(p -> !Files.isExecutable(p)).toList());
    if (postgresPrograms().isEmpty()) {
      missing.add(Path.of("/usr/lib/postgresql"));
    }
    return missing;
  }

  private static List<Path> postgresPrograms() throws IOException {
    Path all = Path.of("/usr/lib/postgresql");
    if (!Files.isDirectory(all)) {
      return List.of();
    }
    try (Stream<Path> versions = Files.list(all)) {
      return versions
          .map(version -> version.resolve("bin"))
          .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
          .toList();
    }
  }

  static KerberosRealm start() throws Exception {
    Path folder = Files.createTempDirectory("kerberos-");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    KerberosRealm realm = new KerberosRealm(folder);
    boolean up = false;
    try {
      realm.begin();
      up = true;
      return realm;
    } finally {
      if (!up) {
        realm.close();
      }
    }
  }

  private void begin() throws Exception {
    Files.writeString(
        folder.resolve("krb5.conf"),
        """
        [libdefaults]
          default_realm = PLANT.EXAMPLE
          dns_lookup_kdc = false
          dns_lookup_realm = false
          udp_preference_limit = 1
        [realms]
          PLANT.EXAMPLE = {
            kdc = 127.0.0.1:%d
          }
        """
            .formatted(kdcPort));
    Files.writeString(
        folder.resolve("kdc.conf"),
        """
        [kdcdefaults]
          kdc_listen = 127.0.0.1:%1$d
          kdc_tcp_listen = 127.0.0.1:%1$d
        [realms]
          PLANT.EXAMPLE = {
            database_name = %2$s/principal
            key_stash_file = %2$s/stash
            supported_enctypes = aes256-cts:normal
          }
        """
            .formatted(kdcPort, folder));
    run(false, CREATE.toString(), "create", "-s", "-P", "of-a-test", "-r", "PLANT.EXAMPLE");
    for (String principal : List.of("bridge", "postgres/localhost")) {
      run(false, ADMIN.toString(), "-q", "addprinc -randkey -requires_preauth " + principal);
    }
    run(false, ADMIN.toString(), "-q", "modprinc +requires_preauth bridge");
    kdc(true);
    serve(keytab("postgres/localhost"));
    System.setProperty("java.security.krb5.conf", folder.resolve("krb5.conf").toString());
  }

  /** A new key for a principal, which voids the one before. */
  Path keytab(String principal) throws Exception {
    Path file = folder.resolve("keytab-" + ++keytabs);
    run(false, ADMIN.toString(), "-q", "ktadd -k " + file + " " + principal);
    return file;
  }

  /** Starts or ends the KDC. */
  void kdc(boolean up) throws Exception {
    Process running = kdc;
    if (running != null) {
      running.destroy();
      running.waitFor();
      kdc = null;
    }
    if (up) {
      kdc = started(false, KDC.toString(), "-n");
      await(kdc, () -> listens(kdcPort));
    }
  }

  private void serve(Path keytab) throws Exception {
    Path bin = postgresPrograms().getLast();
    Path data = folder.resolve("data");
    Files.createDirectory(data);
    for (Path own : root ? List.of(data, keytab) : List.<Path>of()) {
      Files.setOwner(
          own,
          own.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("postgres"));
    }
    run(
        true,
        bin.resolve("initdb").toString(),
        "-D",
        data.toString(),
        "-U",
        "postgres",
        "-A",
        "trust");
    Files.writeString(
        data.resolve("pg_hba.conf"),
        """
        local all postgres trust
        host all all 127.0.0.1/32 gss include_realm=0 krb_realm=PLANT.EXAMPLE
        """);
    postgres =
        started(
            true,
            bin.resolve("postgres").toString(),
            "-D",
            data.toString(),
            "-p",
            Integer.toString(port),
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "unix_socket_directories=" + data,
            "-c",
            "krb_server_keyfile=FILE:" + keytab);
    String[] psql = {
      bin.resolve("psql").toString(),
      "-h",
      data.toString(),
      "-p",
      Integer.toString(port),
      "-U",
      "postgres",
      "-c",
      "create role bridge login"
    };
    await(postgres, () -> run(true, psql)); // it listens before it lets anybody in
  }

  /** The port of PostgreSQL. */
  int database() {
    return port;
  }

  private static int free() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private Path log() {
    return folder.resolve("log");
  }

  private Process started(boolean asPostgres, String... words) throws IOException {
    List<String> command = new ArrayList<>();
    if (asPostgres && root) {
      command.addAll(
          List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"));
    }
    command.addAll(List.of(words));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(Redirect.appendTo(log().toFile()));
    builder
        .environment()
        .putAll(
            Map.of(
                "KRB5_CONFIG", folder.resolve("krb5.conf").toString(),
                "KRB5_KDC_PROFILE", folder.resolve("kdc.conf").toString(),
                "KRB5RCACHENAME", "none:"));
    return builder.start();
  }

  private void run(boolean asPostgres, String... words) throws Exception {
    Process process = started(asPostgres, words);
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IOException(String.join(" ", words) + " failed:\n" + Files.readString(log()));
    }
  }

  private interface Attempt {
    void run() throws Exception;
  }

  private static void listens(int port) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
    }
  }

  /** Tries until it succeeds, as long as the process runs. */
  private void await(Process process, Attempt attempt) throws Exception {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (true) {
      try {
        attempt.run();
        return;
      } catch (IOException e) {
        if (process.waitFor(50, TimeUnit.MILLISECONDS) || System.nanoTime() > until) {
          throw new IOException("not started:\n" + Files.readString(log()), e);
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    for (Process process : new Process[] {kdc, postgres}) {
      if (process != null) {
        process.destroyForcibly();
        process.onExit().join();
      }
    }
    System.clearProperty("java.security.krb5.conf");
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    }
  }
}
