package drawbridge.relay;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who stands at one end of a channel: an agent of a site, or a gateway. A certificate proves it
 * with the URI in its subject alternative names.
 */
public sealed interface PeerName {
  /** {@code drawbridge://SITE/agent/NAME} */
  record Agent(String site, String name) implements PeerName {
    public Agent {
      check(site);
      check(name);
    }

    @Override
    public String uri() {
      return "drawbridge://" + site + "/agent/" + name;
    }

    @Override
    public String mailbox() {
      return "drawbridge." + site + "." + name;
    }

    @Override
    public String toString() {
      return "agent " + name + " of " + site;
    }
  }

  /** {@code drawbridge://gateway/NAME} */
  record Gateway(String name) implements PeerName {
    public Gateway {
      check(name);
    }

    @Override
    public String uri() {
      return "drawbridge://gateway/" + name;
    }

    @Override
    public String mailbox() {
      return "drawbridge." + name;
    }

    @Override
    public String toString() {
      return "gateway " + name;
    }
  }

  static Agent agent(String site, String name) {
    return new Agent(site, name);
  }

  static Gateway gateway(String name) {
    return new Gateway(name);
  }

  /** What the certificate says, exactly so. */
  String uri();

  /** The last part of it. */
  String name();

  /** The Service Bus queue on which it listens. */
  String mailbox();

  /** The name that a URI means, if it is one of ours. */
  static Optional<PeerName> of(String uri) {
    Matcher agent = AGENT.matcher(uri);
    if (agent.matches()) {
      return Optional.of(new Agent(agent.group(1), agent.group(2)));
    }
    Matcher gateway = GATEWAY.matcher(uri);
    return gateway.matches() ? Optional.of(new Gateway(gateway.group(1))) : Optional.empty();
  }

  Pattern NAME = Pattern.compile("[a-z0-9-]{1,40}");
  Pattern AGENT = Pattern.compile("drawbridge://([a-z0-9-]{1,40})/agent/([a-z0-9-]{1,40})");
  Pattern GATEWAY = Pattern.compile("drawbridge://gateway/([a-z0-9-]{1,40})");

  private static void check(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not a name: " + name);
    }
  }
}
