package drawbridge.acceptance.faults;

import drawbridge.acceptance.Connector;
import drawbridge.acceptance.PrivatePort;
import drawbridge.acceptance.Stack;
import drawbridge.acceptance.Vitals;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Where a fault happens: a running stack under load, and what else was noticed. Used by one thread.
 */
final class Scene {
  static final String GATEWAY = "gateway-1";
  static final String AGENT = "agent-a";
  static final String OTHER_AGENT = "agent-b";

  /** What a condition takes longer than this to become is broken. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** As long as a connection may take that was tried in vain before. */
  private static final Duration NOTICED = Duration.ofSeconds(3);

  private final Stack stack;
  private final SSLContext tls;
  private final Duration length;
  private final Duration outage;
  private final int slack;
  private final LongSupplier answered;
  private final List<String> complaints = new ArrayList<>();
  private final Map<String, Long> figures = new LinkedHashMap<>();

  /** When, of {@link System#nanoTime()}, what was broken was whole again; by default at the end. */
  private @Nullable Long mended;

  /**
   * @param length how long a fault that repeats is repeated
   * @param outage how long what is out stays out
   * @param slack how many times as long as promised something may take on this machine
   * @param answered calls of the load so far
   */
  Scene(
      Stack stack,
      SSLContext tls,
      Duration length,
      Duration outage,
      int slack,
      LongSupplier answered) {
    this.slack = slack;
    this.stack = stack;
    this.tls = tls;
    this.answered = answered;
    this.length = length;
    this.outage = outage;
  }

  Stack stack() {
    return stack;
  }

  Duration length() {
    return length;
  }

  Duration outage() {
    return outage;
  }

  int slack() {
    return slack;
  }

  List<String> complaints() {
    return complaints;
  }

  Map<String, Long> figures() {
    return figures;
  }

  /** What was broken is whole again after this time; it may take some seconds to be noticed. */
  void mendedIn(Duration time) {
    mended = System.nanoTime() + time.plus(NOTICED.multipliedBy(slack)).toNanos();
  }

  /** The answer came while something was broken, or shortly after. */
  boolean disturbed(Seen seen) {
    return mended == null || seen.began() - mended < 0;
  }

  /** Lets the load run. */
  void hold(Duration time) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(time.toNanos());
  }

  void check(boolean holds, String complaint) {
    if (!holds) {
      complaints.add(complaint);
    }
  }

  /** A figure that may not be more than was promised. */
  void promised(String name, long milliseconds, long most) {
    figure(name, milliseconds);
    check(milliseconds <= most * slack, name + " is " + milliseconds + ", more than " + most);
  }

  /** Stands in the JSON line beside the figures that every fault has. */
  void figure(String name, long value) {
    figures.put(name, value);
  }

  /** Something that becomes true in the end. */
  interface Condition {
    boolean holds() throws Exception;
  }

  /** How long it took, in milliseconds; a complaint where it never came. */
  long await(String what, Condition condition) throws Exception {
    long began = System.nanoTime();
    while (!condition.holds()) {
      if (System.nanoTime() - began > PATIENCE.toNanos()) {
        complaints.add("never: " + what);
        break;
      }
      hold(Duration.ofMillis(20));
    }
    return (System.nanoTime() - began) / 1_000_000;
  }

  SSLContext tls() {
    return tls;
  }

  Connector connector() throws Exception {
    return Connector.of(stack);
  }

  /** The gateway's own word on something, such as {@code /healthz}. */
  String privately(String path) throws IOException, InterruptedException {
    return PrivatePort.get(URI.create(stack.privateGateway(GATEWAY) + path));
  }

  /** Sum over the labels; 0 where there is none yet. */
  long metric(String name) throws IOException, InterruptedException {
    return Math.round(
        privately("/metrics")
            .lines()
            .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
            .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
            .sum());
  }

  /** Megabytes of live objects in a program. */
  long heapMegabytes(String program) throws IOException, InterruptedException {
    return Vitals.heap(stack.pid(program)) / 1_000_000;
  }

  /** Good and bad answers that the load had in the time, a second. */
  double ratePerSecond(Duration time) throws InterruptedException {
    long before = answered.getAsLong();
    long began = System.nanoTime();
    hold(time);
    return (answered.getAsLong() - before) * 1e9 / (System.nanoTime() - began);
  }
}
