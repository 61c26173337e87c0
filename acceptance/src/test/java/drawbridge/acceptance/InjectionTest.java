package drawbridge.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Tries to slip SQL through every parameter, body member, option, path and header of every
 * operation, as the bridge's own document lists them.
 */
@Timeout(600)
final class InjectionTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Each would tell by rows, by a pause, by what is gone, or by an error of the database. */
  private static final List<String> ATTACKS =
      List.of(
          "'; select pg_sleep(30) --",
          "1; select pg_sleep(30)",
          "1) or (1=1",
          "' or '1'='1",
          "\\' or 1=1 --",
          "$$; drop table sales.memos; $$",
          "'; drop table sales.memos; --",
          "1 union select id, name, credit_limit::text from sales.customers",
          "'||(select name from sales.customers limit 1)||'",
          ":caller.subject",
          "?::text",
          "％27 or 1=1",
          "%27%20or%201=1");

  private static final Set<String> HEADERS =
      Set.of(
          "Accept",
          "Content-Type",
          "Idempotency-Key",
          "If-Match",
          "If-None-Match",
          "Prefer",
          "User-Agent",
          "X-Forwarded-For",
          "traceparent",
          "x-ms-client-request-id");

  private static final List<String> OPTIONS =
      List.of(
          "$filter",
          "$select",
          "$orderby",
          "$top",
          "$skip",
          "$count",
          "$format",
          "page",
          "$expand",
          "api-version",
          "x' or 1=1 --");

  /** As many at a time as the limits of the policy let pass. */
  private static final int ATTACKERS = 6;

  private static Stack stack;
  private static Connector connector;
  private static JsonNode document;

  @BeforeAll
  static void start() throws Exception {
    stack = Stack.start(StackPlan.small().withRows(1_000), line -> {});
    connector = Connector.of(stack);
    document = JSON.readTree(connector.get("/orders/v1/openapi.json").body());
  }

  @AfterAll
  static void stop() {
    connector.close();
    stack.close();
  }

  /** A request that is good but for one value. */
  private static final class Attempt {
    private final String method;
    private String path;
    private final Map<String, String> query = new LinkedHashMap<>();
    private final Map<String, String> headers = new LinkedHashMap<>();
    private final ObjectNode body = JSON.createObjectNode();

    Attempt(String method, String path) {
      this.method = method.toUpperCase(java.util.Locale.ROOT);
      this.path = path;
    }

    HttpResponse<byte[]> send() throws Exception {
      StringBuilder url = new StringBuilder("/orders/v1").append(path);
      query.forEach(
          (name, value) ->
              url.append(url.indexOf("?") < 0 ? '?' : '&')
                  .append(encoded(name))
                  .append('=')
                  .append(encoded(value)));
      List<String> given = new ArrayList<>();
      headers.forEach(
          (name, value) -> {
            given.add(name);
            given.add(value);
          });
      if (!body.isEmpty() && !headers.containsKey("Content-Type")) {
        given.addAll(List.of("Content-Type", "application/json"));
      }
      return connector.send(
          method,
          url.toString(),
          body.isEmpty() ? "" : body.toString(),
          given.toArray(String[]::new));
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8).replace("+", "%20");
  }

  /** What is asked of each operation, with good values. */
  private static List<Attempt> good() {
    List<Attempt> all = new ArrayList<>();
    document
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(operation -> all.add(good(path.getKey(), operation))));
    return all;
  }

  private static Attempt good(String path, Map.Entry<String, JsonNode> operation) {
    Attempt attempt = new Attempt(operation.getKey(), path);
    for (JsonNode parameter : operation.getValue().path("parameters")) {
      String name = parameter.path("name").asText();
      if (parameter.path("in").asText().equals("path")) {
        attempt.path = attempt.path.replace("{" + name + "}", "{" + name + ":0}");
      }
    }
    JsonNode schema = operation.getValue().at("/requestBody/content/application~1json/schema/$ref");
    if (!schema.isMissingNode()) {
      JsonNode object = document.at(schema.asText().substring(1));
      object
          .path("properties")
          .properties()
          .forEach(
              member ->
                  attempt.body.put(
                      member.getKey(),
                      member.getValue().path("format").asText().equals("date")
                          ? "2026-01-31"
                          : "x"));
    }
    return attempt;
  }

  /** The good attempt with one thing replaced, for each thing that there is. */
  private static List<Attempt> bad(int index, String attack) {
    List<Attempt> all = new ArrayList<>();
    List<String> names = new ArrayList<>();
    Attempt model = good().get(index);
    java.util.regex.Matcher places =
        java.util.regex.Pattern.compile("\\{([^:}]*):0}").matcher(model.path);
    while (places.find()) {
      names.add(places.group());
    }
    for (String name : names) {
      Attempt attempt = good().get(index);
      attempt.path = settled(attempt.path.replace(name, encoded(attack)));
      all.add(attempt);
    }
    model
        .body
        .fieldNames()
        .forEachRemaining(
            member -> {
              Attempt attempt = good().get(index);
              attempt.path = settled(attempt.path);
              attempt.body.put(member, attack);
              all.add(attempt);
            });
    Attempt renamed = good().get(index);
    renamed.path = settled(renamed.path);
    renamed.body.put(attack, "x");
    all.add(renamed);
    Set<String> options = new TreeSet<>(OPTIONS);
    parameters(model, "query").forEach(options::add);
    for (String option : options) {
      Attempt attempt = good().get(index);
      attempt.path = settled(attempt.path);
      attempt.query.put(option, attack);
      all.add(attempt);
    }
    Set<String> headers = new TreeSet<>(HEADERS);
    parameters(model, "header").forEach(headers::add);
    for (String header : headers) {
      if (attack.chars().allMatch(c -> c < 128)) {
        Attempt attempt = good().get(index);
        attempt.path = settled(attempt.path);
        attempt.headers.put(header, attack);
        all.add(attempt);
      }
    }
    Attempt beyond = good().get(index);
    beyond.path = settled(beyond.path) + "/" + encoded(attack);
    all.add(beyond);
    return all;
  }

  private static List<String> parameters(Attempt attempt, String in) {
    List<String> names = new ArrayList<>();
    String path = attempt.path.replaceAll(":0}", "}");
    for (JsonNode parameter :
        document
            .path("paths")
            .path(path)
            .path(attempt.method.toLowerCase(java.util.Locale.ROOT))
            .path("parameters")) {
      if (parameter.path("in").asText().equals(in)) {
        names.add(parameter.path("name").asText());
      }
    }
    return names;
  }

  private static String settled(String path) {
    return path.replaceAll("\\{[^}]*}", "0");
  }

  @Test
  void nothingThatACallerSendsBecomesSql() throws Exception {
    String before = state();
    int count = good().size();
    assertTrue(count >= 12, () -> count + " operations");
    List<Attempt> attempts = new ArrayList<>();
    for (int index = 0; index < count; index++) {
      for (String attack : ATTACKS) {
        attempts.addAll(bad(index, attack));
      }
    }
    assertTrue(attempts.size() > 2_000, "only " + attempts.size() + " attempts");
    List<Future<?>> sent = new ArrayList<>();
    try (ExecutorService attackers = Executors.newFixedThreadPool(ATTACKERS)) {
      attempts.forEach(attempt -> sent.add(attackers.submit(() -> judge(attempt))));
    }
    for (Future<?> one : sent) {
      one.get();
    }
    assertEquals(before, state());
    // Whatever reached the database was one of the file's statements with other values.
    String log = Files.readString(stack.log("agent-a"));
    for (String sign : List.of("syntax error", "unterminated quoted string", "permission denied")) {
      assertFalse(log.contains(sign), sign);
    }
  }

  /** No answer tells of a database that was led astray. */
  private static @Nullable Void judge(Attempt attempt) throws Exception {
    long begun = System.nanoTime();
    HttpResponse<byte[]> answer = attempt.send();
    String what =
        attempt.method + " " + attempt.path + attempt.query + attempt.headers + attempt.body;
    long took = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
    assertTrue(took < 20, () -> what + " took " + took + " s");
    String said = new String(answer.body(), UTF_8);
    assertTrue(answer.statusCode() < 500, () -> what + " → " + answer.statusCode() + said);
    assertNotEquals(429, answer.statusCode(), () -> what + " went no further than the limits");
    String told = answer.statusCode() < 400 ? "" : told(answer.body());
    for (String leak : List.of("sales.", "credit_limit", "syntax", "PSQL", "SQLSTATE")) {
      assertFalse(told.contains(leak), () -> what + " → " + said);
    }
    return null;
  }

  /** What a fault says, without the name of the argument, which is the caller's own text. */
  private static String told(byte[] body) throws Exception {
    JsonNode problem = JSON.readTree(body);
    return problem.path("title").asText()
        + problem.path("detail").asText()
        + problem.path("error").toString();
  }

  /** What no operation may change, and how much there is of what some may only add to. */
  private static String state() throws Exception {
    try (Connection connection = stack.database().connect();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                """
                select (select md5(string_agg(c::text, '|' order by id)) from sales.customers c),
                       (select md5(string_agg(o::text, '|' order by id)) from sales.orders o),
                       (select count(*) from sales.memos where text like 'Memo %' and row_version = 1),
                       (select count(*) from information_schema.tables where table_schema = 'sales')
                """)) {
      row.next();
      return row.getString(1) + row.getString(2) + " " + row.getInt(3) + " " + row.getInt(4);
    }
  }

  @Test
  void whatIsTextStaysTheTextThatItIs() throws Exception {
    for (String attack : ATTACKS) {
      JsonNode found =
          JSON.readTree(
              connector.get("/orders/v1/orders/by-note?beginning=" + encoded(attack)).body());
      assertEquals(0, found.path("value").size(), found::toString);
      Attempt create = new Attempt("POST", "/memos");
      create.body.put("text", attack);
      HttpResponse<byte[]> made = create.send();
      assertEquals(201, made.statusCode(), new String(made.body(), UTF_8));
      assertEquals(attack, JSON.readTree(made.body()).path("text").asText());
      String filter = "text eq '" + attack.replace("'", "''") + "'";
      JsonNode again =
          JSON.readTree(connector.get("/orders/v1/memos?$filter=" + encoded(filter)).body());
      assertTrue(again.path("value").size() >= 1, again::toString);
      again.path("value").forEach(row -> assertEquals(attack, row.path("text").asText()));
    }
  }
}
