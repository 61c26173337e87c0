package drawbridge.relay;

import drawbridge.settings.NewFiles;
import drawbridge.settings.Program;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code certs}: what has to do with this machine's own certificates, in both programs. */
@Command(
    name = "certs",
    mixinStandardHelpOptions = true,
    description = "Keys and certificate requests.")
public final class CertsCommand implements Runnable {
  private static final String NAME = "[a-z0-9-]{1,40}";
  private static final Pattern AGENT = Pattern.compile("(" + NAME + ")/(" + NAME + ")");

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before run
  CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say what to make: certs request FILE");
  }

  /**
   * {@code certs request}: makes a key on the machine that will use it, and what a CA needs to
   * issue its certificate. The key never leaves.
   */
  @Command(
      name = "request",
      mixinStandardHelpOptions = true,
      description = "Makes a key, which stays here, and a certificate request for any CA.")
  int request(
      @Parameters(paramLabel = "FILE", description = "writes FILE.key and FILE.csr") Path file,
      @Option(names = "--agent", paramLabel = "SITE/NAME", defaultValue = "") String agent,
      @Option(names = "--gateway", paramLabel = "NAME", defaultValue = "") String gateway,
      @Option(
              names = "--key-type",
              paramLabel = "TYPE",
              defaultValue = "ED25519",
              description = "ed25519 (the default), p256 or rsa, for a CA that asks for it")
          KeyRequest.Kind kind)
      throws IOException {
    Matcher parts = AGENT.matcher(agent);
    boolean forAgent = parts.matches() && gateway.isEmpty();
    if (!forAgent && !(agent.isEmpty() && gateway.matches(NAME))) {
      throw new ParameterException(
          spec.commandLine().getSubcommands().get("request"),
          "say for whom: --agent SITE/NAME or --gateway NAME, of 1 to 40 of a-z, 0-9 and - each");
    }
    KeyRequest made =
        KeyRequest.of(
            forAgent ? PeerName.agent(parts.group(1), parts.group(2)) : PeerName.gateway(gateway),
            kind);
    Path key = file.resolveSibling(file.getFileName() + ".key");
    Path request = file.resolveSibling(file.getFileName() + ".csr");
    NewFiles files = new NewFiles().secret(key, made.key()).text(request, made.request());
    List<Path> there = files.inTheWay();
    if (!there.isEmpty()) {
      spec.commandLine()
          .getErr()
          .println("drawbridge: " + there.getFirst() + " is there already. Fix: name another file");
      return Program.FAILED;
    }
    files.write();
    spec.commandLine()
        .getOut()
        .println(key + " stays here; let the relay CA issue a certificate for " + request);
    spec.commandLine().getOut().flush();
    return Program.DONE;
  }
}
