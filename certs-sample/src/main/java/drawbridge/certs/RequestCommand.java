package drawbridge.certs;

import drawbridge.settings.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
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
  private static final String NAME = "[a-z0-9-]{1,40}";
  private static final Pattern AGENT = Pattern.compile("(" + NAME + ")/(" + NAME + ")");

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before call
  private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "writes FILE.key and FILE.csr")
  private Path file = Path.of("identity");

  @Option(names = "--agent", paramLabel = "SITE/NAME", description = "for an agent")
  private String agent = "";

  @Option(names = "--gateway", paramLabel = "NAME", description = "for a gateway")
  private String gateway = "";

  @Override
  public Integer call() throws IOException {
    Matcher parts = AGENT.matcher(agent);
    boolean forAgent = parts.matches() && gateway.isEmpty();
    if (!forAgent && !(agent.isEmpty() && gateway.matches(NAME))) {
      throw new ParameterException(
          spec.commandLine(),
          "say for whom: --agent SITE/NAME or --gateway NAME, of 1 to 40 of a-z, 0-9 and - each");
    }
    Path key = file.resolveSibling(file.getFileName() + ".key");
    Path request = file.resolveSibling(file.getFileName() + ".csr");
    if (Files.exists(key)) {
      spec.commandLine()
          .getErr()
          .println("drawbridge: " + key + " is there already. Fix: name another file");
      return Program.FAILED;
    }
    KeyPair pair = SampleKey.ED25519.generate();
    byte[] content =
        forAgent
            ? request(
                pair,
                parts.group(2) + " of " + parts.group(1),
                "drawbridge://" + parts.group(1) + "/agent/" + parts.group(2),
                KeyPurposeId.id_kp_clientAuth)
            : request(
                pair, gateway, "drawbridge://gateway/" + gateway, KeyPurposeId.id_kp_serverAuth);
    SampleFiles.key(key, pair.getPrivate());
    SampleFiles.request(request, content);
    spec.commandLine()
        .getOut()
        .println(key + " stays here; let the relay CA issue a certificate for " + request);
    spec.commandLine().getOut().flush();
    return Program.DONE;
  }

  private static byte[] request(KeyPair pair, String name, String uri, KeyPurposeId usage)
      throws IOException {
    ExtensionsGenerator wanted = new ExtensionsGenerator();
    wanted.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
    wanted.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(usage));
    wanted.addExtension(
        Extension.subjectAlternativeName,
        false,
        new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, uri)));
    try {
      return new JcaPKCS10CertificationRequestBuilder(
              new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, name).build(),
              pair.getPublic())
          .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, wanted.generate())
          .build(new JcaContentSignerBuilder("Ed25519").build(pair.getPrivate()))
          .getEncoded();
    } catch (OperatorCreationException e) {
      throw new IllegalStateException("every JDK signs with Ed25519", e);
    }
  }
}
