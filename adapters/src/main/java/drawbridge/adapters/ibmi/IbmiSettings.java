package drawbridge.adapters.ibmi;

import com.ibm.as400.access.AS400;
import drawbridge.settings.Section;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What {@code sources.yaml} says of one IBM i; docs/mainframe.md lists the keys.
 *
 * @param jobDescription {@code LIBRARY/NAME}; what host jobs take over from it; empty: nothing
 * @param tls empty: plain sockets
 * @param ports by JTOpen's number of the service; empty: the port mapper is asked
 * @param ccsid of text where nothing else says; empty: {@link #CCSID}
 * @param libraries the user part of the library list; empty: as the job has it
 * @param commands that operations may run, as {@code LIBRARY/NAME}
 * @param folders of the IFS that operations may reach into
 * @param database how statements run
 * @param tokens connections sign on with profile tokens, got with the password
 * @param callers the profiles that work for callers; empty: the user works for all
 * @param announcement of callers to the host; empty: none
 */
record IbmiSettings(
    String system,
    String user,
    Path passwordFile,
    Optional<String> jobDescription,
    Optional<Tls> tls,
    Map<Integer, Integer> ports,
    OptionalInt ccsid,
    List<String> libraries,
    Optional<String> currentLibrary,
    Pool pool,
    Set<String> commands,
    List<String> folders,
    Database database,
    boolean tokens,
    Optional<CallerProfiles> callers,
    Optional<Announcement> announcement) {
  /** Of text where nothing says another one; descriptions are read before the system is asked. */
  static final int CCSID = 37;

  private static final Pattern OBJECT = Pattern.compile("[A-Z#@$][A-Z0-9#@$_.]{0,9}");
  private static final int MOST_LIBRARIES = 250;

  /** JTOpen's numbers of the services, by their names in the file. */
  private static final Map<String, Integer> SERVICES = named();

  /**
   * Who is believed to be the system.
   *
   * @param trust PEM file of the authorities; empty: those of the JDK
   */
  record Tls(Optional<Path> trust) {}

  /**
   * Bounds of the pool.
   *
   * @param size most connections at once
   * @param idle an unused one ends after this
   * @param age and every one after this
   * @param connect connecting and signing on together take no longer
   */
  record Pool(int size, Duration idle, Duration age, Duration connect) {
    static final Pool USUAL =
        new Pool(10, Duration.ofMinutes(5), Duration.ofHours(1), Duration.ofSeconds(10));
  }

  /** What an unqualified name, and the sign between library and object, mean. */
  enum Naming {
    SQL,
    SYSTEM
  }

  /** As JTOpen names them; the host calls them *NC, *UR, *CS, *RS and *RR. */
  enum Isolation {
    NONE,
    READ_UNCOMMITTED,
    READ_COMMITTED,
    REPEATABLE_READ,
    SERIALIZABLE
  }

  /**
   * How statements run.
   *
   * @param isolation {@link Isolation#NONE} where tables have no journal: nothing is undone
   * @param size most connections to the database server at once
   */
  record Database(Naming naming, Isolation isolation, int size) {
    static final Database USUAL = new Database(Naming.SQL, Isolation.READ_COMMITTED, 10);
  }

  private static Map<String, Integer> named() {
    Map<String, Integer> services = new LinkedHashMap<>();
    services.put("sign-on", AS400.SIGNON);
    services.put("command", AS400.COMMAND);
    services.put("data-queue", AS400.DATAQUEUE);
    services.put("database", AS400.DATABASE);
    services.put("file", AS400.FILE);
    services.put("central", AS400.CENTRAL);
    services.put("host-connection", AS400.HOSTCNN);
    return services;
  }

  static Map<String, Integer> services() {
    return SERVICES;
  }

  static IbmiSettings read(Section section) {
    String system = section.text("system");
    if (!system.matches("[A-Za-z0-9.:_-]{1,253}")) {
      throw section.wrong(
          "system", "is no host name or address", "write the name that its certificate bears");
    }
    Section login = section.section("login");
    String user = login.text("user").toUpperCase(Locale.ROOT);
    checkObject(login, "user", user);
    // Read once here, so that a missing or empty file is told at once; and again at each sign-on.
    login.secret("password-file");
    Path passwordFile = login.path("password-file");
    boolean tokens = login.flag("profile-token", false);
    login.done();
    Optional<String> jobDescription = section.optionalText("job-description");
    jobDescription.ifPresent(name -> checkQualified(section, "job-description", name));
    Optional<Tls> tls = section.optionalSection("tls").map(IbmiSettings::tls);
    Map<Integer, Integer> ports =
        section.optionalSection("ports").map(IbmiSettings::ports).orElse(Map.of());
    OptionalInt ccsid =
        section.has("ccsid")
            ? OptionalInt.of(section.integer("ccsid", 1, 65_534))
            : OptionalInt.empty();
    List<String> libraries = libraries(section);
    Optional<String> current = section.optionalText("current-library");
    current.ifPresent(name -> checkObject(section, "current-library", name));
    return new IbmiSettings(
        system,
        user,
        passwordFile,
        jobDescription,
        tls,
        ports,
        ccsid,
        libraries,
        current,
        section.optionalSection("pool").map(IbmiSettings::pool).orElse(Pool.USUAL),
        commands(section),
        folders(section),
        section.optionalSection("database").map(IbmiSettings::database).orElse(Database.USUAL),
        tokens,
        section.has("callers")
            ? Optional.of(CallerProfiles.read(section.existing("callers")))
            : Optional.empty(),
        section.optionalSection("announce").map(Announcement::read));
  }

  /** The same, where no connection lives longer than this. */
  IbmiSettings living(Duration most) {
    Duration age = pool.age().compareTo(most) > 0 ? most : pool.age();
    return with(user, passwordFile, new Pool(pool.size(), pool.idle(), age, pool.connect()));
  }

  /** The same with pools of this size. */
  IbmiSettings sized(int size) {
    return with(user, passwordFile, new Pool(size, pool.idle(), pool.age(), pool.connect()));
  }

  /** The same, signing on as another user. */
  IbmiSettings as(String other, Path password) {
    return with(other, password, pool);
  }

  private IbmiSettings with(String name, Path password, Pool bounds) {
    return new IbmiSettings(
        system,
        name,
        password,
        jobDescription,
        tls,
        ports,
        ccsid,
        libraries,
        currentLibrary,
        bounds,
        commands,
        folders,
        database,
        tokens,
        callers,
        announcement);
  }

  private static Database database(Section section) {
    Database database =
        new Database(
            section.choice("naming", Naming.class, Database.USUAL.naming()),
            section.choice("isolation", Isolation.class, Database.USUAL.isolation()),
            section.integer("size", 1, 200, Database.USUAL.size()));
    section.done();
    return database;
  }

  private static Tls tls(Section section) {
    Tls tls =
        section.text("trust").equals("system")
            ? new Tls(Optional.empty())
            : new Tls(Optional.of(section.existing("trust")));
    section.done();
    return tls;
  }

  private static Map<Integer, Integer> ports(Section section) {
    Map<Integer, Integer> ports = new LinkedHashMap<>();
    SERVICES.forEach(
        (name, service) -> {
          if (section.has(name)) {
            ports.put(service, section.integer(name, 1, 65_535));
          }
        });
    section.done();
    return Map.copyOf(ports);
  }

  private static List<String> libraries(Section section) {
    List<String> libraries = new ArrayList<>(section.texts("libraries"));
    for (String library : libraries) {
      checkObject(section, "libraries", library);
    }
    if (new HashSet<>(libraries).size() < libraries.size()) {
      throw section.wrong("libraries", "names a library twice", "keep one of the two");
    }
    if (libraries.size() > MOST_LIBRARIES) {
      throw section.wrong(
          "libraries", "a library list holds 250", "name those that the programs need");
    }
    return List.copyOf(libraries);
  }

  private static Set<String> commands(Section section) {
    Set<String> commands = new HashSet<>(section.texts("commands"));
    for (String command : commands) {
      if (!command.matches("[A-Z#@$][A-Z0-9#@$_.]{0,9}/[A-Z#@$][A-Z0-9#@$_.]{0,9}")) {
        throw section.wrong(
            "commands", "“" + command + "” is no command", "write LIBRARY/NAME, in capitals");
      }
    }
    return Set.copyOf(commands);
  }

  private static List<String> folders(Section section) {
    List<String> folders = section.texts("folders");
    for (String folder : folders) {
      if (!FileOperation.folder(folder)) {
        throw section.wrong(
            "folders",
            "“" + folder + "” is no folder",
            "write an absolute path, such as /home/exchange");
      }
    }
    return List.copyOf(folders);
  }

  private static Pool pool(Section section) {
    Pool pool =
        new Pool(
            section.integer("size", 1, 200, Pool.USUAL.size()),
            section.duration("idle", Pool.USUAL.idle()),
            section.duration("age", Pool.USUAL.age()),
            section.duration("connect", Pool.USUAL.connect()));
    if (!pool.connect().isPositive() || pool.connect().compareTo(Duration.ofMinutes(2)) > 0) {
      throw section.wrong("connect", "is not between 1ms and 2m", "write a time such as 10s");
    }
    section.done();
    return pool;
  }

  static void checkQualified(Section section, String key, String name) {
    int slash = name.indexOf('/');
    if (slash < 0
        || !OBJECT.matcher(name.substring(0, slash)).matches()
        || !OBJECT.matcher(name.substring(slash + 1)).matches()) {
      throw section.wrong(
          key, "“" + name + "” is no name with its library", "write LIBRARY/NAME, in capitals");
    }
  }

  /** Such names go into commands, so nothing else gets through. */
  static void checkObject(Section section, String key, String name) {
    if (!OBJECT.matcher(name).matches()) {
      throw section.wrong(
          key,
          "“" + name + "” is no name of an object",
          "write up to 10 of A-Z, 0-9, #, @, $ and _, in capitals");
    }
  }
}
