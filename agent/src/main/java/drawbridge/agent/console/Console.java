package drawbridge.agent.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import drawbridge.audit.AuditLog;
import drawbridge.audit.AuditRecord;
import drawbridge.audit.ValueKeys;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The agent's console: pages for people on the agent's own machine, by HTTP on 127.0.0.1, behind a
 * token of their own. It shows and changes nothing. Every request is looked at in this order: whom
 * it is addressed to (a name that an attacker's DNS points here is refused), where it comes from,
 * then who sends it. Thread-safe; closing it frees the port.
 */
public final class Console implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("drawbridge.agent");

  /** A name that only this machine answers to, whatever the port: it may be forwarded by ssh. */
  private static final Pattern HERE =
      Pattern.compile("(?:127\\.0\\.0\\.1|localhost|\\[::1\\])(?::[0-9]{1,5})?");

  private static final String POLICY =
      "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

  private static final int BACKLOG = 16;

  static {
    // The server of the JDK reads its bounds once; seconds, and numbers.
    bound("sun.net.httpserver.maxReqTime", 10);
    bound("sun.net.httpserver.maxRspTime", 60);
    bound("sun.net.httpserver.idleInterval", 30);
    bound("sun.net.httpserver.maxReqHeaders", 64);
    bound("sun.net.httpserver.maxReqHeaderSize", 16_384);
    bound("jdk.httpserver.maxConnections", 64);
  }

  private final HttpServer server;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final Sessions sessions;
  private final Supplier<Status> status;
  private final AuditLog log;
  private final AuditPage audit;
  private final String cookie;

  private Console(
      HttpServer server,
      ConsoleSettings settings,
      Supplier<Status> status,
      AuditLog log,
      ValueKeys values) {
    this.server = server;
    this.sessions = new Sessions(settings.token(), System::nanoTime);
    this.status = status;
    this.log = log;
    this.audit = new AuditPage(log, values, this::record);
    // Cookies know no ports, and two agents may live on a machine.
    this.cookie = "drawbridge-" + server.getAddress().getPort();
  }

  private static void bound(String name, int value) {
    if (System.getProperty(name) == null) {
      System.setProperty(name, Integer.toString(value));
    }
  }

  /**
   * Begins to listen.
   *
   * @param status asked for each page
   * @param values to find what is hashed in the log
   * @throws IOException where the port is taken
   */
  public static Console start(
      ConsoleSettings settings, Supplier<Status> status, AuditLog log, ValueKeys values)
      throws IOException {
    InetAddress here = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    HttpServer server = HttpServer.create(new InetSocketAddress(here, settings.port()), BACKLOG);
    Console console = new Console(server, settings, status, log, values);
    server.setExecutor(console.executor);
    server.createContext("/", console::handle);
    server.start();
    return console;
  }

  /** Of the first page. */
  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Reply reply;
      try {
        reply = answer(exchange);
      } catch (Form.Wrong e) {
        reply =
            Reply.page(
                400, Page.message("That was not understood", String.valueOf(e.getMessage())));
      } catch (IOException e) {
        LOG.log(System.Logger.Level.INFO, "the console could not answer: {0}", e.getMessage());
        reply = Reply.page(500, Page.message("That did not work", String.valueOf(e.getMessage())));
      } catch (RuntimeException e) {
        LOG.log(System.Logger.Level.WARNING, "the console could not answer", e);
        reply = Reply.page(500, Page.message("That did not work", "The agent's log says why."));
      }
      send(exchange, reply);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "a browser went away", e);
    }
  }

  private Reply answer(HttpExchange exchange) throws IOException, Form.Wrong {
    Headers headers = exchange.getRequestHeaders();
    String host = headers.getFirst("Host");
    if (host == null || !HERE.matcher(host).matches()) {
      return Reply.page(421, Page.message("Not here", "This console is for this machine alone."));
    }
    String method = exchange.getRequestMethod();
    String path = exchange.getRequestURI().getPath();
    boolean post = method.equals("POST");
    if (!post && !method.equals("GET") && !method.equals("HEAD")) {
      return Reply.page(405, Page.message("No such thing", "GET and POST only."));
    }
    if (post && !ours(headers, host)) {
      return Reply.page(403, Page.message("Not from there", "The form was another site's."));
    }
    Reply file = post ? null : Files.get(path);
    if (file != null) {
      return file;
    }
    String session = session(headers);
    if (post && path.equals("/sign-in")) {
      return signIn(Form.read(exchange));
    }
    if (!sessions.has(session) && !bearer(headers)) {
      return path.equals("/status.json")
          ? Reply.text(401, "a token is needed\n")
          : Reply.page(post || !path.equals("/") ? 401 : 200, Page.signIn(""));
    }
    if (post && path.equals("/sign-out")) {
      sessions.end(session);
      record("sign-out", "");
      return Reply.redirect("/")
          .with("Set-Cookie", cookie + "=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
    }
    if (path.startsWith("/audit")) {
      return audit.answer(status.get(), path, post, Form.read(exchange));
    }
    return switch (post ? "" : path) {
      case "/" -> Reply.page(200, OverviewPage.of(status.get()));
      case "/status.json" ->
          Reply.text(200, StatusJson.write(status.get())).with("Content-Type", "application/json");
      default -> Reply.page(404, Page.message("No such page", "Begin at the overview."));
    };
  }

  /** A form of our own pages: browsers say where a request comes from. */
  private static boolean ours(Headers headers, String host) {
    String origin = headers.getFirst("Origin");
    String site = headers.getFirst("Sec-Fetch-Site");
    return (origin == null || origin.equals("http://" + host))
        && (site == null || site.equals("same-origin"));
  }

  private Reply signIn(Form form) {
    if (sessions.isToken(form.get("token").strip())) {
      record("sign-in", "");
      return Reply.redirect("/")
          .with(
              "Set-Cookie",
              "%s=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict"
                  .formatted(cookie, sessions.begin(), Sessions.LIFE.toSeconds()));
    }
    refused();
    return Reply.page(401, Page.signIn("That is not the token."));
  }

  private void refused() {
    if (sessions.wrong()) {
      LOG.log(System.Logger.Level.WARNING, "somebody gave the console a wrong token");
      record("sign-in-refused", "");
    }
  }

  /** For programs: the token itself in each request. */
  private boolean bearer(Headers headers) {
    String given = headers.getFirst("Authorization");
    if (given == null || !given.startsWith("Bearer ")) {
      return false;
    }
    boolean right = sessions.isToken(given.substring("Bearer ".length()).strip());
    if (!right) {
      refused();
    }
    return right;
  }

  private @Nullable String session(Headers headers) {
    for (String header :
        Objects.requireNonNullElse(headers.get("Cookie"), java.util.List.<String>of())) {
      for (String one : header.split(";", -1)) {
        if (one.strip().startsWith(cookie + "=")) {
          return one.strip().substring(cookie.length() + 1);
        }
      }
    }
    return null;
  }

  private void record(String action, String asked) {
    Map<String, String> details =
        asked.isEmpty() ? Map.of("action", action) : Map.of("action", action, "asked", asked);
    if (!log.offer(AuditRecord.event(AuditRecord.Kind.CONSOLE, details))) {
      LOG.log(System.Logger.Level.WARNING, "an audit record was lost: console {0}", action);
    }
  }

  private static void send(HttpExchange exchange, Reply reply) throws IOException {
    Headers headers = exchange.getResponseHeaders();
    headers.set("Content-Security-Policy", POLICY);
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("X-Frame-Options", "DENY");
    headers.set("Referrer-Policy", "same-origin");
    headers.set("Cross-Origin-Opener-Policy", "same-origin");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    headers.set("Cache-Control", "no-store");
    reply.headers().forEach(headers::set);
    byte[] body = reply.body().getBytes(UTF_8);
    boolean bodiless = exchange.getRequestMethod().equals("HEAD") || body.length == 0;
    exchange.sendResponseHeaders(reply.status(), bodiless ? -1 : body.length);
    if (!bodiless) {
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }

  /** What the pages are made with. */
  private static final class Files {
    private Files() {}

    static @Nullable Reply get(String path) throws IOException {
      return switch (path) {
        case "/console.css" -> of("console.css", "text/css; charset=utf-8");
        case "/console.js" -> of("console.js", "text/javascript; charset=utf-8");
        case "/favicon.ico", "/icon.svg" -> of("icon.svg", "image/svg+xml");
        default -> null;
      };
    }

    private static Reply of(String name, String type) throws IOException {
      try (InputStream in = Objects.requireNonNull(Console.class.getResourceAsStream(name), name)) {
        return new Reply(200, new String(in.readAllBytes(), UTF_8), Map.of("Content-Type", type));
      }
    }
  }

  /** What is sent. */
  record Reply(int status, String body, Map<String, String> headers) {
    static Reply page(int status, Html page) {
      return new Reply(status, page.toString(), Map.of("Content-Type", "text/html; charset=utf-8"));
    }

    static Reply text(int status, String text) {
      return new Reply(status, text, Map.of("Content-Type", "text/plain; charset=utf-8"));
    }

    static Reply redirect(String to) {
      return new Reply(303, "", Map.of("Location", to));
    }

    Reply with(String name, String value) {
      Map<String, String> all = new java.util.LinkedHashMap<>(headers);
      all.put(name, value);
      return new Reply(status, body, all);
    }
  }
}
