package drawbridge.relay;

import drawbridge.settings.Answers;
import drawbridge.settings.Answers.Rule;
import drawbridge.settings.Children;
import drawbridge.settings.NewFiles;
import drawbridge.settings.Program;
import drawbridge.settings.Secret;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * What {@code init} of agent and gateway have in common: the options for folder, namespace and
 * certificates, the files of that, and the end with what is still to do and the check. A mixin of
 * picocli, for one run.
 */
public final class FirstRun {
  private final String program;
  private final Answers answers;

  @Option(names = "--into", paramLabel = "DIR", description = "folder of the settings")
  @Nullable Path into;

  @Option(
      names = "--namespace",
      paramLabel = "HOST",
      description = "of Service Bus, such as contoso.servicebus.windows.net")
  @Nullable String namespace;

  @Option(
      names = "--key-name",
      description = "of the shared access key; default: the program's name")
  @Nullable String keyName;

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      description = "holds the shared access key; it is copied")
  @Nullable Path keyFile;

  @Option(
      names = "--emulator",
      description = "the namespace is a local one on this machine, without TLS")
  boolean emulator;

  @Option(
      names = "--samples",
      paramLabel = "DIR",
      description = "take certificates that “certs sample DIR” made, to try things out")
  @Nullable Path samples;

  @Option(names = "--no-check", description = "don't end with the check")
  boolean unchecked;

  /**
   * Options that nobody has set yet.
   *
   * @param program agent or gateway
   */
  public FirstRun(String program, Answers answers) {
    this.program = program;
    this.answers = answers;
  }

  /** Where the packages' unit looks. */
  private Path installed() {
    return Path.of("/etc/drawbridge", program);
  }

  /** Where the settings go; asks where no flag says. */
  public Path folder() {
    return Path.of(
        answers.usual(
            "--into",
            into == null ? null : into.toString(),
            "Folder of " + program + ".yaml",
            Files.isDirectory(installed()) ? installed().toString() : "drawbridge-" + program,
            Rule.PLAIN));
  }

  /** Certificates that were made to try things out; null: they are requested. */
  public @Nullable Path samples() {
    return samples;
  }

  /** The namespace and the key there; asks where no flag says. */
  public Login login(String name) {
    String host =
        answers.needed(
            "--namespace",
            namespace,
            "Service Bus namespace, such as contoso.servicebus.windows.net",
            "",
            Rule.HOST);
    String key =
        answers.usual("--key-name", keyName, "Name of its shared access key", name, Rule.PLAIN);
    Secret value =
        keyFile == null
            ? answers.secret("Value of that key")
            : answers.secret("--key-file", keyFile);
    return new Login(host, key, value);
  }

  /**
   * How a program gets into its namespace.
   *
   * @param value empty: still to be written
   */
  public record Login(String host, String keyName, Secret value) {}

  /** What every program's folder holds, and how its settings name it. */
  public final class Begun {
    private final Path folder;
    private final Login login;
    private final FirstIdentity identity;
    private final NewFiles files = new NewFiles();
    private final List<String> steps;

    private Begun(Path folder, Login login, FirstIdentity identity) throws IOException {
      this.folder = folder;
      this.login = login;
      this.identity = identity;
      identity.addTo(files);
      if (!login.value().isEmpty()) {
        files.secret(secrets().resolve("sas"), login.value());
      }
      files.secret(secrets().resolve("audit.key"), FirstIdentity.signer());
      steps = new ArrayList<>(identity.steps());
      if (login.value().isEmpty()) {
        steps.add(
            "write the shared access key into "
                + secrets().resolve("sas")
                + ", for its owner alone to read");
      }
    }

    public FirstIdentity identity() {
      return identity;
    }

    public NewFiles files() {
      return files;
    }

    /** Of the admin, in their order; more may be added. */
    public List<String> steps() {
      return steps;
    }

    public Path secrets() {
      return folder.resolve("secrets");
    }

    /** The section of that name, with a line end. */
    public String namespace() {
      return """
      namespace:
        endpoint: "%s"
      %s\
        login: { sas: { name: "%s", key-file: %s } }
      """
          .formatted(
              login.host(),
              emulator ? "  emulator: true\n" : "",
              login.keyName(),
              identity.secret("sas"));
    }

    /** The line of that name, with a line end. */
    public String audit() {
      return "audit: { folder: %s, key: %s }%n"
          .formatted(
              service(folder) ? "/var/lib/drawbridge/" + program + "/audit" : "audit",
              identity.secret("audit.key"));
    }

    /**
     * Writes all files, or none where one is there already, says what is still to do, and runs the
     * check.
     *
     * @return the exit code
     */
    public int finish(CommandLine line) throws IOException {
      List<Path> there = files.inTheWay();
      if (!there.isEmpty()) {
        line.getErr()
            .println(
                "drawbridge: "
                    + there.getFirst()
                    + " is there already, and nothing is written over. Fix: name another folder"
                    + " with --into, or move it away");
        return Program.FAILED;
      }
      files.write();
      PrintWriter out = line.getOut();
      out.println("Written:");
      files.all().forEach(file -> out.println("  " + file));
      out.println("Still to do:");
      int i = 0;
      for (String step : steps) {
        out.println("  " + ++i + ". " + step);
      }
      if (!unchecked) {
        check(line);
      }
      out.flush();
      return Program.DONE;
    }

    /** What it says of what is still to do is no failure of this command. */
    private void check(CommandLine line) throws IOException {
      String file = folder.resolve(program + ".yaml").toString();
      line.getOut().println("\ndrawbridge " + program + " check --config " + file);
      line.getOut().flush();
      Path command = Path.of("/usr/bin/drawbridge-" + program);
      CommandLine parent = line.getParent();
      if (service(folder) && Files.isExecutable(command)) {
        // As the service's user, with the secrets that systemd would hand over.
        Children.run(command.toString(), "check", "--config", file);
      } else if (parent != null) {
        var _ = parent.execute("check", "--config", file);
      }
    }
  }

  /**
   * Begins with what everybody needs, once all was asked.
   *
   * @param self asked for once every answer is right
   * @throws ParameterException naming every answer that is wrong
   */
  public Begun begin(CommandLine line, Supplier<PeerName> self, Path folder, Login login)
      throws IOException {
    if (!answers.mistakes().isEmpty()) {
      throw new ParameterException(line, String.join(System.lineSeparator(), answers.mistakes()));
    }
    return new Begun(
        folder,
        login,
        FirstIdentity.of(self.get(), folder, samples, service(folder) ? program : ""));
  }

  private boolean service(Path folder) {
    return folder.toAbsolutePath().normalize().equals(installed());
  }
}
