package drawbridge.settings;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code check} that gather what support needs. A mixin of picocli. */
public final class BundleOptions {
  @Option(
      names = "--bundle",
      paramLabel = "FILE",
      description = "write what support needs into a zip file, with every secret removed")
  @Nullable Path bundle;

  @Option(
      names = "--log",
      paramLabel = "FILE",
      description = "whose last lines go into the bundle; default: the service's journal")
  @Nullable Path log;

  /**
   * Writes the bundle, where one was asked for.
   *
   * @param program agent or gateway
   * @param secrets files whose content must not be in it
   * @param config the file of settings
   * @param more adds what only this program has
   * @param out is told the file; a sink where nobody reads it
   * @throws SettingsException where the file is there already
   */
  public void write(
      String program,
      String version,
      Findings findings,
      List<Path> secrets,
      Path config,
      Consumer<Bundle> more,
      PrintWriter out)
      throws IOException {
    if (bundle == null) {
      return;
    }
    Bundle zip = new Bundle(secrets);
    zip.versions(program, version);
    zip.text("check.txt", findings.text());
    zip.text("check.json", findings.json(program, version));
    zip.settings("settings/" + program + ".yaml", config);
    Path folder = config.toAbsolutePath().getParent();
    if (folder != null) {
      zip.listing("settings.txt", folder);
    }
    more.accept(zip);
    if (log != null) {
      zip.log("log.txt", log);
    } else {
      zip.journal("log.txt", "drawbridge-" + program);
    }
    try {
      zip.write(bundle);
    } catch (FileAlreadyExistsException e) {
      throw new SettingsException(
          bundle, 0, "--bundle", "is there already", "name another file", e);
    }
    out.println(
        "Written: " + bundle + ". It holds no secret that is known here; look before you send it.");
    out.flush();
  }
}
