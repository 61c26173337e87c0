package drawbridge.acceptance;

import drawbridge.certs.SampleCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/** The certificates of a stack, made by the command that admins use. */
final class SampleCertificates {
  private SampleCertificates() {}

  static void make(Layout layout) throws IOException {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of(layout.certificates().toString(), "--force"));
    for (StackPlan.Site site : layout.plan().everybody()) {
      for (String agent : site.agents()) {
        arguments.addAll(List.of("--agent", site.name() + "/" + agent));
      }
    }
    layout.plan().gateways().forEach(name -> arguments.addAll(List.of("--gateway", name)));
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said, true);
    int code =
        new CommandLine(new SampleCommand())
            .setOut(out)
            .setErr(out)
            .execute(arguments.toArray(String[]::new));
    if (code != 0) {
      throw new IOException("no sample certificates:\n" + said);
    }
  }
}
