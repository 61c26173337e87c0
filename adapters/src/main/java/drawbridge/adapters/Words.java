package drawbridge.adapters;

import java.util.Set;
import java.util.regex.Pattern;

/** The rules for names in the files of a site. */
final class Words {
  /** Sites, sources, APIs. */
  static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,40}");

  static final Pattern VERSION = Pattern.compile("[a-z0-9][a-z0-9.-]{0,19}");

  /** What the connectors' importers and code generators take without renaming. */
  static final Pattern OPERATION = Pattern.compile("[A-Z][A-Za-z0-9]{0,63}");

  static final Pattern PARAMETER = Pattern.compile("[A-Za-z][A-Za-z0-9_]{0,63}");

  /** A literal segment of a path, which needs no escaping. */
  static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,99}");

  /** What the gateway itself serves below an API. */
  static final Set<String> DOCUMENTS = Set.of("openapi.json", "swagger.json", "apiProperties.json");

  private Words() {}
}
