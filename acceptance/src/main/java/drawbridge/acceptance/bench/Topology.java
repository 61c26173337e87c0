package drawbridge.acceptance.bench;

import drawbridge.acceptance.Stack;
import java.io.IOException;

/** What stands between the front door and the database while the same calls are made. */
enum Topology {
  /** The bridge itself: gateway and agent are processes of their own, Service Bus between them. */
  RELAY,
  /** Front door, policy, audit log and adapter in one process: no relay. */
  DIRECT,
  /** The same through OpenSSH's reverse tunnel. */
  SSH,
  /** As direct, without policy and audit log. */
  DIRECT_BARE,
  /**
   * As relay, but every request and every reply is a Service Bus message of its own, without TLS
   * inside.
   */
  NAIVE;

  static final String GATEWAY = "gateway-1";
  static final String AGENT = "agent-a";

  String word() {
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }

  /** Leaves the stack running with this topology, ready for calls. */
  void set(Stack stack) throws IOException, InterruptedException {
    stack.stop(GATEWAY);
    stack.stop(AGENT);
    switch (this) {
      case RELAY -> {
        stack.restart(GATEWAY);
        stack.restart(AGENT);
      }
      case DIRECT, SSH -> stack.run(GATEWAY, "acceptance", Direct.class.getName());
      case DIRECT_BARE -> stack.run(GATEWAY, "acceptance", DirectBare.class.getName());
      case NAIVE -> {
        stack.run(AGENT, "acceptance", NaiveAgent.class.getName());
        stack.run(GATEWAY, "acceptance", NaiveGateway.class.getName());
      }
    }
    stack.awaitReady(GATEWAY);
  }
}
