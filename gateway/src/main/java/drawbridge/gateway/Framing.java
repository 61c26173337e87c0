package drawbridge.gateway;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Where a request's body ends. Somebody in front of us may have another opinion as soon as there
 * are two ways to read it, and would pass on, as part of a body, what we took for the next request.
 */
final class Framing {
  private static final Pattern LENGTH = Pattern.compile("\\d{1,18}");

  private Framing() {}

  /** One length in plain digits, or chunks and nothing else, or neither. */
  static boolean clear(Headers headers) {
    List<String> lengths = values(headers, HeaderNames.CONTENT_LENGTH);
    List<String> codings = values(headers, HeaderNames.TRANSFER_ENCODING);
    return codings.isEmpty()
        ? lengths.isEmpty() || lengths.size() == 1 && LENGTH.matcher(lengths.getFirst()).matches()
        : lengths.isEmpty()
            && codings.size() == 1
            && codings.getFirst().equalsIgnoreCase("chunked");
  }

  private static List<String> values(Headers headers, HeaderName name) {
    return headers.contains(name) ? headers.get(name).allValues() : List.of();
  }
}
