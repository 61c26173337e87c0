package drawbridge.relay;

import drawbridge.settings.Finding;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The way to a namespace, hop by hop and without a login: name, proxy, port, TLS, WebSocket, AMQP.
 * Both ways there are tried, so that whoever has one of them learns of it. Blocks for at most some
 * tens of seconds; takes and sends no message.
 */
public final class WayCheck {
  static final int AMQPS = 5671;
  static final int HTTPS = 443;

  /** Of each wait, in milliseconds. */
  private static final int PATIENCE = 10_000;

  /** A signed login names its end in minutes, so a clock far off makes it void. */
  private static final Duration CLOCK = Duration.ofMinutes(5);

  private static final Duration CLOCK_SOON = Duration.ofMinutes(1);

  /**
   * What was found.
   *
   * @param amqp AMQP over TLS works
   * @param webSockets WebSockets work
   */
  public record Result(List<Finding> findings, boolean amqp, boolean webSockets) {}

  private final String host;
  private final int port;
  private final NetworkSettings network;
  private final int patience;
  private final List<Finding> found = new ArrayList<>();

  private WayCheck(String host, int port, NetworkSettings network, int patience) {
    this.host = host;
    this.port = port;
    this.network = network;
    this.patience = patience;
  }

  /**
   * With nothing but a name.
   *
   * @param port 0: the service's own
   */
  public static Result run(String host, int port, NetworkSettings network) {
    return run(host, port, network, PATIENCE);
  }

  static Result run(String host, int port, NetworkSettings network, int patience) {
    return new WayCheck(host, port, network, patience).both();
  }

  /** By a program's settings: the way that they choose must work, or one of both. */
  static Result run(NamespaceSettings namespace, NetworkSettings network) {
    // Behind a proxy the SDK asks for the service's own port, whatever the endpoint says.
    int port = network.proxy().isPresent() && !namespace.emulator() ? 0 : namespace.port();
    WayCheck check = new WayCheck(namespace.host(), port, network, PATIENCE);
    if (namespace.emulator()) {
      check.emulator();
      return new Result(check.found, check.found.stream().allMatch(Finding::good), false);
    }
    Result both = check.both();
    if (network.either()) {
      return either(namespace, both);
    }
    boolean chosen = network.webSockets() ? both.webSockets : both.amqp;
    String unneeded =
        network.webSockets()
            ? "nothing: these settings use WebSockets"
            : "nothing: these settings use AMQP";
    List<Finding> all = new ArrayList<>();
    for (Finding finding : both.findings) {
      boolean other = finding.what().startsWith(network.webSockets() ? "AMQP" : "WebSocket");
      all.add(other ? finding.unneeded(unneeded) : finding);
    }
    if (!chosen && !network.webSockets() && both.webSockets) {
      all.add(
          Finding.failed(
              "way to " + namespace.host(),
              "AMQP does not get through, WebSockets do",
              "write “network: { transport: websocket }”"));
    }
    return new Result(all, both.amqp, both.webSockets);
  }

  /** One of both is enough, and which of them is found by the program itself. */
  private static Result either(NamespaceSettings namespace, Result both) {
    boolean one = both.amqp || both.webSockets;
    List<Finding> all = new ArrayList<>();
    for (Finding finding : both.findings) {
      boolean way = finding.what().startsWith("AMQP") || finding.what().startsWith("WebSocket");
      all.add(one && way ? finding.unneeded("nothing: the other way is used") : finding);
    }
    if (both.webSockets && !both.amqp) {
      all.add(
          Finding.ok(
              "way to " + namespace.host(),
              "AMQP does not get through, so WebSockets are used;"
                  + " “network: { transport: websocket }” saves the attempt at each start"));
    }
    return new Result(all, both.amqp, both.webSockets);
  }

  /**
   * What bars the way, in a sentence: to Microsoft's SDK a firewall, a proxy that wants a password
   * and a certificate that nobody trusts are all “no answer in time”. Empty: the way is free.
   */
  static Optional<String> barred(List<Finding> findings) {
    return findings.stream()
        .filter(finding -> !finding.good())
        .findFirst()
        .map(finding -> finding.what() + ": " + finding.sentence());
  }

  private void emulator() {
    if (named(host)) {
      try (Hop hop = new Hop(host, patience)) {
        if (step("AMQP: TCP to " + host + ":" + port, () -> hop.connect(host, port))) {
          step("AMQP: greeting of " + host, hop::greeting);
        }
      }
    }
  }

  private Result both() {
    Optional<NetworkSettings.Proxy> proxy = network.proxy();
    if (proxy.isPresent()) {
      // The proxy asks for the name; whether this machine could does not matter.
      return new Result(found, false, named(proxy.get().host()) && webSockets(proxy.get()));
    }
    if (!named(host)) {
      return new Result(found, false, false);
    }
    boolean amqp = amqp();
    boolean webSockets = webSockets(null);
    return new Result(found, amqp, webSockets);
  }

  private boolean named(String name) {
    return step(
        "DNS: " + name,
        () -> {
          try {
            return Arrays.stream(InetAddress.getAllByName(name))
                .map(WayCheck::text)
                .collect(Collectors.joining(", "));
          } catch (UnknownHostException e) {
            throw new Hop.Broken(
                "no name server knows it",
                "mend the name; on a private endpoint this machine must ask the zone"
                    + " privatelink.servicebus.windows.net; behind a proxy name that",
                e);
          }
        });
  }

