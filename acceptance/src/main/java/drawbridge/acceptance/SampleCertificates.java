package drawbridge.acceptance;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The certificates of a stack, made by the program that admins use. */
final class SampleCertificates {
  private static final long PATIENCE_S = 60;

  private SampleCertificates() {}

  static void make(Layout layout) throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("sample", layout.certificates().toString(), "--force"));
    for (StackPlan.Site site : layout.plan().everybody()) {
      for (String agent : site.agents()) {
        arguments.addAll(List.of("--agent", site.name() + "/" + agent));
      }
    }
    layout.plan().gateways().forEach(name -> arguments.addAll(List.of("--gateway", name)));
    Path log = layout.logs().resolve("certs.log");
    Process process =
        new ProcessBuilder(Repository.java("certs-sample", "drawbridge.certs.Main", arguments))
            .redirectErrorStream(true)
            .redirectOutput(Redirect.appendTo(log.toFile()))
            .start();
    if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    if (process.waitFor() != 0) {
      throw new IOException("no sample certificates:\n" + Files.readString(log));
    }
  }
}
