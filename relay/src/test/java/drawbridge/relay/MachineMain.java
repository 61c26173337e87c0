package drawbridge.relay;

import drawbridge.settings.Finding;
import drawbridge.settings.Secret;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A process of its own, with an environment of its own, that signs in by the machine's identity.
 */
final class MachineMain {
  private MachineMain() {}

  /**
   * Tries the way and its rights.
   *
   * @param arguments the namespace's port and the file of the CA that it is trusted by; there is a
   *     proxy, at which nobody listens
   */
  public static void main(String... arguments) {
    NetworkSettings trusting =
        new NetworkSettings(
            NetworkSettings.Transport.AMQP,
            Optional.empty(),
            false,
            List.of(Path.of(arguments[1])));
    NetworkSettings elsewhere =
        new NetworkSettings(
            NetworkSettings.Transport.AUTO,
            Optional.of(new NetworkSettings.Proxy("127.0.0.1", 1, "", new Secret(""))),
            true,
            List.of());
    Login.ManagedIdentity login = new Login.ManagedIdentity(Optional.empty());
    List<Finding> all =
        NamespaceCheck.run(
            PeerName.agent("plant-1", "agent-a"),
            List.of("drawbridge.gateway-1"),
            new NamespaceSettings("localhost", Integer.parseInt(arguments[0]), login, false),
            trusting);
    all.forEach(System.out::println);
    Optional<String> through = new EntraSignIn(login, elsewhere).check();
    System.out.println("with a proxy: " + through);
    System.exit(all.stream().allMatch(Finding::good) && through.isEmpty() ? 0 : 1);
  }
}
