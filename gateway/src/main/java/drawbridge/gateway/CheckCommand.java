package drawbridge.gateway;

import drawbridge.audit.AuditDisk;
import drawbridge.relay.IdentityCheck;
import drawbridge.relay.ManageOption;
import drawbridge.relay.PeerName;
import drawbridge.settings.BundleOptions;
import drawbridge.settings.Finding;
import drawbridge.settings.Findings;
import drawbridge.settings.SecretFiles;
import drawbridge.settings.Section;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gateway check}. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Reads every file and tries every connection; serves nothing.")
final class CheckCommand implements Callable<Integer> {
  @Spec @Nullable CommandSpec spec;

  @Option(names = "--config", paramLabel = "F", required = true, description = "gateway.yaml")
  private Path config = Path.of("gateway.yaml");

  @Mixin private final ManageOption manage = new ManageOption();

  @Mixin private final BundleOptions bundle = new BundleOptions();

  @Option(names = "--offline", description = "only read the files")
  private boolean offline;

  @Option(names = "--json", description = "for machines, as docs/check.md says")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    Findings findings = new Findings(out, json);
    List<Path> secrets = new ArrayList<>(SecretFiles.of(config));
    secrets.addAll(manage.secrets());
    findings.step(() -> look(findings, secrets));
    bundle.write(
        "gateway",
        Main.version(),
        findings,
        secrets,
        config,
        zip -> {},
        json ? new PrintWriter(Writer.nullWriter()) : out);
    return findings.end("gateway", Main.version());
  }

  /** Whatever is found before something is wrong is told too. */
  private List<Finding> look(Findings findings, List<Path> secrets) {
    GatewaySettings settings = GatewaySettings.read(Section.read(config));
    findings.add(Finding.ok(config.toString(), settings.sites().size() + " sites"));
    findings.addAll(SecretFiles.rights(secrets));
    var _ = Front.read(settings.listen(), settings.certificates());
    settings.audit().ifPresent(audit -> findings.add(AuditDisk.look(audit.folder())));
    findings.add(Finding.ok("front door " + settings.listen().certificate(), ""));
    if (!offline) {
      findings.addAll(PortCheck.run(settings));
    }
    Channels.Connections connections = Channels.Connections.read(settings);
    findings.addAll(
        IdentityCheck.run(
            connections.identity(), PeerName.gateway(settings.name()), Instant.now()));
    if (offline) {
      return List.of();
    }
    findings.addAll(Channels.check(settings, connections));
    if (!manage.given() && !json) {
      Objects.requireNonNull(spec).commandLine().getOut().println(ManageOption.HINT);
    }
    return manage.given() ? Channels.queues(settings, connections, manage) : List.of();
  }
}
