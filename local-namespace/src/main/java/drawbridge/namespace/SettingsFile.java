package drawbridge.namespace;

import drawbridge.settings.Section;
import drawbridge.settings.SettingsException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Reads {@code namespace.yaml}; docs/local-namespace.md describes every key. */
final class SettingsFile {
  private static final int AMQP = 5672;
  private static final int AMQPS = 5671;
  private static final int HIGHEST_PORT = 65_535;

  private final Section top;
  private final Set<String> queueNames = new HashSet<>();

  private SettingsFile(Section top) {
    this.top = top;
  }

  /**
   * @throws SettingsException that names the file, the line, the key and the fix
   */
  static NamespaceSettings read(Path file) {
    return new SettingsFile(Section.read(file)).read();
  }

  private NamespaceSettings read() {
    List<QueueSettings> queues = top.sections("queues").stream().map(this::queue).toList();
    NamespaceSettings settings =
        new NamespaceSettings(
            address(),
            port(),
            top.optionalSection("tls").map(SettingsFile::tls),
            keys(),
            top.optionalSection("tokens").map(this::tokens),
            queues,
            top.optionalSection("behaviour").map(this::behaviour).orElse(Behaviour.NORMAL),
            control(),
            top.duration("idle", NamespaceSettings.IDLE),
            top.optionalPath("record"),
            top.integer("max-connections", 1, 100_000, NamespaceSettings.MAX_CONNECTIONS),
            top.integer("max-links", 1, 10_000, NamespaceSettings.MAX_LINKS));
    top.done();
    return settings;
  }

  private InetAddress address() {
    String text = top.text("address", "127.0.0.1");
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw top.wrong(
          "address", "“" + text + "” is no address of a machine", "write one such as 127.0.0.1");
    }
  }

  /** With TLS there need not be a plaintext port; alone it is the service's emulator's. */
  private OptionalInt port() {
    boolean tls = top.isSection("tls");
    return tls && top.optionalText("port").isEmpty()
        ? OptionalInt.empty()
        : OptionalInt.of(top.integer("port", 0, HIGHEST_PORT, AMQP));
  }

  private OptionalInt control() {
    return top.optionalText("control").isEmpty()
        ? OptionalInt.empty()
        : OptionalInt.of(top.integer("control", 0, HIGHEST_PORT));
  }

  private static NamespaceSettings.Tls tls(Section section) {
    NamespaceSettings.Tls tls =
        new NamespaceSettings.Tls(
            section.integer("port", 0, HIGHEST_PORT, AMQPS),
            section.existing("certificate"),
            section.existing("key"));
    section.done();
    return tls;
  }

  private List<NamespaceSettings.Key> keys() {
    List<NamespaceSettings.Key> keys = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Section section : top.sections("keys")) {
      String name = section.text("name");
      if (!names.add(name)) {
        throw section.wrong("name", "a second key “" + name + "”", "give each key its own name");
      }
      keys.add(new NamespaceSettings.Key(name, section.secret("key-file"), permissions(section)));
      section.done();
    }
    return keys;
  }

  private NamespaceSettings.Tokens tokens(Section section) {
    List<NamespaceSettings.Principal> principals = new ArrayList<>();
    for (Section each : section.sections("principals")) {
      principals.add(
          new NamespaceSettings.Principal(each.text("name"), each.text("id"), permissions(each)));
      each.done();
    }
    NamespaceSettings.Tokens tokens =
        new NamespaceSettings.Tokens(
            section.existing("keys"),
            section.text("audience", NamespaceSettings.Tokens.AUDIENCE),
            section.optionalText("issuer"),
            principals);
    section.done();
    return tokens;
  }

  private Permissions permissions(Section section) {
    Set<Right> rights = new HashSet<>();
    for (String right : section.texts("rights")) {
      switch (right) {
        case "send" -> rights.add(Right.SEND);
        case "listen" -> rights.add(Right.LISTEN);
        case "manage" -> rights.add(Right.MANAGE);
        default ->
            throw section.wrong(
                "rights", "“" + right + "” is no right", "write some of send, listen, manage");
      }
    }
    return new Permissions(
        rights, known(section, "listen"), known(section, "send"), known(section, "manage"));
  }

  /** Names of queues that exist, or a typing mistake would look like a refusal. */
  private Set<String> known(Section section, String key) {
    List<String> names = section.texts(key);
    for (String name : names) {
      if (!queueNames.contains(name.toLowerCase(Locale.ROOT))) {
        throw section.wrong(
            key, "there is no queue “" + name + "”", "name one that stands under “queues”");
      }
    }
    return names.stream().collect(Collectors.toSet());
  }

  private QueueSettings queue(Section section) {
    String name = section.text("name");
    if (!queueNames.add(name.toLowerCase(Locale.ROOT))) {
      throw section.wrong("name", "a second queue “" + name + "”", "remove one of them");
    }
    QueueSettings queue =
        checked(
            section,
            "name",
            () ->
                new QueueSettings(
                    name,
                    section.duration("lock", QueueSettings.LOCK),
                    section.integer("max-delivery", 1, 2000, QueueSettings.MAX_DELIVERY),
                    section.duration("time-to-live", QueueSettings.TIME_TO_LIVE),
                    section.flag("dead-letter-on-expiry", false),
                    (int) Math.min(1 << 30, section.size("max-message", QueueSettings.MAX_MESSAGE)),
                    section.size("max-size", QueueSettings.MAX_SIZE),
                    Map.of()));
    section.done();
    return queue;
  }

  private Behaviour behaviour(Section section) {
    Map<String, Faults> each = new HashMap<>();
    section
        .named("queues")
        .forEach(
            (name, its) -> {
              each.put(name, faults(its));
              its.done();
              if (!queueNames.contains(name.toLowerCase(Locale.ROOT))) {
                throw section.wrong(
                    "queues", "there is no queue “" + name + "”", "name one that exists");
              }
            });
    Behaviour behaviour =
        checked(
            section,
            "delay",
            () ->
                new Behaviour(
                    section.duration("delay", Behaviour.NORMAL.delay()),
                    section.integer("operations-per-second", 0, Integer.MAX_VALUE, 0),
                    faults(section),
                    each));
    section.done();
    return behaviour;
  }

  private static Faults faults(Section section) {
    return new Faults(
        probability(section, "lose"),
        probability(section, "repeat"),
        probability(section, "reorder"),
        probability(section, "corrupt"),
        section.integer("seed", 0, Integer.MAX_VALUE, 1));
  }

  private static double probability(Section section, String key) {
    String text = section.text(key, "0");
    try {
      double value = Double.parseDouble(text);
      if (value >= 0 && value <= 1) {
        return value;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw section.wrong(key, "“" + text + "” is no probability", "write a number from 0 to 1");
  }

  /** What a record refuses becomes a mistake in the file. */
  private static <T> T checked(Section section, String key, Supplier<T> value) {
    try {
      return value.get();
    } catch (IllegalArgumentException e) {
      throw section.wrong(key, String.valueOf(e.getMessage()), "write another value");
    }
  }
}
