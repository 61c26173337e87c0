package drawbridge.certs;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that say whom a certificate names: one of them, no more. */
final class Whom {
  private static final String NAME = "[a-z0-9-]{1,40}";
  private static final Pattern AGENT = Pattern.compile("(" + NAME + ")/(" + NAME + ")");
  private static final Pattern CONNECTOR = Pattern.compile("[A-Za-z0-9 ._-]{1,64}");

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it before it is asked
  private CommandSpec spec;

  @Option(names = "--agent", paramLabel = "SITE/NAME", description = "for an agent")
  private Optional<String> agent = Optional.empty();

  @Option(names = "--gateway", paramLabel = "NAME", description = "for a gateway")
  private Optional<String> gateway = Optional.empty();

  @Option(names = "--connector", paramLabel = "CN", description = "for a connector")
  private Optional<String> connector = Optional.empty();

  /** Names and usages of its certificate. */
  SampleRequest request() {
    int count = 0;
    for (Optional<String> one : java.util.List.of(agent, gateway, connector)) {
      count += one.isPresent() ? 1 : 0;
    }
    Matcher parts = AGENT.matcher(agent.orElse(""));
    if (count == 1 && parts.matches()) {
      return SampleRequest.agent(parts.group(1), parts.group(2));
    }
    if (count == 1 && gateway.orElse("").matches(NAME)) {
      return SampleRequest.gateway(gateway.get());
    }
    if (count == 1 && CONNECTOR.matcher(connector.orElse("")).matches()) {
      return SampleRequest.connector(connector.get());
    }
    throw new ParameterException(
        spec.commandLine(),
        "say for whom: --agent SITE/NAME or --gateway NAME, of 1 to 40 of a-z, 0-9 and - each, or"
            + " --connector CN");
  }

  /** Connectors have a CA of their own. */
  boolean isConnector() {
    return connector.isPresent();
  }
}
