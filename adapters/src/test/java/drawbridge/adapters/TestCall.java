package drawbridge.adapters;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import drawbridge.adapters.Answer.Format;
import drawbridge.adapters.TestSite.TestAnswer;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One call to an operation, with all that an agent gives; used once. */
public final class TestCall {
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(com.fasterxml.jackson.databind.DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private final Operation operation;
  private final List<Arguments.Given> given = new ArrayList<>();
  private final Map<String, String> caller = new HashMap<>(Map.of("subject", "CN=apim"));
  private final Map<String, String> headers = new HashMap<>();
  private final Map<String, String> options = new HashMap<>();
  private Restrictions restrictions = Restrictions.NONE;
  private Format format = Format.JSON;
  private byte @Nullable [] body;
  private long mostRows = 1_000_000;

  public TestCall(Operation operation) {
    this.operation = operation;
  }

  public TestCall path(String name, String value) {
    given.add(new Arguments.Given(name, value, Parameter.In.PATH));
    return this;
  }

  public TestCall query(String name, String value) {
    given.add(new Arguments.Given(name, value, Parameter.In.QUERY));
    return this;
  }

  /** One that begins with $, or the page. */
  public TestCall option(String name, String value) {
    options.put(name, value);
    return this;
  }

  /** The query of a nextLink, as a client sends it back. */
  public TestCall url(String url) {
    for (String part : url.substring(url.indexOf('?') + 1).split("&", -1)) {
      String[] pair = part.split("=", 2);
      String name = URLDecoder.decode(pair[0], StandardCharsets.UTF_8);
      String value = URLDecoder.decode(pair[1], StandardCharsets.UTF_8);
      if (name.startsWith("$") || name.equals("page")) {
        options.put(name, value);
      } else {
        query(name, value);
      }
    }
    return this;
  }

  public TestCall header(String name, String value) {
    headers.put(name.toLowerCase(Locale.ROOT), value);
    return this;
  }

  public TestCall caller(String name, String value) {
    caller.put(name, value);
    return this;
  }

  public TestCall restricted(Restrictions by) {
    restrictions = by;
    return this;
  }

  public TestCall format(Format wanted) {
    format = wanted;
    return this;
  }

  public TestCall body(String json) {
    body = json.getBytes(StandardCharsets.UTF_8);
    return this;
  }

  /** The most rows that the caller may have. */
  public TestCall size(long rows) {
    mostRows = rows;
    return this;
  }

  public TestAnswer run() throws FaultException {
    TestAnswer answer = new TestAnswer(format);
    Map<String, Object> arguments = Arguments.read(operation, given, body);
    String path = operation.path();
    for (Arguments.Given one : given) {
      path = path.replace("{" + one.name() + "}", one.value());
    }
    Request request =
        new Request(
            caller,
            restrictions,
            headers,
            options,
            "https://host/base/shop/v1" + path,
            new Seal(new TreeMap<>(caller) + operation.id()));
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    operation
        .action()
        .run(new Call(arguments, deadline, mostRows, new Cancellation(), request), answer);
    return answer;
  }

  public static JsonNode json(TestAnswer answer) throws Exception {
    return JSON.readTree(answer.text());
  }

  /** Tells callers and operations apart; the real one is the agent's. */
  private record Seal(String whose) implements Request.PageSeal {
    @Override
    public String seal(byte[] position) {
      return Base64.getUrlEncoder().withoutPadding().encodeToString(position)
          + "."
          + Integer.toHexString(whose.hashCode());
    }

    @Override
    public byte[] open(String token) throws FaultException {
      int dot = token.indexOf('.');
      if (dot < 0 || !token.substring(dot + 1).equals(Integer.toHexString(whose.hashCode()))) {
        throw Fault.argument("page", "no such page").thrown();
      }
      return Base64.getUrlDecoder().decode(token.substring(0, dot));
    }

    @Override
    public String hash(byte[] value) {
      return "%032x".formatted(java.util.Arrays.hashCode(value));
    }
  }
}
