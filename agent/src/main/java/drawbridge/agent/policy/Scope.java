package drawbridge.agent.policy;

import drawbridge.settings.Section;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One operation, or all of one API.
 *
 * @param api {@code orders/v1}
 * @param operation its name, or {@code *}
 */
record Scope(String api, String operation, String text) {
  private static final String WORD = "[A-Za-z0-9][A-Za-z0-9._-]{0,79}";
  private static final Pattern API = Pattern.compile(WORD + "/" + WORD);
  private static final Pattern FORM = Pattern.compile("(" + API + ")/(" + WORD + "|\\*)");

  static List<Scope> read(Section section, String key) {
    return section.texts(key).stream().map(text -> parse(section, key, text)).toList();
  }

  private static Scope parse(Section section, String key, String text) {
    Matcher m = FORM.matcher(text);
    if (!m.matches()) {
      throw section.wrong(
          key,
          "“" + text + "” names no operation",
          "write api/version/Operation, or api/version/* for all operations of an API");
    }
    return new Scope(m.group(1), m.group(2), text);
  }

  static List<String> apis(Section section, String key) {
    List<String> apis = section.texts(key);
    for (String api : apis) {
      if (!API.matcher(api).matches()) {
        throw section.wrong(
            key, "“" + api + "” names no API", "write api/version, such as orders/v1");
      }
    }
    return apis;
  }

  boolean covers(String id) {
    return operation.equals("*")
        ? id.length() > api.length() && id.charAt(api.length()) == '/' && id.startsWith(api)
        : id.equals(text);
  }

  boolean wholeApi(String other) {
    return operation.equals("*") && api.equals(other);
  }
}
