package drawbridge.namespace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code namespace.yaml}: what it says, its mistakes, and that docs/local-namespace.md is whole.
 */
final class SettingsFileTest {
  private static final String QUEUES = "queues: [{ name: in }, { name: out }]\n";

  @TempDir Path folder;

  private NamespaceSettings read(String text) throws IOException {
    Files.writeString(folder.resolve("secret"), "s\n");
    Files.writeString(folder.resolve("keys.json"), "{\"keys\":[]}");
    return SettingsFile.read(Files.writeString(folder.resolve("namespace.yaml"), text));
  }

  @Test
  void everyKeyIsRead() throws IOException {
    NamespaceSettings settings =
        read(
            """
            address: 127.0.0.1
            port: 0
            tls: { port: 0, certificate: secret, key: secret }
            keys:
              - { name: root, key-file: secret, rights: [manage] }
              - { name: a, key-file: secret, listen: [in], send: [OUT], manage: [in] }
            tokens:
              keys: keys.json
              audience: api://x
              issuer: https://i
              principals: [{ name: p, id: "1", rights: [send], listen: [in] }]
            queues:
              - name: in
                lock: 5s
                max-delivery: 3
                time-to-live: 60s
                dead-letter-on-expiry: true
                max-message: 100KB
                max-size: 1MB
              - { name: out }
            behaviour:
              delay: 10ms
              operations-per-second: 1000
              lose: 0.1
              repeat: 0.2
              reorder: 0.3
              corrupt: 0.4
              seed: 5
              queues: { out: { lose: 1 } }
            control: 0
            idle: 5m
            record: recorded
            max-connections: 7
            max-links: 8
            """);
    QueueSettings in = settings.queues().getFirst();
    assertEquals(
        new QueueSettings(
            "in",
            Duration.ofSeconds(5),
            3,
            Duration.ofSeconds(60),
            true,
            100 << 10,
            1 << 20,
            Map.of()),
        in);
    assertEquals(new Faults(.1, .2, .3, .4, 5), settings.behaviour().faults());
    assertEquals(1, settings.behaviour().faultsOf("OUT").lose());
    assertTrue(settings.keys().get(1).permissions().allows("out", Right.SEND));
    assertTrue(settings.keys().get(0).permissions().allows("anything", Right.LISTEN));
    assertEquals(Duration.ofMinutes(5), settings.idle());
    assertEquals(7, settings.maxConnections());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "keys: [{ name: k, key-file: secret, listen: [im] }]|there is no queue “im”",
        "keys: [{ name: k, key-file: none }]|no such file",
        "keys: [{ name: k, key-file: secret, rights: [own] }]|“own” is no right",
        "behaviour: { lose: 2 }|“2” is no probability",
        "behaviour: { delay: 2m }|a delay is from 0 to 60 s",
        "idel: 5m|did you mean “idle”?",
      })
  void mistakesAreNamed(String line, String message) {
    SettingsException wrong =
        assertThrows(SettingsException.class, () -> read("port: 0\n" + QUEUES + line + "\n"));
    assertTrue(String.valueOf(wrong.getMessage()).contains(message), wrong::toString);
  }

  /** The reader names the keys that it knows when it finds one that it does not. */
  @Test
  void theDocumentNamesEveryKey() throws IOException {
    Set<String> known = new TreeSet<>();
    String nonsense = "xxxxxxxxxxxxxxxx: 1";
    for (String text :
        new String[] {
          nonsense,
          "tls: { port: 0, certificate: secret, key: secret, " + nonsense + " }",
          "keys: [{ name: k, key-file: secret, " + nonsense + " }]",
          "tokens: { keys: keys.json, " + nonsense + " }",
          "tokens: { keys: keys.json, principals: [{ name: p, id: i, " + nonsense + " }] }",
          "queues: [{ name: q, " + nonsense + " }]",
          "behaviour: { " + nonsense + " }",
          "behaviour: { queues: { in: { " + nonsense + " } } }"
        }) {
      SettingsException unknown =
          assertThrows(
              SettingsException.class,
              () -> read("port: 0\n" + (text.startsWith("queues") ? "" : QUEUES) + text + "\n"));
      String fix = unknown.fix();
      assertTrue(fix.contains("known are "), fix);
      known.addAll(
          Set.of(fix.substring(fix.indexOf("known are ") + "known are ".length()).split(", ", -1)));
    }
    assertTrue(known.size() > 25, known::toString);
    String document = Files.readString(Path.of("../docs/local-namespace.md"));
    for (String key : known) {
      assertTrue(document.contains("`" + key + "`"), "docs/local-namespace.md lacks " + key);
    }
  }
}
