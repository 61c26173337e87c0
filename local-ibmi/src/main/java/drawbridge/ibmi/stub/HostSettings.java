package drawbridge.ibmi.stub;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;

/**
 * What a simulated IBM i is like. Immutable.
 *
 * @param address where it listens; every host of a JVM should have one of its own, since JTOpen
 *     keeps one table of ports by address
 * @param portMapper its port: 449 on a real system; 0 is any free one; empty: there is none
 * @param firstPort central; the others follow as on a real system (8470 to 8476); 0: any free ones
 * @param tls over which every server listens too, each on another port
 * @param plain also without TLS
 * @param version such as 7 of V7R5
 * @param release such as 5 of V7R5
 * @param passwordLevel QPWDLVL, 0 to 4
 * @param mostFailures QMAXSIGN: so many refusals in a row disable a user
 * @param factors additional authentication factors are switched on (V7R6)
 * @param ccsid of the system and its jobs
 * @param database JDBC URL of the database behind the database server; empty: there is none
 * @param files folder that the file server shows as its root; empty: there is none
 * @param mostConnections beyond it a connection is closed as it comes
 */
public record HostSettings(
    InetAddress address,
    OptionalInt portMapper,
    int firstPort,
    Optional<SSLContext> tls,
    boolean plain,
    int version,
    int release,
    int passwordLevel,
    int mostFailures,
    boolean factors,
    int ccsid,
    Optional<String> database,
    Optional<Path> files,
    int mostConnections) {

  public HostSettings {
    if (passwordLevel < 0 || passwordLevel > 4) {
      throw new IllegalArgumentException("password level " + passwordLevel);
    }
    if (!plain && tls.isEmpty()) {
      throw new IllegalArgumentException("neither plain nor with TLS");
    }
    if (Ebcdic.of(ccsid).isEmpty()) {
      throw new IllegalArgumentException("CCSID " + ccsid + " is not known to this JDK");
    }
  }

  int vrm() {
    return version << 16 | release << 8;
  }

  /** The host connection server came with V7R6. */
  boolean hasHostConnections() {
    return vrm() >= 0x00070600;
  }

  /** What the sign-on server calls its level. */
  int serverLevel() {
    return factors ? 18 : 15;
  }

  /** Of V7R5, CCSID 37, password level 3, without TLS, on free ports. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects settings; each method returns the builder. Not thread-safe. */
  public static final class Builder {
    private static final AtomicInteger HOSTS =
        new AtomicInteger((int) (ProcessHandle.current().pid() % 200) * 250);

    private InetAddress address = ownAddress();
    private OptionalInt portMapper = OptionalInt.empty();
    private int firstPort;
    private Optional<SSLContext> tls = Optional.empty();
    private boolean plain = true;
    private int version = 7;
    private int release = 5;
    private int passwordLevel = 3;
    private int mostFailures = 3;
    private boolean factors;
    private int ccsid = 37;
    private Optional<String> database = Optional.empty();
    private Optional<Path> files = Optional.empty();
    private int mostConnections = 1000;

    private Builder() {}

    /** Another one each time on systems where all of 127/8 is loopback, as on Linux. */
    private static InetAddress ownAddress() {
      try {
        if (!System.getProperty("os.name", "").startsWith("Linux")) {
          return InetAddress.getLoopbackAddress();
        }
        int n = HOSTS.incrementAndGet();
        return InetAddress.getByAddress(
            new byte[] {127, 44, (byte) (n / 250 % 250), (byte) (1 + n % 250)});
      } catch (UnknownHostException e) {
        throw new IllegalStateException(e);
      }
    }

    public Builder address(InetAddress value) {
      address = value;
      return this;
    }

    public Builder portMapper(int port) {
      portMapper = OptionalInt.of(port);
      return this;
    }

    public Builder firstPort(int port) {
      firstPort = port;
      return this;
    }

    public Builder tls(SSLContext context) {
      tls = Optional.of(context);
      return this;
    }

    public Builder plain(boolean value) {
      plain = value;
      return this;
    }

    public Builder version(int v, int r) {
      version = v;
      release = r;
      return this;
    }

    public Builder passwordLevel(int level) {
      passwordLevel = level;
      return this;
    }

    public Builder mostFailures(int count) {
      mostFailures = count;
      return this;
    }

    public Builder factors(boolean value) {
      factors = value;
      return this;
    }

    public Builder ccsid(int value) {
      ccsid = value;
      return this;
    }

    /** Such as {@code jdbc:h2:mem:shop;MODE=DB2}. */
    public Builder database(String url) {
      database = Optional.of(url);
      return this;
    }

    public Builder files(Path folder) {
      files = Optional.of(folder);
      return this;
    }

    public Builder mostConnections(int count) {
      mostConnections = count;
      return this;
    }

    public HostSettings build() {
      return new HostSettings(
          address,
          portMapper,
          firstPort,
          tls,
          plain,
          version,
          release,
          passwordLevel,
          mostFailures,
          factors,
          ccsid,
          database,
          files,
          mostConnections);
    }

    /** Builds and starts. */
    public HostSystem start() throws java.io.IOException {
      return HostSystem.start(build());
    }
  }
}
