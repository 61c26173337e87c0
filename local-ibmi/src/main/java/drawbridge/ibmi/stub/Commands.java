package drawbridge.ibmi.stub;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * CL commands: those that change a job's own state are here, others are registered. Thread-safe.
 */
final class Commands {
  private static final Pattern KEYWORD =
      Pattern.compile("([A-Z]+)\\(((?:'(?:[^']|'')*'|[^()])*)\\)");

  private final Map<String, HostCommand> commands = new ConcurrentHashMap<>();
  private final HostSystem host;

  Commands(HostSystem host) {
    this.host = host;
    add("ADDLIBLE", this::addLibrary);
    add("RMVLIBLE", Commands::removeLibrary);
    add("CHGLIBL", this::changeLibraries);
    add("CHGCURLIB", this::changeCurrent);
    add("CHGJOB", Commands::changeJob);
    add("CHGACGCDE", Commands::changeJob);
  }

  void add(String name, HostCommand command) {
    commands.put(name.toUpperCase(Locale.ROOT), command);
  }

  boolean has(String name) {
    return commands.containsKey(name);
  }

  /** The name may be qualified by its library, which doesn't matter here. */
  List<HostMessage> run(Job job, String text) throws InterruptedException {
    String verb = text.split("[ (]", 2)[0].toUpperCase(Locale.ROOT);
    HostCommand command = commands.get(verb.substring(verb.indexOf('/') + 1));
    if (command == null) {
      throw new HostError(
          List.of(
              HostMessage.of(
                  "CPD0030",
                  30,
                  HostMessage.DIAGNOSTIC,
                  "Command " + verb + " in library *LIBL not found."),
              HostMessage.of("CPF0006", 30, HostMessage.ESCAPE, "Errors occurred in command.")));
    }
    return command.run(job, text);
  }

  /** The value of a keyword, without the quotes around it; the first positional one else. */
  static String value(String text, String keyword, String otherwise) {
    Matcher matcher = KEYWORD.matcher(text);
    while (matcher.find()) {
      if (matcher.group(1).equals(keyword)) {
        String value = matcher.group(2).strip();
        return value.startsWith("'")
            ? value.substring(1, value.length() - 1).replace("''", "'")
            : value;
      }
    }
    List<String> words = Stream.of(text.split(" +", -1)).toList();
    return words.size() > 1 && !words.get(1).contains("(") ? words.get(1) : otherwise;
  }

  private List<HostMessage> addLibrary(Job job, String text) {
    String library = known(value(text, "LIB", ""));
    if (!job.addLibrary(library, text.contains("*LAST"))) {
      throw HostError.of("CPF2103", 40, "Library " + library + " already exists in library list.");
    }
    return List.of(completion("CPC2101", "Library list changed."));
  }

  private static List<HostMessage> removeLibrary(Job job, String text) {
    String library = value(text, "LIB", "");
    if (!job.removeLibrary(library)) {
      throw HostError.of("CPF2104", 40, "Library " + library + " not removed from library list.");
    }
    return List.of(completion("CPC2101", "Library list changed."));
  }

  private List<HostMessage> changeLibraries(Job job, String text) {
    List<String> libraries =
        Stream.of(value(text, "LIBL", "").split(" +", -1))
            .filter(name -> !name.isEmpty() && !name.equals("*NONE"))
            .map(this::known)
            .toList();
    if (text.contains("LIBL(")) {
      job.libraries(libraries);
    }
    if (text.contains("CURLIB(")) {
      changeCurrent(job, text);
    }
    return List.of(completion("CPC2101", "Library list changed."));
  }

  private List<HostMessage> changeCurrent(Job job, String text) {
    String library = value(text, "CURLIB", "");
    if (library.equals("*CRTDFT")) {
      job.attributes().remove("CURLIB");
    } else {
      job.attributes().put("CURLIB", known(library));
    }
    return List.of(completion("CPC2101", "Current library changed."));
  }

  /** Keeps every keyword as an attribute of the job. */
  private static List<HostMessage> changeJob(Job job, String text) {
    Matcher matcher = KEYWORD.matcher(text);
    while (matcher.find()) {
      job.attributes().put(matcher.group(1), value(text, matcher.group(1), ""));
    }
    return List.of();
  }

  private String known(String library) {
    if (!host.hasLibrary(library)) {
      throw HostError.of("CPF2110", 40, "Library " + library + " not found.");
    }
    return library;
  }

  private static HostMessage completion(String id, String text) {
    return HostMessage.of(id, 0, HostMessage.COMPLETION, text);
  }
}
