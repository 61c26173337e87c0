package drawbridge.agent;

import drawbridge.adapters.SiteDigest;
import drawbridge.settings.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code agent sign}: for whoever approves what a site serves, on a machine of their own. */
@Command(
    name = "sign",
    mixinStandardHelpOptions = true,
    description = "Signs a site folder, for agents whose “signed” names the public key.")
final class SignCommand implements Callable<Integer> {
  @Option(
      names = "--key",
      paramLabel = "FILE",
      required = true,
      description = "private Ed25519 key (openssl genpkey -algorithm ed25519)")
  private Path key = Path.of("");

  @Option(
      names = "--serial",
      paramLabel = "N",
      required = true,
      description = "higher than that of the signature before")
  private long serial;

  @Parameters(paramLabel = "FOLDER", description = "the site folder")
  private Path folder = Path.of("");

  @Override
  public Integer call() throws IOException, GeneralSecurityException {
    SiteSeal.sign(
        folder, SiteDigest.of(folder), serial, SiteSeal.privateKey(Files.readAllBytes(key)));
    return Program.DONE;
  }
}
