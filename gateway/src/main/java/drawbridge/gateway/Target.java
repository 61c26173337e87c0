package drawbridge.gateway;

import drawbridge.relay.wire.Argument;
import drawbridge.relay.wire.Parameter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * What a request asks for: the segments of its path and the options of its query, decoded. Judged
 * before anything is looked up, so that a malformed request tells nothing of what exists.
 *
 * @param path as it was sent, percent-encoded, with its leading slash
 * @param segments decoded; a path that ends with a slash ends with an empty one
 * @param options of the query, in their order, without {@code $format}
 * @param format of {@code $format}; empty: not said
 */
record Target(String path, List<String> segments, List<Argument> options, String format) {
  /** Longer paths and more options than any document of ours describes. */
  private static final int SEGMENTS = 32;

  private static final int OPTIONS = 64;
  private static final int NAME = 128;
  private static final int VALUE = 4096;

  static Target parse(String path, String query) throws Refusal {
    List<String> segments = new ArrayList<>(8);
    int at = 1;
    while (true) {
      int slash = path.indexOf('/', at);
      String segment = decode("", path.substring(at, slash < 0 ? path.length() : slash), false);
      if (segment.length() > VALUE || segments.size() == SEGMENTS) {
        throw new Refusal(Faults.argument("", "The path is too long."));
      }
      segments.add(segment);
      if (slash < 0) {
        break;
      }
      at = slash + 1;
    }
    List<Argument> options = new ArrayList<>();
    String format = "";
    Set<String> seen = new HashSet<>();
    int from = 0;
    while (from < query.length()) {
      int end = query.indexOf('&', from);
      if (end < 0) {
        end = query.length();
      }
      if (end > from) {
        int equals = query.indexOf('=', from);
        boolean bare = equals < 0 || equals > end;
        String name = decode("", query.substring(from, bare ? end : equals), true);
        String value = bare ? "" : decode(name, query.substring(equals + 1, end), true);
        if (name.isEmpty() || name.length() > NAME || value.length() > VALUE) {
          throw new Refusal(
              Faults.argument(
                  name.length() > NAME ? "" : name, "A query option is empty or too long."));
        }
        if (!seen.add(name)) {
          throw new Refusal(Faults.argument(name, "This query option is given twice."));
        }
        if (seen.size() > OPTIONS) {
          throw new Refusal(Faults.argument("", "There are too many query options."));
        }
        if (name.equals("$format")) {
          format = value;
        } else {
          options.add(
              Argument.newBuilder()
                  .setName(name)
                  .setValue(value)
                  .setIn(Parameter.In.QUERY)
                  .build());
        }
      }
      from = end + 1;
    }
    return new Target(path, segments, options, format);
  }

  /** The path from this segment on, as it was sent. */
  String pathFrom(int segment) {
    int at = 0;
    for (int i = 0; i < segment; i++) {
      at = path.indexOf('/', at + 1);
    }
    return at < 0 ? "" : path.substring(at);
  }

  private static String decode(String parameter, String text, boolean query) throws Refusal {
    boolean plain = true;
    for (int i = 0; i < text.length() && plain; i++) {
      char c = text.charAt(i);
      plain = c != '%' && c < 0x80 && !(query && c == '+');
    }
    if (plain) {
      return text;
    }
    byte[] bytes = new byte[text.length()];
    int n = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%') {
        if (i + 2 >= text.length()
            || !HexFormat.isHexDigit(text.charAt(i + 1))
            || !HexFormat.isHexDigit(text.charAt(i + 2))) {
          throw malformed(parameter);
        }
        bytes[n++] = (byte) HexFormat.fromHexDigits(text, i + 1, i + 3);
        i += 2;
      } else if (c == '+' && query) {
        bytes[n++] = ' ';
      } else if (c < 0x80) {
        bytes[n++] = (byte) c;
      } else {
        throw malformed(parameter);
      }
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, n)).toString();
    } catch (CharacterCodingException e) {
      throw malformed(parameter);
    }
  }

  private static Refusal malformed(String parameter) {
    return new Refusal(Faults.argument(parameter, "The percent-encoding is malformed."));
  }
}
