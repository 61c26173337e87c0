package drawbridge.certs;

import drawbridge.settings.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.concurrent.Callable;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code drawbridge certs request}: makes a key on the machine that will use it, and what a CA
 * needs to issue its certificate. The key never leaves.
 */
@Command(
    name = "request",
    mixinStandardHelpOptions = true,
    description = "Makes a key, which stays here, and a certificate request for any CA.")
final class RequestCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before call
  private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "writes FILE.key and FILE.csr")
  private Path file = Path.of("identity");

  @Mixin private Whom whom = new Whom();

  @Option(
      names = "--key-type",
      paramLabel = "TYPE",
      description = "ed25519 (the default), p256 or rsa, for a CA that asks for it")
  private SampleKey kind = SampleKey.ED25519;

  @Override
  public Integer call() throws IOException {
    SampleRequest wanted = whom.request();
    Path key = file.resolveSibling(file.getFileName() + ".key");
    Path request = file.resolveSibling(file.getFileName() + ".csr");
    if (Files.exists(key)) {
      spec.commandLine()
          .getErr()
          .println("drawbridge: " + key + " is there already. Fix: name another file");
      return Program.FAILED;
    }
    KeyPair pair = kind.generate();
    byte[] content = request(pair, wanted);
    SampleFiles.key(key, pair.getPrivate());
    SampleFiles.request(request, content);
    spec.commandLine()
        .getOut()
        .println(
            key
                + " stays here; let the "
                + (whom.isConnector() ? "connector" : "relay")
                + " CA issue a certificate for "
                + request);
    spec.commandLine().getOut().flush();
    return Program.DONE;
  }

  private byte[] request(KeyPair pair, SampleRequest wanted) throws IOException {
    ExtensionsGenerator extensions = new ExtensionsGenerator();
    extensions.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
    extensions.addExtension(
        Extension.extendedKeyUsage,
        false,
        new ExtendedKeyUsage(wanted.usage().purposes().toArray(KeyPurposeId[]::new)));
    if (!wanted.names().isEmpty()) {
      extensions.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(wanted.names().toArray(GeneralName[]::new)));
    }
    try {
      return new JcaPKCS10CertificationRequestBuilder(
              new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, wanted.commonName()).build(),
              pair.getPublic())
          .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate())
          .build(new JcaContentSignerBuilder(kind.signature()).build(pair.getPrivate()))
          .getEncoded();
    } catch (OperatorCreationException e) {
      throw new IllegalStateException("every JDK signs with " + kind, e);
    }
  }
}
