package drawbridge.certs;

import drawbridge.settings.Program;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code drawbridge certs sign}: a sample CA issues a certificate for a request. What the
 * certificate says comes from whoever signs; from the request comes the public key, and a request
 * for somebody else is refused.
 */
@Command(
    name = "sign",
    mixinStandardHelpOptions = true,
    description = "Lets a sample CA issue the certificate that was requested.")
final class SignCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before call
  private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "DIR", description = "the folder of certs sample")
  private Path folder = Path.of("certs");

  @Parameters(index = "1", paramLabel = "FILE", description = "reads FILE.csr, writes FILE.pem")
  private Path file = Path.of("identity");

  @Mixin private Whom whom = new Whom();

  @Option(
      names = "--days",
      paramLabel = "N",
      description = "how long it is good (${DEFAULT-VALUE}), at most as long as the CA")
  private int days = 30;

  @Override
  public Integer call() throws IOException {
    SampleRequest wanted = whom.request();
    String name = String.valueOf(file.getFileName());
    String stem = name.endsWith(".csr") ? name.substring(0, name.length() - 4) : name;
    Path certificate = file.resolveSibling(stem + ".pem");
    if (Files.exists(certificate)) {
      return failed(certificate + " is there already", "move it away");
    }
    SampleAuthority ca;
    JcaPKCS10CertificationRequest request;
    try {
      ca = SampleAuthority.read(folder, whom.isConnector() ? "connectors-ca" : "relay-ca");
      request = request(file.resolveSibling(stem + ".csr"));
      Optional<String> other = other(request, wanted);
      if (other.isPresent()) {
        return failed(other.get(), "sign it for whom it names, or request another");
      }
      Instant from = Instant.now().minus(Duration.ofHours(1)).truncatedTo(ChronoUnit.SECONDS);
      Instant end = ca.certificate().getNotAfter().toInstant();
      Instant until = from.plus(Duration.ofDays(days));
      X509Certificate issued =
          ca.sign(
              wanted.withValidity(from, until.isAfter(end) ? end : until), request.getPublicKey());
      SampleFiles.certificate(certificate, issued);
    } catch (GeneralSecurityException | PKCSException | OperatorCreationException e) {
      return failed(e.getMessage() + "", "make the request with: drawbridge certs request");
    } catch (IOException e) {
      return failed(e.getMessage() + "", "name the folder of certs sample, and the request");
    }
    spec.commandLine().getOut().println(certificate + " is issued, by a sample CA");
    spec.commandLine().getOut().flush();
    return Program.DONE;
  }

  private int failed(String problem, String fix) {
    spec.commandLine().getErr().println("drawbridge: " + problem + ". Fix: " + fix);
    return Program.FAILED;
  }

  /** Whoever asks must have the key: the request is signed by it. */
  private static JcaPKCS10CertificationRequest request(Path csr)
      throws IOException, GeneralSecurityException, PKCSException, OperatorCreationException {
    try (PemReader reader =
        new PemReader(new StringReader(Files.readString(csr, StandardCharsets.US_ASCII)))) {
      PemObject object = reader.readPemObject();
      if (object == null || !object.getType().endsWith("CERTIFICATE REQUEST")) {
        throw new IOException(csr + " is no certificate request");
      }
      JcaPKCS10CertificationRequest request =
          new JcaPKCS10CertificationRequest(object.getContent());
      if (!request.isSignatureValid(
          new JcaContentVerifierProviderBuilder().build(request.getPublicKey()))) {
        throw new GeneralSecurityException(csr + " is not signed by the key in it");
      }
      return request;
    }
  }

  /** Whom the request names in place of the one it is to be signed for. */
  private static Optional<String> other(
      JcaPKCS10CertificationRequest request, SampleRequest wanted) {
    Extensions extensions = request.getRequestedExtensions();
    GeneralNames asked =
        extensions == null
            ? null
            : GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
    Set<GeneralName> names = asked == null ? Set.of() : Set.of(asked.getNames());
    if (!names.equals(Set.copyOf(wanted.names()))) {
      return Optional.of("the request names " + names + ", not " + wanted.names());
    }
    RDN[] common = request.getSubject().getRDNs(BCStyle.CN);
    String subject =
        common.length == 0 ? "" : IETFUtils.valueToString(common[0].getFirst().getValue());
    return subject.equals(wanted.commonName())
        ? Optional.empty()
        : Optional.of("the request is of “" + subject + "”, not “" + wanted.commonName() + "”");
  }
}
