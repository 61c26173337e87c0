package drawbridge.agent.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.audit.AuditKey;
import drawbridge.audit.AuditLog;
import drawbridge.audit.AuditRecord;
import drawbridge.audit.AuditRecord.Outcome;
import drawbridge.audit.Identity;
import drawbridge.audit.ValueKeys;
import drawbridge.settings.Secret;
import drawbridge.settings.Section;
import drawbridge.settings.SettingsException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConsoleTest {
  private static final String TOKEN = "0123456789abcdef0123456789abcdef";
  private static final String HOSTILE = "<img src=x onerror=alert(1)>'\"";

  private static final String LINE_END = new String(new byte[] {13, 10}, UTF_8);

  @TempDir Path folder;
  private AuditLog log;
  private ValueKeys values;
  private Console console;
  private int port;

  @BeforeEach
  void start() throws Exception {
    log =
        AuditLog.open(
            folder.resolve("audit"), AuditKey.generate("drawbridge/plant-1/agent/agent-a"));
    values = ValueKeys.open(folder.resolve("values"), Duration.ofDays(1), InstantSource.system());
    console =
        Console.start(
            new ConsoleSettings(0, new Secret(TOKEN)),
            () -> StatusTest.sample(Instant.now()),
            log,
            values);
    port = URI.create(console.url()).getPort();
  }

  @AfterEach
  void stop() throws Exception {
    console.close();
    log.close();
  }

  private record Answer(int status, String head, String body) {}

  /** As bytes, since no client of the JDK would send what an attacker sends. */
  private Answer send(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(request.getBytes(UTF_8));
      String all = new String(socket.getInputStream().readAllBytes(), UTF_8);
      int gap = all.indexOf(LINE_END.repeat(2));
      return new Answer(
          Integer.parseInt(all.substring(9, 12)), all.substring(0, gap), all.substring(gap + 4));
    }
  }

  private Answer get(String path, String... headers) throws IOException {
    return send(request("GET " + path + " HTTP/1.1", "127.0.0.1:" + port, headers));
  }

  private Answer post(String path, String body, String... headers) throws IOException {
    List<String> all = new ArrayList<>(List.of(headers));
    all.add("Content-Length: " + body.length());
    return send(
        request("POST " + path + " HTTP/1.1", "127.0.0.1:" + port, all.toArray(String[]::new))
            .concat(body));
  }

  private static String request(String line, String host, String... headers) {
    List<String> lines = new ArrayList<>(List.of(line, "Host: " + host, "Connection: close"));
    lines.addAll(List.of(headers));
    lines.add("");
    lines.add("");
    return String.join(LINE_END, lines);
  }

  private String signIn() throws IOException {
    Answer answer = post("/sign-in", "token=" + TOKEN);
    assertEquals(303, answer.status(), answer.head());
    Matcher m =
        Pattern.compile("(?i)set-cookie: (drawbridge-[0-9]+=[0-9a-f]{64}); (.*)")
            .matcher(answer.head());
    assertTrue(m.find(), answer.head());
    assertTrue(
        m.group(2).contains("HttpOnly") && m.group(2).contains("SameSite=Strict"), m.group(2));
    assertFalse(answer.head().contains(TOKEN));
    return "Cookie: other=1; " + m.group(1);
  }

  private void record(String call, String argument, Outcome outcome) throws Exception {
    AuditRecord.About about =
        new AuditRecord.About(
            call,
            1,
            "orders/v1/FindOrders",
            "gateway-1",
            Identity.builder().claimed(Identity.SUBJECT, HOSTILE).build(),
            "rule",
            "digest",
            List.of(values.hashes().hashed("customerId", argument)),
            "key",
            "");
    log.record(
        AuditRecord.call(about, new AuditRecord.Result(outcome, "", 200, "", "", 1, 2, 3, 4_000)));
  }

  @Test
  void onlyTheTokenOpensIt() throws Exception {
    assertTrue(get("/").body().contains("Sign in"));
    assertEquals(401, get("/audit").status());
    assertEquals(401, get("/status.json").status());
    assertEquals(401, post("/sign-in", "token=" + TOKEN.replace('0', '1')).status());
    assertEquals(401, get("/audit", "Cookie: drawbridge-" + port + "=" + TOKEN).status());
    String cookie = signIn();
    assertTrue(get("/", cookie).body().contains("plant-1"));
    assertEquals(200, get("/audit", cookie).status());
    assertEquals(303, post("/sign-out", "", cookie).status());
    assertEquals(401, get("/audit", cookie).status(), "the session has ended");
    assertEquals(200, get("/status.json", "Authorization: Bearer " + TOKEN).status());
    assertEquals(401, get("/status.json", "Authorization: Bearer x").status());
  }

  @Test
  void signInsAndWhatIsLookedAtAreRecorded() throws Exception {
    post("/sign-in", "token=wrong");
    String cookie = signIn();
    post("/audit", "user=ada&argument=customerId%3D4711", cookie);
    List<String> lines = awaitRecords("\"kind\":\"console\"", 3);
    assertTrue(lines.get(0).contains("sign-in-refused"), lines.get(0));
    assertTrue(lines.get(1).contains("\"sign-in\""), lines.get(1));
    assertTrue(lines.get(2).contains("user=ada, argument customerId"), lines.get(2));
    assertFalse(lines.get(2).contains("4711"), "what is hashed elsewhere is not told here");
  }

  private List<String> awaitRecords(String part, int count) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (true) {
      List<String> lines =
          log.reader().find(drawbridge.audit.Query.ALL, 1_000).stream()
              .map(drawbridge.audit.Found::line)
              .filter(line -> line.contains(part))
              .toList();
      if (lines.size() >= count) {
        return lines;
      }
      assertTrue(System.nanoTime() < end, lines::toString);
      Thread.onSpinWait();
    }
  }

  @Test
  void otherNamesAndOtherSitesAreRefused() throws Exception {
    String cookie = signIn();
    String rebound = request("GET / HTTP/1.1", "evil.example:" + port, cookie);
    assertEquals(421, send(rebound).status());
    assertEquals(
        421,
        send(request("GET / HTTP/1.0", "x", cookie).replace("Host: x", "Accept: */*")).status(),
        "no name at all");
    assertEquals(403, post("/audit/verify", "", cookie, "Origin: http://evil.example").status());
    assertEquals(403, post("/audit/verify", "", cookie, "Sec-Fetch-Site: same-site").status());
    assertEquals(405, send(request("PUT / HTTP/1.1", "localhost")).status());
    assertEquals(200, send(request("GET / HTTP/1.1", "localhost:9", cookie)).status());
  }

  @Test
  void itListensOnLoopbackAlone() throws Exception {
    assertTrue(console.url().startsWith("http://127.0.0.1:"));
    List<InetAddress> others =
        java.util.Collections.list(java.net.NetworkInterface.getNetworkInterfaces()).stream()
            .flatMap(i -> java.util.Collections.list(i.getInetAddresses()).stream())
            .filter(a -> !a.isLoopbackAddress())
            .toList();
    for (InetAddress other : others) {
      assertThrows(
          IOException.class,
          () -> {
            try (Socket socket = new Socket()) {
              socket.connect(new InetSocketAddress(other, port), 2_000);
            }
          });
    }
  }

  @Test
  void whatOthersSayIsTextAndNothingElse() throws Exception {
    record("0".repeat(32), "4711", Outcome.OK);
    String cookie = signIn();
    String overview = get("/", cookie).body();
    assertFalse(overview.contains("<script>alert"), overview);
    assertTrue(overview.contains("&lt;script&gt;alert(1)"), overview);
    String found = post("/audit", "caller=" + URLEncoder.encode(HOSTILE, UTF_8), cookie).body();
    assertTrue(found.contains("1 record"), found);
    assertFalse(found.contains("<img"), found);
    assertFalse(found.contains("'\"'"), "an attribute cannot be left: " + found);
    String policy = get("/", cookie).head();
    assertTrue(policy.contains("default-src 'none'") && !policy.contains("unsafe"), policy);
    for (String external : List.of("//cdn", "https://", "style=", " onclick")) {
      assertFalse(overview.contains(external), external);
    }
  }

  @Test
  void aRecordIsFoundByItsHashedArgumentAndProven() throws Exception {
    record("a".repeat(32), "4711", Outcome.OK);
    record("b".repeat(32), "4712", Outcome.REFUSED);
    String cookie = signIn();
    String found = post("/audit", "argument=customerId%3D4711", cookie).body();
    assertTrue(found.contains("1 record"), found);
    Matcher m = Pattern.compile("/audit/record\\?seq=([0-9]+)").matcher(found);
    assertTrue(m.find());
    String seq = m.group(1);
    assertTrue(post("/audit", "outcome=refused&kind=calls", cookie).body().contains("1 record"));
    assertTrue(post("/audit", "argument=customerId%3D9", cookie).body().contains("No record fits"));
    assertTrue(post("/audit", "to=2001-01-01", cookie).body().contains("No record fits"));
    assertEquals(400, post("/audit", "argument=x", cookie).status());
    assertEquals(400, post("/audit", "from=yesterday", cookie).status());
    assertEquals(400, post("/audit", "user=" + "x".repeat(70_000), cookie).status());
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    Answer proof = get("/audit/proof?seq=" + seq, cookie);
    while (proof.status() != 200) {
      assertTrue(System.nanoTime() < end, proof.body());
      proof = get("/audit/proof?seq=" + seq, cookie);
    }
    assertTrue(proof.body().startsWith("c2sp.org/tlog-proof@v1\n"), proof.body());
    assertTrue(proof.head().contains("attachment"), proof.head());
    assertTrue(get("/audit/record?seq=" + seq, cookie).body().contains("a".repeat(32)));
  }

  @Test
  void verifyNowHasThreeVerdicts() throws Exception {
    record("a".repeat(32), "4711", Outcome.OK);
    String cookie = signIn();
    assertTrue(verdict(cookie, "").contains("CONSISTENT"));
    String note = log.checkpoint().note();
    assertTrue(verdict(cookie, note).contains("ANCHORED"));
    assertEquals(400, post("/audit/verify", "checkpoint=nonsense", cookie).status());
    Path segment;
    try (var files = Files.list(folder.resolve("audit"))) {
      segment = files.filter(f -> f.toString().endsWith(".jsonl")).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(segment);
    bytes[bytes.length / 2] ^= 1;
    Files.write(segment, bytes);
    assertTrue(verdict(cookie, "").contains("BROKEN"));
  }

  private String verdict(String cookie, String note) throws IOException {
    assertEquals(
        303,
        post("/audit/verify", "checkpoint=" + URLEncoder.encode(note, UTF_8), cookie).status());
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    String body = get("/audit/verify", cookie).body();
    while (body.contains("data-running")) {
      assertTrue(System.nanoTime() < end, body);
      body = get("/audit/verify", cookie).body();
    }
    return body;
  }

  @Test
  void theChartCountsCalls() throws Exception {
    for (int i = 0; i < 5; i++) {
      record(Integer.toHexString(i).repeat(32), "4711", i < 3 ? Outcome.OK : Outcome.REFUSED);
    }
    String body = get("/audit", signIn()).body();
    assertTrue(body.contains("aria-label='3 answered, 2 refused, 0 failed'"), body);
  }

  @Test
  void aShortTokenAndAnUnknownKeyAreRefused() throws Exception {
    Path file = folder.resolve("agent.yaml");
    Files.writeString(folder.resolve("token"), "short");
    SettingsException wrong =
        assertThrows(
            SettingsException.class,
            () -> ConsoleSettings.read(Section.parse(file, "port: 0\ntoken-file: token\n")));
    assertTrue(String.valueOf(wrong.getMessage()).contains("openssl rand"), wrong::toString);
    Files.writeString(folder.resolve("token"), TOKEN);
    assertEquals(
        8700, ConsoleSettings.read(Section.parse(file, "port: 8700\ntoken-file: token\n")).port());
    assertThrows(
        SettingsException.class,
        () ->
            ConsoleSettings.read(Section.parse(file, "port: 8700\ntoken-file: token\nhost: x\n")));
  }

  @Test
  void sessionsEndByThemselves() {
    long[] now = {0};
    Sessions sessions = new Sessions(new Secret(TOKEN), () -> now[0]);
    String id = sessions.begin();
    assertTrue(sessions.has(id));
    now[0] += Sessions.LIFE.toNanos() + 1;
    assertFalse(sessions.has(id));
    assertTrue(sessions.isToken(TOKEN));
    assertFalse(sessions.isToken(TOKEN + "x"));
    String first = sessions.begin();
    for (int i = 0; i < 32; i++) {
      sessions.begin();
    }
    assertFalse(sessions.has(first), "bounded in number");
  }
}
