package drawbridge.relay;

import drawbridge.settings.Secret;
import drawbridge.settings.Section;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Which Service Bus namespace, and as whom: the section {@code namespace} of agent.yaml and
 * gateway.yaml.
 *
 * @param host fully qualified name, without a port
 * @param port 0: the service's own
 * @param login as whom
 * @param emulator plaintext, to the local namespace on this machine
 */
public record NamespaceSettings(String host, int port, Login login, boolean emulator) {
  /** With a shared access key. */
  NamespaceSettings(String host, int port, String keyName, Secret key, boolean emulator) {
    this(host, port, new Login.SharedKey(keyName, key, java.util.Optional.empty()), emulator);
  }

  private static final Pattern ENDPOINT = Pattern.compile("([A-Za-z0-9.-]{1,253})(?::(\\d{1,5}))?");

  public static NamespaceSettings read(Section section) {
    var endpoint = ENDPOINT.matcher(section.text("endpoint"));
    if (!endpoint.matches()) {
      throw section.wrong(
          "endpoint", "this is not a host name", "write it as NAME.servicebus.windows.net");
    }
    String host = endpoint.group(1).toLowerCase(Locale.ROOT);
    int port = endpoint.group(2) == null ? 0 : Integer.parseInt(endpoint.group(2));
    boolean emulator = section.flag("emulator", false);
    if (emulator && !host.equals("localhost") && !host.equals("127.0.0.1")) {
      throw section.wrong(
          "emulator",
          "plaintext leaves this machine",
          "remove it; it is for a local namespace on localhost");
    }
    Section login = section.section("login");
    NamespaceSettings settings = new NamespaceSettings(host, port, Login.read(login), emulator);
    if (emulator && !(settings.login instanceof Login.SharedKey)) {
      throw login.wrong(
          login.keys().iterator().next(),
          "the emulator mode knows shared access keys alone",
          "use sas: { name, key-file }, or remove “emulator”");
    }
    section.done();
    return settings;
  }

  /** For the SDK; it holds the key. */
  String connectionString(Login.SharedKey shared) {
    String at = emulator && port != 0 ? host + ":" + port : host;
    return "Endpoint=sb://"
        + at
        + ";SharedAccessKeyName="
        + shared.name()
        + ";SharedAccessKey="
        + shared.key().reveal()
        + (emulator ? ";UseDevelopmentEmulator=true" : "");
  }
}
