package drawbridge.adapters.ibmi;

import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.settings.Section;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * Which profile of the system works for which caller, as a file says: {@code callers} of a source.
 * The first line that fits decides. Immutable.
 *
 * @param others who is in no line; false: refused
 * @param size most connections of each profile to each server
 */
record CallerProfiles(List<Line> lines, boolean others, int size) {
  /** More people than a site maps by hand. */
  private static final int MOST = 500;

  /** What is known of callers; docs/policy.md says who proves which. */
  private static final List<String> KNOWN = List.of("subject", "issuer", "app", "tenant", "user");

  /** Those of them that are distinguished names. */
  private static final List<String> NAMES = List.of("subject", "issuer");

  /** What becomes of callers without a line. */
  enum Others {
    REFUSE,
    SERVICE
  }

  /**
   * One line.
   *
   * @param caller attributes that all must be the caller's; distinguished names in canonical form
   * @param password file with the profile's own; empty: the source's user gets a token for it
   */
  record Line(Map<String, String> caller, String profile, Optional<Path> password) {
    private boolean fits(Map<String, String> given) {
      return caller.entrySet().stream()
          .allMatch(wanted -> wanted.getValue().equalsIgnoreCase(given.get(wanted.getKey())));
    }
  }

  /** The file that {@code callers} names. */
  static CallerProfiles read(Path file) {
    Section section = Section.read(file);
    List<Line> lines = new ArrayList<>();
    Map<String, Optional<Path>> passwords = new LinkedHashMap<>();
    for (Section one : section.sections("callers")) {
      Line line = line(one);
      Optional<Path> before = passwords.putIfAbsent(line.profile(), line.password());
      if (before != null && !before.equals(line.password())) {
        throw one.wrong(
            "profile", line.profile() + " signs on in two ways", "write the same at each line");
      }
      lines.add(line);
    }
    if (lines.isEmpty() || lines.size() > MOST) {
      throw section.wrong(
          "callers",
          lines.isEmpty() ? "names nobody" : "has more than " + MOST + " lines",
          "write “- { caller: { app: … }, profile: … }” for each");
    }
    CallerProfiles read =
        new CallerProfiles(
            List.copyOf(lines),
            section.choice("others", Others.class, Others.REFUSE) == Others.SERVICE,
            section.integer("size", 1, 50, 2));
    section.done();
    return read;
  }

  private static Line line(Section one) {
    Section caller = one.section("caller");
    Map<String, String> attributes = new LinkedHashMap<>();
    for (String name : KNOWN) {
      caller
          .optionalText(name)
          .ifPresent(value -> attributes.put(name, distinguished(caller, name, value)));
    }
    caller.done();
    if (!attributes.containsKey("subject")
        && !attributes.containsKey("app")
        && !attributes.containsKey("user")) {
      throw one.wrong("caller", "tells no caller from others", "name subject, app or user");
    }
    String profile = one.text("profile").toUpperCase(Locale.ROOT);
    IbmiSettings.checkObject(one, "profile", profile);
    Optional<Path> password = Optional.empty();
    if (one.has("password-file")) {
      one.secret("password-file");
      password = Optional.of(one.path("password-file"));
    }
    one.done();
    return new Line(Map.copyOf(attributes), profile, password);
  }

  private static String distinguished(Section caller, String name, String value) {
    if (!NAMES.contains(name)) {
      return value;
    }
    String canonical = canonical(value);
    if (canonical == null) {
      throw caller.wrong(name, "is no distinguished name", "write one such as CN=apim,O=Contoso");
    }
    return canonical;
  }

  /** Null: it is no distinguished name. */
  private static @Nullable String canonical(String name) {
    try {
      return new X500Principal(name).getName(X500Principal.CANONICAL);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /**
   * The profile that works for a caller; empty: the source's own user does.
   *
   * @throws FaultException FORBIDDEN where nobody is meant to work for this caller
   */
  Optional<Line> of(Map<String, String> caller) throws FaultException {
    Map<String, String> given = new HashMap<>(caller);
    NAMES.forEach(name -> given.computeIfPresent(name, (key, value) -> canonical(value)));
    for (Line line : lines) {
      if (line.fits(given)) {
        return Optional.of(line);
      }
    }
    if (others) {
      return Optional.empty();
    }
    throw Fault.of(Fault.Code.FORBIDDEN, "no profile of the source works for this caller").thrown();
  }
}