  private static String text(InetAddress address) {
    boolean inside = address.isSiteLocalAddress() && address instanceof Inet4Address;
    return address.getHostAddress() + (inside ? " (private)" : "");
  }

  private boolean amqp() {
    int at = port == 0 ? AMQPS : port;
    try (Hop hop = new Hop(host, patience)) {
      return step("AMQP: TCP to " + host + ":" + at, () -> hop.connect(host, at))
          && step("AMQP: TLS with " + host, () -> hop.secure(network))
          && step("AMQP: greeting of " + host, hop::greeting);
    }
  }

  private boolean webSockets(NetworkSettings.@Nullable Proxy proxy) {
    int at = port == 0 ? HTTPS : port;
    try (Hop hop = new Hop(host, patience)) {
      boolean there =
          proxy == null
              ? step("WebSocket: TCP to " + host + ":" + at, () -> hop.connect(host, at))
              : step(
                      "proxy: TCP to " + proxy.host() + ":" + proxy.port(),
                      () -> hop.connect(proxy.host(), proxy.port()))
                  && step(
                      "proxy: CONNECT to " + host + ":" + at, () -> hop.tunnel(proxy, host, at));
      boolean open =
          there
              && step("WebSocket: TLS with " + host, () -> hop.secure(network))
              && step("WebSocket: answer of " + host, hop::upgrade)
              && step("WebSocket: AMQP greeting of " + host, hop::greetingInFrame);
      hop.date().map(theirs -> clock(host, theirs)).ifPresent(found::add);
      return open;
    }
  }

  /**
   * The clock alone, by the date in the namespace's answer to a WebSocket. Blocks for some times
   * the patience at most.
   *
   * @param patience of each wait, in milliseconds
   * @return empty: it does not tell, or not in time
   */
  static Optional<Finding> clock(
      NamespaceSettings namespace, NetworkSettings network, int patience) {
    Optional<NetworkSettings.Proxy> proxy = network.proxy();
    boolean own = namespace.port() == 0 || proxy.isPresent() && !namespace.emulator();
    int at = own ? HTTPS : namespace.port();
    try (Hop hop = new Hop(namespace.host(), patience)) {
      try {
        if (proxy.isPresent() && !namespace.emulator()) {
          hop.connect(proxy.get().host(), proxy.get().port());
          hop.tunnel(proxy.get(), namespace.host(), at);
        } else {
          hop.connect(namespace.host(), at);
        }
        if (!namespace.emulator()) {
          hop.secure(network);
        }
        hop.upgrade();
      } catch (IOException e) {
        // Whoever refuses a WebSocket may have told the time.
      }
      return hop.date().map(theirs -> clock(namespace.host(), theirs));
    }
  }

  private static Finding clock(String host, Instant theirs) {
    Duration ahead = Duration.between(theirs, Instant.now());
    Duration off = ahead.abs();
    if (off.compareTo(CLOCK_SOON) < 0) {
      return Finding.ok("clock", "within a minute of " + host);
    }
    String problem =
        "this machine's clock is %d s %s that of %s"
            .formatted(off.toSeconds(), ahead.isNegative() ? "behind" : "ahead of", host);
    String fix = "set it by NTP; logins and certificates are judged by it";
    return off.compareTo(CLOCK) < 0
        ? Finding.warning("clock", problem, fix)
        : Finding.failed("clock", problem, fix);
  }

  private interface Step {
    String run() throws IOException;
  }

  private boolean step(String what, Step step) {
    long begin = System.nanoTime();
    Finding finding;
    try {
      finding = Finding.ok(what, step.run());
    } catch (Hop.Broken e) {
      finding = Finding.failed(what, e.problem(), e.fix());
    } catch (IOException e) {
      finding =
          Finding.failed(
              what,
              "the connection was cut (" + e.getClass().getSimpleName() + ")",
              "look at the firewall and at what inspects connections between here and there");
    }
    found.add(finding.after(Duration.ofNanos(System.nanoTime() - begin)));
    return finding.good();
  }

  /**
   * What the network's people must be asked for.
   *
   * @param port 0: the service's own
   */
  public static String firewallRequest(
      String host, int port, Optional<NetworkSettings.Proxy> proxy) {
    String way =
        proxy
            .map(
                p ->
                    "  TCP %d to %s (the proxy), which lets CONNECT pass to %s:%d%n"
                        .formatted(p.port(), p.host(), host, port == 0 ? HTTPS : port))
            .orElseGet(
                () ->
                    """
                      TCP %d to %s   AMQP over TLS, the better way
                      TCP %d to %s   WebSockets over TLS, enough where the first cannot be opened
                    """
                        .formatted(port == 0 ? AMQPS : port, host, port == 0 ? HTTPS : port, host));
    return """
    Firewall request: outbound only, from this machine
    %s\
    Go by the name: its addresses change. No inbound rule is needed, and TLS must not be inspected: if it is,
    the inspecting CA goes into network.trust. What it could read there is encrypted a second time, end to end.
    """
        .formatted(way);
  }
}
