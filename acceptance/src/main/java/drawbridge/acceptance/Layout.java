package drawbridge.acceptance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Where everything of a stack lies below its one folder, and how secrets get there. */
record Layout(Path folder, StackPlan plan) {
  private static final SecureRandom RANDOM = new SecureRandom();

  Layout {
    folder = folder.toAbsolutePath().normalize();
  }

  void make() throws IOException {
    for (Path part : new Path[] {logs(), ready(), folder.resolve("secrets")}) {
      Files.createDirectories(part);
    }
    if (posix()) {
      // The local namespace prints the keys that it takes, so its log is a secret too.
      for (Path secrets : new Path[] {logs(), folder.resolve("secrets")}) {
        Files.setPosixFilePermissions(secrets, PosixFilePermissions.fromString("rwx------"));
      }
    }
  }

  private boolean posix() throws IOException {
    return Files.getFileStore(folder).supportsFileAttributeView("posix");
  }

  Path certificates() {
    return folder.resolve("certs");
  }

  Path database() {
    return folder.resolve("postgres");
  }

  Path record() {
    return folder.resolve("record");
  }

  Path logs() {
    return folder.resolve("logs");
  }

  Path ready() {
    return folder.resolve("ready");
  }

  /** The files that all agents of a site serve. */
  Path site(StackPlan.Site site) {
    return folder.resolve(site.equals(plan.sites().getFirst()) ? "site" : "site-" + site.name());
  }

  /** Of one agent alone: two of them must not write into one log. */
  Path audit(String agent) {
    Path audit = folder.resolve("audit");
    return plan.agents().size() == 1 ? audit : audit.resolve(agent);
  }

  /** Of one gateway. */
  Path gatewayAudit(String gateway) {
    return folder.resolve("audit-" + gateway);
  }

  Path configuration(String program) {
    return folder.resolve(program + ".yaml");
  }

  /** The file of a secret; made on the first call, for its owner alone. */
  Path secret(String name) throws IOException {
    Path file = folder.resolve("secrets").resolve(name);
    if (!Files.exists(file)) {
      byte[] bytes = new byte[32];
      RANDOM.nextBytes(bytes);
      if (posix()) {
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      }
      Files.writeString(file, Base64.getEncoder().encodeToString(bytes), StandardCharsets.US_ASCII);
    }
    return file;
  }

  String secretText(String name) throws IOException {
    return Files.readString(secret(name), StandardCharsets.US_ASCII);
  }

  /** With all that is in it; what can't be removed stays for the system to sweep. */
  void remove() {
    // Somebody who was interrupted may still write a last file, so it may take more than one round.
    for (int round = 0; Files.exists(folder) && round < 20; round++) {
      try {
        Files.walkFileTree(folder, new Remover());
      } catch (IOException e) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
      }
    }
  }

  private static final class Remover extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException problem)
        throws IOException {
      Files.deleteIfExists(directory);
      return FileVisitResult.CONTINUE;
    }
  }

  /**
   * Ports on loopback that nobody listens on, all different. From below the range that systems give
   * to outgoing connections, so that none of those takes one before its program has started.
   */
  static int[] freePorts(int count) {
    Random random = new Random();
    Set<Integer> ports = new HashSet<>();
    for (int attempt = 0; ports.size() < count; attempt++) {
      if (attempt > 10_000) {
        throw new IllegalStateException("no free ports between 20000 and 32000");
      }
      int port = random.nextInt(20_000, 32_000);
      try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        ports.add(free.getLocalPort());
      } catch (IOException e) {
        // taken: try another
      }
    }
    return ports.stream().mapToInt(Integer::intValue).toArray();
  }
}
