package drawbridge.relay;

import drawbridge.certs.SampleRequest;
import drawbridge.settings.Section;
import drawbridge.settings.SettingsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Provider;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Optional;

/**
 * A process of its own, whose environment names the token: makes keys in it, lets the sample CA
 * certify them, and opens channels as the agent whose key is there.
 */
final class TokenMain {
  private final Path folder;
  private final Path module;
  private final RelayTlsFixture fixture = new RelayTlsFixture();

  private TokenMain(Path folder, Path module) {
    this.folder = folder;
    this.module = module;
  }

  /**
   * Prints what came of each key and of each mistake.
   *
   * @param arguments a folder with the file {@code pin}, and the token's library
   */
  public static void main(String... arguments) throws Exception {
    new TokenMain(Path.of(arguments[0]), Path.of(arguments[1])).run();
  }

  private void run() throws Exception {
    fixture.pki.relay().writeCertificate(folder.resolve("relay-ca.pem"));
    fixture.pki.relay().writeCrl(folder.resolve("relay.crl"));
    String right = Files.readString(folder.resolve("pin"));
    Files.writeString(folder.resolve("pin"), "0000");
    said(""); // once somebody in this process is logged in, a token asks no more
    Files.writeString(folder.resolve("pin"), right);
    Provider provider =
        new Pkcs11(module, Optional.empty(), Optional.empty(), folder.resolve("pin")).provider();
    char[] pin = right.strip().toCharArray();
    KeyStore store = KeyStore.getInstance("PKCS11", provider);
    store.load(null, pin);
    for (String[] kind : new String[][] {{"EC", "256"}, {"RSA", "2048"}}) {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(kind[0], provider);
      generator.initialize(Integer.parseInt(kind[1]));
      KeyPair pair = generator.generateKeyPair();
      X509Certificate certificate =
          fixture.pki.relay().sign(SampleRequest.agent("plant-1", "agent-a"), pair.getPublic());
      store.setKeyEntry(
          "agent-" + kind[0], pair.getPrivate(), null, new Certificate[] {certificate});
      IdentitySettings settings = settings("label: agent-" + kind[0] + ", ");
      RelayTls agent = new RelayTls(settings, RelayTlsFixture.AGENT, () -> fixture.now);
      RelayTlsFixture.Ends ends = fixture.handshake(agent, fixture.gateway());
      System.out.println(
          kind[0]
              + " "
              + ends.acceptor().value().peer()
              + " "
              + ends.opener().value().group()
              + " "
              + ends.acceptor().value().certificate().getPublicKey().getAlgorithm());
    }
    said("label: another, ");
    fixture.close();
    System.exit(0);
  }

  private void said(String more) {
    try {
      System.out.println("no mistake: " + settings(more));
    } catch (SettingsException e) {
      System.out.println(e.key() + ": " + e.getMessage());
    }
  }

  private IdentitySettings settings(String more) {
    Section file =
        Section.parse(
            folder.resolve("agent.yaml"),
            "identity: { pkcs11: { %smodule: %s, pin-file: pin }, peers: relay-ca.pem, crl: { file: relay.crl } }"
                .formatted(more, module));
    return IdentitySettings.read(file.section("identity"), RelayTlsFixture.AGENT, fixture.now);
  }
}
