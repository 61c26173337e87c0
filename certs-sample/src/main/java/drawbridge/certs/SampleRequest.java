package drawbridge.certs;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;

/**
 * What a certificate shall say. The factories make the right ones; the {@code with} methods bend
 * one detail each, so that tests can ask for certificates that must be refused.
 *
 * @param commonName of the subject; the organisation that marks samples is added to it
 * @param usage whether it is for a TLS client, a TLS server, both or neither
 * @param names subject alternative names
 * @param validity from and until; empty: as the authority itself
 * @param authority basic constraints and key usage of a CA in place of those of a leaf
 */
public record SampleRequest(
    String commonName,
    SampleKey key,
    Usage usage,
    List<GeneralName> names,
    Optional<Validity> validity,
    boolean authority) {

  /** Extended key usage. */
  public enum Usage {
    CLIENT,
    SERVER,
    BOTH,
    CODE_SIGNING,
    NONE;

    List<KeyPurposeId> purposes() {
      return switch (this) {
        case CLIENT -> List.of(KeyPurposeId.id_kp_clientAuth);
        case SERVER -> List.of(KeyPurposeId.id_kp_serverAuth);
        case BOTH -> List.of(KeyPurposeId.id_kp_clientAuth, KeyPurposeId.id_kp_serverAuth);
        case CODE_SIGNING -> List.of(KeyPurposeId.id_kp_codeSigning);
        case NONE -> List.of();
      };
    }
  }

  /** Both ends are inside. */
  public record Validity(Instant from, Instant until) {}

  public SampleRequest {
    names = List.copyOf(names);
  }

  /** An agent: the TLS client of a relay channel. */
  public static SampleRequest agent(String site, String name) {
    return relay(name + " of " + site, Usage.CLIENT, "drawbridge://" + site + "/agent/" + name);
  }

  /** A gateway: the TLS server of a relay channel. */
  public static SampleRequest gateway(String name) {
    return relay(name, Usage.SERVER, "drawbridge://gateway/" + name);
  }

  /** A connector: an HTTPS client of the gateway's front door, named by its subject. */
  public static SampleRequest connector(String commonName) {
    return new SampleRequest(
        commonName, SampleKey.ED25519, Usage.CLIENT, List.of(), Optional.empty(), false);
  }

  /** A TLS server on this machine: localhost, 127.0.0.1 and ::1. */
  public static SampleRequest local(String commonName) {
    return new SampleRequest(
        commonName,
        SampleKey.P256,
        Usage.SERVER,
        List.of(
            new GeneralName(GeneralName.dNSName, "localhost"),
            new GeneralName(GeneralName.iPAddress, "127.0.0.1"),
            new GeneralName(GeneralName.iPAddress, "::1")),
        Optional.empty(),
        false);
  }

  private static SampleRequest relay(String commonName, Usage usage, String uri) {
    return new SampleRequest(
        commonName, SampleKey.ED25519, usage, uris(uri), Optional.empty(), false);
  }

  private static List<GeneralName> uris(String... uris) {
    return List.of(uris).stream()
        .map(uri -> new GeneralName(GeneralName.uniformResourceIdentifier, uri))
        .toList();
  }

  public SampleRequest withKey(SampleKey kind) {
    return new SampleRequest(commonName, kind, usage, names, validity, authority);
  }

  public SampleRequest withUsage(Usage purposes) {
    return new SampleRequest(commonName, key, purposes, names, validity, authority);
  }

  /** These URIs, and no other names. */
  public SampleRequest withUris(String... uris) {
    return new SampleRequest(commonName, key, usage, uris(uris), validity, authority);
  }

  public SampleRequest withValidity(Instant from, Instant until) {
    return new SampleRequest(
        commonName, key, usage, names, Optional.of(new Validity(from, until)), authority);
  }

  /** The certificate of a CA where one of a leaf is due. */
  public SampleRequest asAuthority() {
    return new SampleRequest(commonName, key, usage, names, validity, true);
  }
}
