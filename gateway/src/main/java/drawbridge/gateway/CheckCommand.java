package drawbridge.gateway;

import drawbridge.relay.IdentityCheck;
import drawbridge.relay.PeerName;
import drawbridge.settings.Bundle;
import drawbridge.settings.Finding;
import drawbridge.settings.Findings;
import drawbridge.settings.SecretFiles;
import drawbridge.settings.Section;
import drawbridge.settings.SettingsException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
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

  @Option(names = "--offline", description = "only read the files")
  private boolean offline;

  @Option(names = "--json", description = "for machines, as docs/check.md says")
  private boolean json;

  @Option(
      names = "--bundle",
      paramLabel = "F",
      description = "write what support needs into a zip file, with every secret removed")
  private @Nullable Path bundle;

  @Option(
      names = "--log",
      paramLabel = "F",
      description = "whose last lines go into the bundle; default: the service's journal")
  private @Nullable Path log;

  @Override
  public Integer call() throws IOException {
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    Findings findings = new Findings(out, json);
    List<Path> secrets = SecretFiles.of(config);
    findings.step(() -> look(findings, secrets));
    if (bundle != null) {
      bundle(bundle, findings, secrets);
    }
    return findings.end("gateway", Main.version());
  }

  /** Whatever is found before something is wrong is told too. */
  private List<Finding> look(Findings findings, List<Path> secrets) {
    GatewaySettings settings = GatewaySettings.read(Section.read(config));
    findings.add(Finding.ok(config.toString(), settings.sites().size() + " sites"));
    findings.addAll(SecretFiles.rights(secrets));
    new FrontDoorTls(settings.listen(), settings.certificates()).close();
    findings.add(Finding.ok("front door " + settings.listen().certificate(), ""));
    Channels.Connections connections = Channels.Connections.read(settings);
    findings.addAll(
        IdentityCheck.run(
            connections.identity(), PeerName.gateway(settings.name()), Instant.now()));
    return offline ? List.of() : Channels.check(settings, connections);
  }

  private void bundle(Path file, Findings findings, List<Path> secrets) throws IOException {
    Bundle zip = new Bundle(secrets);
    zip.versions("gateway", Main.version());
    zip.text("check.txt", findings.text());
    zip.text("check.json", findings.json("gateway", Main.version()));
    zip.settings("settings/gateway.yaml", config);
    Path folder = config.toAbsolutePath().getParent();
    if (folder != null) {
      zip.listing("settings.txt", folder);
    }
    if (log != null) {
      zip.log("log.txt", log);
    } else {
      zip.journal("log.txt", "drawbridge-gateway");
    }
    try {
      zip.write(file);
    } catch (FileAlreadyExistsException e) {
      throw new SettingsException(file, 0, "--bundle", "is there already", "name another file", e);
    }
  }
}
