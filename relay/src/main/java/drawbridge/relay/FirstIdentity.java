package drawbridge.relay;

import drawbridge.settings.NewFiles;
import drawbridge.settings.Secret;
import drawbridge.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The identity that {@code init} gives an agent or a gateway: a new key with a request for its
 * certificate, or copies of samples.
 */
public final class FirstIdentity {
  private final PeerName self;
  private final Path folder;
  private final String service;
  private final @Nullable Path samples;

  private FirstIdentity(PeerName self, Path folder, @Nullable Path samples, String service) {
    this.self = self;
    this.folder = folder;
    this.samples = samples;
    this.service = service;
  }

  /**
   * For a program whose settings stand in a folder.
   *
   * @param samples that {@code certs sample} made; null: a new key
   * @param service agent or gateway where systemd hands over the secrets; empty: the program reads
   *     them itself
   * @throws SettingsException where the samples are not there
   */
  public static FirstIdentity of(
      PeerName self, Path folder, @Nullable Path samples, String service) {
    if (samples != null && !Files.isReadable(samples.resolve(self.name() + ".key"))) {
      throw new SettingsException(
          samples,
          0,
          "--samples",
          "has no " + self.name() + ".key that can be read",
          "make them with “drawbridge certs sample DIR”, which takes the names by flags");
    }
    return new FirstIdentity(self, folder, samples, service);
  }

  /** A new key for the audit log. */
  public static Secret signer() {
    return KeyRequest.signer();
  }

  /** A new key for the tokens of pages. */
  public static Secret pageKey() {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    return new Secret(HexFormat.of().formatHex(random) + "\n");
  }

  /** How the program's own settings name a file of the folder {@code secrets}. */
  public String secret(String file) {
    return service.isEmpty()
        ? "secrets/" + file
        : "/run/credentials/drawbridge-" + service + ".service/secrets_" + file;
  }

  /** How a file in a folder below names it. */
  public String secretFromBelow(String file) {
    return service.isEmpty() ? "../secrets/" + file : secret(file);
  }

  public void addTo(NewFiles files) throws IOException {
    String name = self.name();
    Path key = folder.resolve("secrets").resolve(name + ".key");
    if (samples == null) {
      KeyRequest made = KeyRequest.of(self, KeyRequest.Kind.ED25519);
      files.secret(key, made.key()).text(folder.resolve(name + ".csr"), made.request());
      return;
    }
    files.secret(key, new Secret(Files.readString(samples.resolve(name + ".key"))));
    for (String file : List.of(name + ".pem", "relay-ca.pem", "relay.crl")) {
      files.text(folder.resolve(file), Files.readString(samples.resolve(file)));
    }
  }

  /** Of the file of settings, with a line end. */
  public String section() {
    return """
    # Who this program is on the channels, and whom it believes: docs/certificates.md
    identity: { certificate: %1$s.pem, key: %2$s, peers: relay-ca.pem, crl: { file: relay.crl }%3$s }
    """
        .formatted(
            self.name(), secret(self.name() + ".key"), samples == null ? "" : ", samples: true");
  }

  /** What only the admin can do. */
  public List<String> steps() {
    List<String> steps = new ArrayList<>();
    if (samples == null) {
      steps.add(
          "let the relay CA issue %1$s.pem for %1$s.csr, and put it, relay-ca.pem and relay.crl into %2$s"
              .formatted(self.name(), folder));
    }
    steps.add(
        "make the queue %s and a key that may listen there and send to the other ends’ queues"
            .formatted(self.mailbox()));
    return steps;
  }
}
