package drawbridge.settings;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * A mapping in a YAML file, read key by key. Every reader asks for the keys it knows and calls
 * {@link #done()}, which refuses the rest, so a misspelt key is never ignored. All mistakes are
 * {@link SettingsException}s that name file, line, key and fix. Scalars are taken as they are
 * written, so {@code 007} and {@code on} stay text where text is asked for. Not thread-safe.
 */
public final class Section {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");
  private static final Pattern SIZE = Pattern.compile("(\\d{1,9})(B|KB|MB|GB)");

  /** Sites, agents, gateways: the design's one rule for names. */
  private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,40}");

  private final Path file;
  private final String at;
  private final int line;
  private final Map<String, NodeTuple> keys = new LinkedHashMap<>();
  private final Set<String> asked = new LinkedHashSet<>();

  private Section(Path file, String at, MappingNode node) {
    this.file = file;
    this.at = at;
    this.line = Yaml.line(node);
    for (NodeTuple tuple : node.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        throw new SettingsException(
            file,
            Yaml.line(tuple.getKeyNode()),
            at,
            "a key must be a plain word",
            "write “key: value”");
      }
      if (keys.putIfAbsent(key.getValue(), tuple) != null) {
        throw new SettingsException(
            file,
            Yaml.line(key),
            dotted(key.getValue()),
            "stands here a second time",
            "keep one of the two");
      }
    }
  }

  /** Reads a whole file. Paths in it are relative to its folder. */
  public static Section read(Path file) {
    return new Section(file, "", Yaml.read(file));
  }

  /** Reads text as if it were the file named; for tests and generated files. */
  public static Section parse(Path file, String text) {
    return new Section(file, "", Yaml.parse(file, text));
  }

  public Path file() {
    return file;
  }

  /** Line of the section's first key, from 1. */
  public int line() {
    return line;
  }

  /** The keys present, in the order of the file. Asking this way marks none as known. */
  public Set<String> keys() {
    return keys.keySet();
  }

  public boolean has(String key) {
    return keys.containsKey(key);
  }

  public int line(String key) {
    NodeTuple tuple = keys.get(key);
    return tuple == null ? line : Yaml.line(tuple.getKeyNode());
  }

  // ---- scalars

  public String text(String key) {
    return optionalText(key).orElseThrow(() -> missing(key));
  }

  public String text(String key, String otherwise) {
    return optionalText(key).orElse(otherwise);
  }

  public Optional<String> optionalText(String key) {
    return value(key).map(node -> scalar(key, node));
  }

  /** A name of a site, agent or gateway: {@code [a-z0-9-]{1,40}}. */
  public String name(String key) {
    return checkName(key, text(key));
  }

  public List<String> names(String key) {
    List<String> names = texts(key);
    names.forEach(name -> checkName(key, name));
    return names;
  }

  private String checkName(String key, String name) {
    if (!NAME.matcher(name).matches()) {
      throw wrong(key, "“" + name + "” is not a name", "use 1 to 40 of a-z, 0-9 and -");
    }
    return name;
  }

  public boolean flag(String key, boolean otherwise) {
    return optionalText(key)
        .map(
            text ->
                switch (text) {
                  case "true" -> true;
                  case "false" -> false;
                  default ->
                      throw wrong(
                          key, "“" + text + "” is neither true nor false", "write true or false");
                })
        .orElse(otherwise);
  }

  public int integer(String key, int least, int most) {
    return whole(key, text(key), least, most);
  }

  public int integer(String key, int least, int most, int otherwise) {
    return optionalText(key).map(text -> whole(key, text, least, most)).orElse(otherwise);
  }

  private int whole(String key, String text, int least, int most) {
    try {
      int value = Integer.parseInt(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw wrong(
        key, "“" + text + "” is not a number from " + least + " to " + most, "write such a number");
  }

  /** Such as {@code 500ms}, {@code 30s}, {@code 5m}, {@code 24h}, {@code 7d}. */
  public Duration duration(String key, Duration otherwise) {
    return optionalText(key).map(text -> duration(key, text)).orElse(otherwise);
  }

  private Duration duration(String key, String text) {
    Matcher m = DURATION.matcher(text);
    if (!m.matches()) {
      throw wrong(
          key, "“" + text + "” is not a time", "write a number with ms, s, m, h or d, such as 30s");
    }
    long n = Long.parseLong(m.group(1));
    return switch (m.group(2)) {
      case "ms" -> Duration.ofMillis(n);
      case "s" -> Duration.ofSeconds(n);
      case "m" -> Duration.ofMinutes(n);
      case "h" -> Duration.ofHours(n);
      default -> Duration.ofDays(n);
    };
  }

  /** In bytes, such as {@code 256KB}, {@code 8MB}; 1 KB is 1,024 bytes. */
  public long size(String key, long otherwise) {
    return optionalText(key)
        .map(
            text -> {
              Matcher m = SIZE.matcher(text);
              if (!m.matches()) {
                throw wrong(
                    key,
                    "“" + text + "” is not a size",
                    "write a number with B, KB, MB or GB, such as 8MB");
              }
              int shift =
                  switch (m.group(2)) {
                    case "B" -> 0;
                    case "KB" -> 10;
                    case "MB" -> 20;
                    default -> 30;
                  };
              return Long.parseLong(m.group(1)) << shift;
            })
        .orElse(otherwise);
  }

  /** One of the constants, written in lower case with hyphens. */
  public <E extends Enum<E>> E choice(String key, Class<E> type, E otherwise) {
    return optionalText(key)
        .map(
            text -> {
              List<String> words = new ArrayList<>();
              for (E constant : type.getEnumConstants()) {
                String word = constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
                if (word.equals(text)) {
                  return constant;
                }
                words.add(word);
              }
              throw wrong(
                  key,
                  "“" + text + "” is not known here",
                  "write one of " + String.join(", ", words));
            })
        .orElse(otherwise);
  }

  /** The scalar is written in quotes or as a block, so it is text whatever it looks like. */
  public boolean quoted(String key) {
    return value(key)
        .map(n -> n instanceof ScalarNode s && s.getScalarStyle() != ScalarStyle.PLAIN)
        .orElse(false);
  }

  // ---- files

  /** A path, relative to the file's folder; it need not exist. */
  public Path path(String key) {
    return resolve(text(key));
  }

  public Optional<Path> optionalPath(String key) {
    return optionalText(key).map(this::resolve);
  }

  /** A file that must be there and be readable. */
  public Path existing(String key) {
    Path path = path(key);
    if (!Files.exists(path)) {
      throw wrong(
          key,
          "no such file: " + path,
          "create it, or name another; relative paths start at " + folder());
    }
    if (!Files.isReadable(path)) {
      throw wrong(key, "may not be read: " + path, "give this program's user the right to read it");
    }
    return path;
  }

  /** The content of the file named, without its last line end. An empty one is refused. */
  public Secret secret(String key) {
    Path path = existing(key);
    try {
      String text = Files.readString(path, StandardCharsets.UTF_8).stripTrailing();
      if (text.isEmpty()) {
        throw wrong(key, "the secret file is empty: " + path, "write the secret into it");
      }
      return new Secret(text);
    } catch (IOException e) {
      throw wrong(
          key, "the secret file cannot be read: " + path, "check that it is a UTF-8 text file");
    }
  }

  private Path resolve(String text) {
    return folder().resolve(text).normalize();
  }

  private Path folder() {
    Path parent = file.toAbsolutePath().getParent();
    return parent == null ? file.toAbsolutePath() : parent;
  }

  // ---- structure

  public Section section(String key) {
    return optionalSection(key).orElseThrow(() -> missing(key));
  }

  public Optional<Section> optionalSection(String key) {
    return value(key).map(node -> mapping(key, node));
  }

  /** The value is a mapping (and not a plain word or a list). */
  public boolean isSection(String key) {
    NodeTuple tuple = keys.get(key);
    return tuple != null && tuple.getValueNode() instanceof MappingNode;
  }

  /** A list of mappings; none where the key is missing. */
  public List<Section> sections(String key) {
    return list(key, (node) -> mapping(key, node));
  }

  /** A list of plain words; none where the key is missing. */
  public List<String> texts(String key) {
    return list(key, (node) -> scalar(key, node));
  }

  /** A plain word or a list of them; none where the key is missing. */
  public List<String> oneOrMore(String key) {
    Optional<Node> node = value(key);
    return node.isPresent() && node.get() instanceof ScalarNode
        ? List.of(text(key))
        : list(key, item -> scalar(key, item));
  }

  /** A mapping of names to mappings, in the order of the file; empty where the key is missing. */
  public Map<String, Section> named(String key) {
    return optionalSection(key).map(Section::each).orElse(Map.of());
  }

  /** Every key of this section is a name of the admin's with a mapping behind it. */
  public Map<String, Section> each() {
    Map<String, Section> all = new LinkedHashMap<>();
    keys.forEach((name, tuple) -> all.put(name, section(name)));
    return all;
  }

  private <T> List<T> list(String key, Function<Node, T> item) {
    Optional<Node> node = value(key);
    if (node.isEmpty()) {
      return List.of();
    }
    if (!(node.get() instanceof SequenceNode sequence)) {
      throw wrong(
          key, "a list is expected", "write “" + key + ": [a, b]” or one item a line after “- ”");
    }
    return sequence.getValue().stream().map(item).toList();
  }

  /** Refuses every key that was not asked for. */
  public void done() {
    for (String key : keys.keySet()) {
      if (!asked.contains(key)) {
        throw wrong(key, "this key is not known here", suggestion(key));
      }
    }
  }

  private String suggestion(String key) {
    return asked.stream()
        .filter(known -> !keys.containsKey(known) && distance(key, known) <= 1 + key.length() / 4)
        .findFirst()
        .map(known -> "did you mean “" + known + "”?")
        .orElse("remove it; known are " + String.join(", ", asked));
  }

  /** A mistake at this key, for the reader's own rules. */
  public SettingsException wrong(String key, String problem, String fix) {
    return new SettingsException(file, line(key), dotted(key), problem, fix);
  }

  private SettingsException missing(String key) {
    asked.add(key);
    return new SettingsException(file, line, dotted(key), "is missing", "add “" + key + ": …”");
  }

  private Optional<Node> value(String key) {
    asked.add(key);
    NodeTuple tuple = keys.get(key);
    return tuple == null ? Optional.empty() : Optional.of(tuple.getValueNode());
  }

  private String scalar(String key, Node node) {
    if (!(node instanceof ScalarNode scalar)) {
      throw new SettingsException(
          file,
          Yaml.line(node),
          dotted(key),
          "one value is expected, not a list or a section",
          "write “" + key + ": value”");
    }
    if (scalar.getScalarStyle() == ScalarStyle.PLAIN && scalar.getValue().isEmpty()) {
      throw new SettingsException(
          file, Yaml.line(node), dotted(key), "has no value", "write one, or remove the key");
    }
    return scalar.getValue();
  }

  private Section mapping(String key, Node node) {
    if (!(node instanceof MappingNode mapping)) {
      throw new SettingsException(
          file,
          Yaml.line(node),
          dotted(key),
          "a section is expected",
          "write its keys on the lines below, indented");
    }
    return new Section(file, dotted(key), mapping);
  }

  private String dotted(String key) {
    return at.isEmpty() ? key : key.isEmpty() ? at : at + "." + key;
  }

  /** Levenshtein distance, for “did you mean”. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitute = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substitute, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
