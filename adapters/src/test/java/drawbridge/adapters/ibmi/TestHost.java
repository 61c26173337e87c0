package drawbridge.adapters.ibmi;

import drawbridge.ibmi.stub.HostService;
import drawbridge.ibmi.stub.HostSettings;
import drawbridge.ibmi.stub.HostSystem;
import drawbridge.settings.Section;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** A simulated IBM i with a user, and the lines of sources.yaml that lead to it. */
final class TestHost implements AutoCloseable {
  private static final Map<HostService, String> NAMES = names();

  private final HostSystem host;
  private final Path folder;
  private final boolean tls;

  private TestHost(HostSystem host, Path folder, boolean tls) {
    this.host = host;
    this.folder = folder;
    this.tls = tls;
  }

  private static Map<HostService, String> names() {
    Map<HostService, String> names = new EnumMap<>(HostService.class);
    names.put(HostService.SIGN_ON, "sign-on");
    names.put(HostService.COMMAND, "command");
    names.put(HostService.DATA_QUEUE, "data-queue");
    names.put(HostService.DATABASE, "database");
    names.put(HostService.FILE, "file");
    names.put(HostService.CENTRAL, "central");
    return names;
  }

  static TestHost start(Path folder) throws IOException {
    return start(folder, HostSettings.builder());
  }

  /** With user BRIDGE, whose password stands in the file {@code password}. */
  static TestHost start(Path folder, HostSettings.Builder settings) throws IOException {
    HostSystem host = settings.start();
    host.user("BRIDGE", "s3cret");
    Files.writeString(folder.resolve("password"), "s3cret\n");
    return new TestHost(host, folder, host.settings().tls().isPresent());
  }

  HostSystem host() {
    return host;
  }

  Path passwordFile() {
    return folder.resolve("password");
  }

  /** The keys of the source, with further lines behind them. */
  String yaml(String further) {
    String ports =
        NAMES.entrySet().stream()
            .map(
                e -> e.getValue() + ": " + (tls ? host.tlsPort(e.getKey()) : host.port(e.getKey())))
            .collect(Collectors.joining(", "));
    if (host.listens(HostService.HOST_CONNECTION, true)) {
      ports += ", host-connection: " + host.tlsPort(HostService.HOST_CONNECTION);
    }
    return "system: "
        + host.name()
        + "\nlogin: { user: BRIDGE, password-file: password }\nports: { "
        + ports
        + " }\n"
        + further;
  }

  HostPool pool(String further) throws Exception {
    Section section = Section.parse(folder.resolve("sources.yaml"), yaml(further));
    IbmiSettings settings = IbmiSettings.read(section);
    section.done();
    return new HostPool("main", new HostLogins(settings).own());
  }

  static long in(int millis) {
    return System.nanoTime() + millis * 1_000_000L;
  }

  /** Waits, up to 20 seconds, until the condition holds. */
  static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long until = in(20_000);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - until > 0) {
        throw new AssertionError("still not: " + what);
      }
      java.util.concurrent.locks.LockSupport.parkNanos(2_000_000);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
  }

  @Override
  public void close() {
    host.close();
  }
}
