package drawbridge.relay;

import drawbridge.settings.Secret;
import drawbridge.settings.Section;
import drawbridge.settings.SettingsException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How a program proves to the namespace who it is: {@code namespace.login} of agent.yaml and
 * gateway.yaml. Whichever it is, the namespace should grant it Listen on its own queue and Send on
 * its peers', and nothing else.
 */
public sealed interface Login {
  /**
   * A shared access key and its name.
   *
   * @param file that the key was read from, and is read from again when it is refused; empty: none
   */
  record SharedKey(String name, Secret key, Optional<Path> file) implements Login {
    /** The key that the file has by now, where it is another one. */
    Optional<SharedKey> renewed() {
      try {
        if (file.isEmpty()) {
          return Optional.empty();
        }
        Secret now = new Secret(Files.readString(file.get()).stripTrailing());
        return now.isEmpty() || now.equals(key)
            ? Optional.empty()
            : Optional.of(new SharedKey(name, now, file));
      } catch (IOException e) {
        return Optional.empty(); // being replaced; it is looked for again
      }
    }
  }

  /** Somebody whom Entra ID knows; it issues tokens of about an hour. */
  sealed interface Entra extends Login {}

  /**
   * An application with a certificate: signs its request for a token with the key.
   *
   * @param tenant id or domain of the directory
   * @param client id of the application
   * @param authority where tokens are issued; empty: the public cloud
   */
  record ClientCertificate(String tenant, String client, EntraKey key, Optional<String> authority)
      implements Entra {}

  /**
   * An application that a cluster vouches for: shows the token that the cluster writes into a file.
   */
  record WorkloadIdentity(String tenant, String client, Path token, Optional<String> authority)
      implements Entra {}

  /**
   * The identity that Azure, or Azure Arc, gave this machine.
   *
   * @param client id of one of several; empty: the machine's own
   */
  record ManagedIdentity(Optional<String> client) implements Entra {}

  /** Ids, and verified domains; {@code common} and its like name no directory. */
  Pattern TENANT = Pattern.compile("(?!common$|organizations$|consumers$)[A-Za-z0-9.-]{1,120}");

  static Login read(Section login) {
    return read(login, System.getenv());
  }

  /**
   * Reads the section, which names exactly one way.
   *
   * @param environment of the process, in which Kubernetes tells a workload who it is
   * @throws SettingsException names file, line, key and fix
   */
  static Login read(Section login, Map<String, String> environment) {
    Login read =
        switch (login.keys().stream().findFirst().orElse("")) {
          case "entra" -> certificate(login.section("entra"));
          case "workload-identity" -> workload(login.section("workload-identity"), environment);
          case "managed-identity" -> managed(login.section("managed-identity"));
          default -> sharedKey(login.section("sas"));
        };
    for (String other : login.keys().stream().skip(1).toList()) {
      throw login.wrong(other, "a second way of signing in", "keep one of them");
    }
    login.done();
    return read;
  }

  private static Login sharedKey(Section sas) {
    Login login =
        new SharedKey(
            sas.text("name"), sas.secret("key-file"), Optional.of(sas.existing("key-file")));
    sas.done();
    return login;
  }

  private static Login certificate(Section entra) {
    Login login =
        new ClientCertificate(
            tenant(entra, entra.text("tenant")),
            entra.text("client"),
            EntraKey.read(entra),
            entra.optionalText("authority").map(text -> authority(entra, text)));
    entra.done();
    return login;
  }

  /** What is not written here stands in the environment of a pod, under the names of AKS. */
  private static Login workload(Section pod, Map<String, String> environment) {
    Path token =
        pod.has("token-file")
            ? pod.existing("token-file")
            : Path.of(told(pod, "token-file", environment, "AZURE_FEDERATED_TOKEN_FILE"));
    if (!Files.isReadable(token)) {
      throw pod.wrong(
          "token-file", "may not be read: " + token, "let the cluster write it for this pod");
    }
    Login login =
        new WorkloadIdentity(
            tenant(pod, told(pod, "tenant", environment, "AZURE_TENANT_ID")),
            told(pod, "client", environment, "AZURE_CLIENT_ID"),
            token,
            pod.optionalText("authority")
                .or(() -> Optional.ofNullable(environment.get("AZURE_AUTHORITY_HOST")))
                .map(text -> authority(pod, text)));
    pod.done();
    return login;
  }

  private static String told(
      Section section, String key, Map<String, String> environment, String variable) {
    return section
        .optionalText(key)
        .or(() -> Optional.ofNullable(environment.get(variable)))
        .orElseThrow(
            () ->
                section.wrong(
                    key,
                    "is missing, and there is no " + variable + " in the environment",
                    "add “" + key + ": …”, or the label azure.workload.identity/use to the pod"));
  }

  private static Login managed(Section machine) {
    Login login = new ManagedIdentity(machine.optionalText("client"));
    machine.done();
    return login;
  }

  private static String tenant(Section section, String text) {
    if (!TENANT.matcher(text).matches()) {
      throw section.wrong(
          "tenant", "“" + text + "” is no directory", "write its id, or a domain of it");
    }
    return text;
  }

  private static String authority(Section section, String text) {
    try {
      URI url = URI.create(text);
      if ("https".equals(url.getScheme()) && url.getHost() != null && url.getUserInfo() == null) {
        return text;
      }
    } catch (IllegalArgumentException e) {
      // said below
    }
    throw section.wrong(
        "authority",
        "“" + text + "” is not a URL by HTTPS",
        "remove it, or write a national cloud's, such as https://login.microsoftonline.us");
  }
}
