package drawbridge.relay;

import drawbridge.settings.Secret;
import drawbridge.settings.SettingsException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The option of {@code check} that lends it a credential with the right Manage, which no program
 * has. It is read for that one check and never kept. A mixin of picocli.
 */
public final class ManageOption {
  /** What the option is for, where a check went without it. */
  public static final String HINT =
      "Not looked at: settings of the queues. --manage FILE does, with a key that may manage the"
          + " namespace.";

  private static final long LONGEST = 8 << 10;
  private static final String ENDPOINT = "endpoint";
  private static final String NAME = "sharedaccesskeyname";
  private static final String KEY = "sharedaccesskey";
  private static final String ENTITY = "entitypath";

  @Option(
      names = "--manage",
      paramLabel = "FILE",
      arity = "0..1",
      fallbackValue = "",
      description =
          "look at the settings of the queues too, with the connection string in FILE, of a key"
              + " with the right Manage; without FILE with the program's own login by Entra ID")
  @Nullable Path manage;

  /** Whether the settings of the queues shall be looked at. */
  public boolean given() {
    return manage != null;
  }

  /** The file, which nobody else may read and which no bundle may hold. */
  public List<Path> secrets() {
    return manage == null || !Files.isRegularFile(manage) ? List.of() : List.of(manage);
  }

  /**
   * Who looks.
   *
   * @throws SettingsException where the file is no connection string of this namespace; it says
   *     nothing of what is in the file
   */
  Login login(NamespaceSettings namespace) {
    Path file = manage == null ? Path.of("") : manage;
    if (file.toString().isEmpty()) {
      if (namespace.login() instanceof Login.Entra own) {
        return own;
      }
      throw wrong(
          Path.of("--manage"),
          "these settings sign in with a shared access key, which has no right Manage",
          "name a file with the connection string of a key that has");
    }
    Map<String, String> parts = parts(file);
    if (parts.containsKey(ENTITY)) {
      throw wrong(
          file,
          "a key of one queue does not say what the others are",
          "take the connection string of a shared access policy of the namespace");
    }
    if (!host(parts.getOrDefault(ENDPOINT, "")).equals(Optional.of(namespace.host()))) {
      throw wrong(
          file,
          "this is not of the namespace " + namespace.host(),
          "take the connection string of that one");
    }
    return new Login.SharedKey(
        parts.getOrDefault(NAME, ""), new Secret(parts.getOrDefault(KEY, "")), Optional.empty());
  }

  /** Read here and not by the SDK, whose messages quote what they could not read. */
  private static Map<String, String> parts(Path file) {
    Map<String, String> parts = new HashMap<>();
    String text;
    try {
      text = Files.size(file) > LONGEST ? "" : Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw wrong(file, "cannot be read", "name a text file that this program's user may read");
    }
    for (String part : text.strip().split(";", -1)) {
      int equals = part.indexOf('=');
      if (equals > 0) {
        parts.put(
            part.substring(0, equals).strip().toLowerCase(Locale.ROOT),
            part.substring(equals + 1).strip());
      }
    }
    for (String part : List.of(ENDPOINT, NAME, KEY)) {
      if (parts.getOrDefault(part, "").isEmpty()) {
        throw wrong(
            file,
            "this is not a connection string with a key",
            "write Endpoint=sb://NAME.servicebus.windows.net/;SharedAccessKeyName=…;SharedAccessKey=…");
      }
    }
    return parts;
  }

  private static Optional<String> host(String endpoint) {
    try {
      return Optional.ofNullable(URI.create(endpoint).getHost())
          .map(name -> name.toLowerCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static SettingsException wrong(Path file, String problem, String fix) {
    return new SettingsException(file, 0, "", problem, fix);
  }
}
