package drawbridge.ibmi.stub;

import drawbridge.settings.Section;
import drawbridge.settings.SettingsException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code ibmi.yaml}; docs/local-ibmi.md describes every key. */
final class SettingsFile {
  private static final Pattern OBJECT = Pattern.compile("[A-Z#@$][A-Z0-9#@$_.]{0,9}");
  private static final Pattern VERSION = Pattern.compile("V([5-9])R([1-9])");
  private static final int HIGHEST_PORT = 60_000;

  private final HostSettings settings;
  private final List<Consumer<HostSystem>> registrations;

  private SettingsFile(HostSettings settings, List<Consumer<HostSystem>> registrations) {
    this.settings = settings;
    this.registrations = registrations;
  }

  /**
   * Reads the whole file.
   *
   * @throws SettingsException that names the file, the line, the key and the fix
   */
  static SettingsFile read(Path file) {
    Section top = Section.read(file);
    HostSettings.Builder builder =
        HostSettings.builder()
            .address(address(top))
            .firstPort(top.integer("first-port", 0, HIGHEST_PORT, 0))
            .passwordLevel(top.integer("password-level", 0, 4, 3))
            .mostFailures(top.integer("most-failures", 1, 25, 3))
            .factors(top.flag("factors", false))
            .plain(top.flag("plain", true));
    if (top.has("port-mapper")) {
      builder.portMapper(top.integer("port-mapper", 0, HIGHEST_PORT));
    }
    Matcher version = VERSION.matcher(top.text("version", "V7R5"));
    if (!version.matches()) {
      throw top.wrong("version", "is no version", "write one such as V7R5");
    }
    builder.version(Integer.parseInt(version.group(1)), Integer.parseInt(version.group(2)));
    int ccsid = top.integer("ccsid", 1, 65_534, 37);
    if (Ebcdic.of(ccsid).isEmpty()) {
      throw top.wrong("ccsid", "this JDK has no CCSID " + ccsid, "write one such as 37 or 273");
    }
    builder.ccsid(ccsid);
    top.optionalSection("tls").ifPresent(tls -> tls(tls, builder));
    if (top.has("files")) {
      builder.files(top.existing("files").toAbsolutePath());
    }
    if (top.has("database")) {
      builder.database(database(top));
    }
    List<Consumer<HostSystem>> registrations = new ArrayList<>();
    users(top, registrations);
    objects(top, registrations);
    top.done();
    return new SettingsFile(builder.build(), List.copyOf(registrations));
  }

  HostSystem start() throws IOException {
    HostSystem host = HostSystem.start(settings);
    registrations.forEach(registration -> registration.accept(host));
    return host;
  }

  private static InetAddress address(Section top) {
    String text = top.text("address", "127.0.0.1");
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw top.wrong(
          "address", "“" + text + "” is no address of a machine", "write one such as 127.0.0.1");
    }
  }

  private static void tls(Section section, HostSettings.Builder builder) {
    try {
      builder.tls(TlsContext.of(section.existing("certificate"), section.existing("key")));
    } catch (IOException | GeneralSecurityException e) {
      throw section.wrong(
          "certificate",
          "certificate or key cannot be read: " + e.getMessage(),
          "write PEM files, the key in PKCS #8 without a password");
    }
    section.done();
  }

  /** A database in memory that lives as long as the program, filled by the script. */
  private static String database(Section top) {
    Path script = top.existing("database");
    String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";MODE=DB2;DB_CLOSE_DELAY=-1";
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute(Files.readString(script, StandardCharsets.UTF_8));
    } catch (IOException | SQLException e) {
      throw top.wrong(
          "database", "the script fails: " + e.getMessage(), "mend its SQL, which H2 runs");
    }
    return url;
  }

  private static void users(Section top, List<Consumer<HostSystem>> registrations) {
    for (Section user : top.sections("users")) {
      String name = object(user, "name");
      String password = user.secret("password-file").reveal();
      String[] authorities = user.texts("special-authorities").toArray(String[]::new);
      registrations.add(host -> host.user(name, password).specialAuthorities(authorities));
      user.done();
    }
  }

  private static void objects(Section top, List<Consumer<HostSystem>> registrations) {
    for (String library : top.texts("libraries")) {
      registrations.add(host -> host.library(library));
    }
    for (Section program : top.sections("programs")) {
      String library = object(program, "library");
      String name = object(program, "name");
      Map<String, HostProgram> samples = SamplePrograms.all();
      HostProgram sample = samples.get(program.text("sample"));
      if (sample == null) {
        throw program.wrong(
            "sample", "there is no such program here", "write one of " + samples.keySet());
      }
      String procedure = program.text("procedure", "");
      registrations.add(
          procedure.isEmpty()
              ? host -> host.program(library, name, sample)
              : host -> host.procedure(library, name, procedure, sample));
      program.done();
    }
    for (Section queue : top.sections("data-queues")) {
      String library = object(queue, "library");
      String name = object(queue, "name");
      DataQueue.Order order = queue.choice("order", DataQueue.Order.class, DataQueue.Order.FIFO);
      int length = queue.integer("max-length", 1, 64_512, 1000);
      int key = queue.integer("key-length", 0, 256, 0);
      boolean senders = queue.flag("senders", false);
      if ((order == DataQueue.Order.KEYED) != (key > 0)) {
        throw queue.wrong(
            "key-length", "belongs to a keyed queue, and only there", "write both or neither");
      }
      registrations.add(host -> host.dataQueue(library, name, order, length, key, senders));
      queue.done();
    }
    for (Section queue : top.sections("message-queues")) {
      String library = object(queue, "library");
      String name = object(queue, "name");
      List<HostMessage> messages =
          queue.sections("messages").stream().map(SettingsFile::message).toList();
      registrations.add(
          host -> {
            MessageQueue there = host.messageQueue(library, name);
            messages.forEach(there::send);
          });
      queue.done();
    }
  }

  private static HostMessage message(Section section) {
    HostMessage message =
        HostMessage.of(
            section.text("id"),
            section.integer("severity", 0, 99, 0),
            section.flag("inquiry", false) ? HostMessage.INQUIRY : HostMessage.INFORMATIONAL,
            section.text("text"));
    section.done();
    return message;
  }

  private static String object(Section section, String key) {
    String name = section.text(key).toUpperCase(Locale.ROOT);
    if (!OBJECT.matcher(name).matches()) {
      throw section.wrong(
          key, "“" + name + "” is no name of an object", "write up to 10 letters and digits");
    }
    return name;
  }
}
