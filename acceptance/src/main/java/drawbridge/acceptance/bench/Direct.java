package drawbridge.acceptance.bench;

import drawbridge.agent.AgentSettings;
import drawbridge.agent.SiteFolder;
import java.nio.file.Path;

/** {@link Topology#DIRECT} as a process: {@code --config gateway.yaml --ready-file F}. */
final class Direct {
  private Direct() {}

  public static void main(String... arguments) throws Exception {
    Path config = Path.of(arguments[1]);
    AgentSettings settings = OneProcess.agentBeside(config);
    SiteFolder site = SiteFolder.open(settings.serves(), false);
    OneProcess.gateway(
        config,
        Path.of(arguments[3]),
        OneProcess.serve(OneProcess.agent(settings, site).service()));
  }
}
