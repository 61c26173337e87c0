package drawbridge.adapters.sql;

import static java.nio.charset.StandardCharsets.UTF_8;

import drawbridge.adapters.Call;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Parameter;
import drawbridge.adapters.Request;
import drawbridge.adapters.sql.Sql.Bound;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URLEncoder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The part of one call that is about pages: where it begins, how long it is, how it goes on.
 *
 * @param from null: the first page
 * @param left rows that the caller still wants, this page included; negative: all
 * @param size rows of this page
 */
record Paging(
    Request request,
    Map<String, String> query,
    String list,
    @Nullable Position from,
    long left,
    long size) {
  static final String TOP = "$top";
  static final String SKIP = "$skip";
  static final String COUNT = "$count";
  static final String PAGE = "page";

  /** What the gateway takes as one value. */
  private static final int LONGEST_TOKEN = 4_000;

  private static final int MOST_SKIPPED = 1_000_000;

  /**
   * Reads the options.
   *
   * @param parameters of the operation, whose arguments stand in the URL of the next page
   * @param pageSize of the API file
   */
  static Paging of(Call call, List<Parameter> parameters, int pageSize) throws FaultException {
    Request request = call.request();
    Map<String, String> query = new TreeMap<>(request.options());
    String token = query.remove(PAGE);
    for (Parameter parameter : parameters) {
      Object value = call.arguments().get(parameter.name());
      if (value != null && parameter.in() == Parameter.In.QUERY) {
        query.put(parameter.name(), text(value));
      }
    }
    String list = digest(call, query);
    Position from = token == null ? null : open(request, token);
    long top = number(request, TOP, Integer.MAX_VALUE, -1);
    long left = from == null ? top : from.left();
    long size = Math.min(pageSize, Math.min(call.mostRows(), preferred(request)));
    return new Paging(request, query, list, from, left, left < 0 ? size : Math.min(left, size));
  }

  private static Position open(Request request, String token) throws FaultException {
    try {
      return Position.of(request.seal().open(token));
    } catch (IOException | RuntimeException e) {
      throw none();
    }
  }

  private static FaultException none() {
    return Fault.argument(PAGE, "There is no such page: begin with the first one.").thrown();
  }

  /** Checks that the token is one of this list in this order. */
  void check(Keyset keyset) throws FaultException {
    if (from != null && !from.of(keyset.keys(), list)) {
      throw none();
    }
  }

  /** A whole number of the query. */
  static long number(Request request, String option, int most, long otherwise)
      throws FaultException {
    String text = request.options().get(option);
    if (text == null) {
      return otherwise;
    }
    if (!text.matches("[0-9]{1,9}") || Long.parseLong(text) > most) {
      throw FilterParser.wrong(option, "must be a whole number up to " + most);
    }
    return Long.parseLong(text);
  }

  /** Rows to pass over; only the first page has any. */
  long skipped() throws FaultException {
    long skip = number(request, SKIP, MOST_SKIPPED, 0);
    return from == null ? skip : 0;
  }

  /** Whether all rows shall be counted; only on the first page. */
  boolean counts() throws FaultException {
    String text = request.options().getOrDefault(COUNT, "false");
    if (!text.equals("true") && !text.equals("false")) {
      throw FilterParser.wrong(COUNT, "must be true or false");
    }
    return from == null && text.equals("true");
  }

  /** {@code Prefer: maxpagesize=100}, which is a wish: what can't be read is passed over. */
  private static long preferred(Request request) {
    for (String wish : request.headers().getOrDefault("prefer", "").split("[,;]", 16)) {
      String text = wish.strip().replaceFirst("^(odata\\.)?maxpagesize\\s*=\\s*\"?", "");
      if (!text.equals(wish.strip()) && text.matches("[1-9][0-9]{0,6}\"?")) {
        return Long.parseLong(text.replace("\"", ""));
      }
    }
    return Long.MAX_VALUE;
  }

  /** The last page that the caller wants ends here. */
  boolean last() {
    return left >= 0 && left <= size;
  }

  /** The URL of the page after this one. */
  String next(List<Bound> keys) throws FaultException {
    Position position = new Position(list, left < 0 ? left : left - size, keys);
    String token = request.seal().seal(position.bytes());
    if (token.length() > LONGEST_TOKEN) {
      throw Columns.misfit("the page key has a value that is too long for the URL of a page");
    }
    StringBuilder url = new StringBuilder(request.url()).append('?');
    query.forEach(
        (name, value) -> {
          if (!name.equals(SKIP)) {
            url.append(encoded(name)).append('=').append(encoded(value)).append('&');
          }
        });
    return url.append(PAGE).append('=').append(token).toString();
  }

  private static String encoded(String text) {
    // A plus would be right too, but not every client sends it back as it came.
    return URLEncoder.encode(text, UTF_8).replace("+", "%20").replace("%24", "$");
  }

  private static String text(Object value) {
    return switch (value) {
      case BigDecimal number -> number.toPlainString();
      case byte[] bytes -> java.util.Base64.getEncoder().encodeToString(bytes);
      default -> value.toString();
    };
  }

  /** Of everything that decides which rows the list has, so that no token fits another list. */
  private static String digest(Call call, Map<String, String> query) {
    List<String> parts = new ArrayList<>();
    query.forEach(
        (name, value) -> {
          if (!name.equals(SKIP) && !name.equals(TOP) && !name.equals(COUNT)) {
            parts.add(name + "=" + value);
          }
        });
    new TreeMap<>(call.arguments())
        .forEach((name, value) -> parts.add(name + ":" + (value == null ? "" : text(value))));
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      for (String part : parts) {
        byte[] bytes = part.getBytes(UTF_8);
        sha.update((bytes.length + ":").getBytes(UTF_8));
        sha.update(bytes);
      }
      return HexFormat.of().formatHex(sha.digest(), 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** What a paged operation takes beside its own parameters. */
  static List<Parameter> parameters(String... options) {
    return java.util.Arrays.stream(options).map(OptionParameters::of).toList();
  }
}
