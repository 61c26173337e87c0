package drawbridge.certs;

import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * A whole sample PKI in memory: the three authorities, each with keys of its own, and shortcuts for
 * the certificates that everybody needs. What must be refused is asked of the authorities with a
 * bent {@link SampleRequest}. Thread-safe; keys leave memory only where a caller writes them.
 */
public final class SamplePki {
  /** For clocks that are not quite right. */
  private static final Duration SKEW = Duration.ofHours(1);

  private final SampleAuthority relay;
  private final SampleAuthority connectors;
  private final SampleAuthority front;
  private final KeyPair audit = SampleKey.ED25519.generate();

  /** Good from an hour ago for 30 days. */
  public SamplePki() {
    this(Instant.now(), Duration.ofDays(30));
  }

  /** Good from an hour before {@code now} until {@code validity} after it. */
  public SamplePki(Instant now, Duration validity) {
    // Certificates have whole seconds; so nothing that was asked for is lost in them.
    Instant from = now.minus(SKEW).truncatedTo(ChronoUnit.SECONDS);
    Instant until = now.plus(validity).truncatedTo(ChronoUnit.SECONDS);
    relay = new SampleAuthority("Relay CA", SampleKey.ED25519, from, until);
    connectors = new SampleAuthority("Connectors CA", SampleKey.ED25519, from, until);
    front = new SampleAuthority("Front CA", SampleKey.P256, from, until);
  }

  /** Issues agents and gateways. */
  public SampleAuthority relay() {
    return relay;
  }

  /** Issues the HTTPS clients of the gateway's front door. */
  public SampleAuthority connectors() {
    return connectors;
  }

  /** Issues HTTPS and AMQPS servers on this machine. */
  public SampleAuthority front() {
    return front;
  }

  /** Signs the audit log's checkpoints; no certificate belongs to it. */
  public KeyPair audit() {
    return audit;
  }

  public SampleLeaf agent(String site, String name) {
    return relay.issue(SampleRequest.agent(site, name));
  }

  public SampleLeaf gateway(String name) {
    return relay.issue(SampleRequest.gateway(name));
  }

  public SampleLeaf connector(String commonName) {
    return connectors.issue(SampleRequest.connector(commonName));
  }

  /** A server on localhost, 127.0.0.1 and ::1. */
  public SampleLeaf local(String commonName) {
    return front.issue(SampleRequest.local(commonName));
  }
}
