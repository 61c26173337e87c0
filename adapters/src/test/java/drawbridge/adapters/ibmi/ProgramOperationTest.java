package drawbridge.adapters.ibmi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Answer;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Parameter;
import drawbridge.adapters.TestSite.TestAnswer;
import drawbridge.ibmi.stub.HostError;
import drawbridge.ibmi.stub.HostMessage;
import drawbridge.ibmi.stub.HostService;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs of the host as operations, through unmodified JTOpen. */
final class ProgramOperationTest {
  private static final String PRICE =
      """
      <pcml version="6.0">
        <struct name="LINE">
          <data name="SKU" type="char" length="8" usage="inherit"/>
          <data name="QTY" type="packed" length="5" precision="0" usage="inherit"/>
          <data name="PRICE" type="zoned" length="9" precision="2" usage="inherit"/>
        </struct>
        <program name="PRICE" path="/QSYS.LIB/SHOP.LIB/PRICE.PGM">
          <data name="CUSTOMER" type="char" length="10" usage="input"/>
          <data name="N" type="int" length="4" precision="31" usage="inputoutput"/>
          <data name="LINES" type="struct" struct="LINE" count="N" usage="inputoutput"/>
          <data name="TOTAL" type="packed" length="15" precision="2" usage="inputoutput"/>
        </program>
        <program name="DOUBLE" path="/QSYS.LIB/SHOP.LIB/MATHS.SRVPGM" entrypoint="double" returnvalue="integer">
          <data name="VALUE" type="int" length="4" usage="input" passby="value"/>
          <data name="WORD" type="char" length="5" usage="output"/>
        </program>
      </pcml>
      """;

  private static final String OPERATIONS =
      """
      - name: Price
        post: /prices/{customer}
        program:
          pcml: ../price.pcml
          entry: PRICE
          fields:
            LINES: { most: 10 }
            LINES.PRICE: { usage: output }
            TOTAL: { usage: output, name: sum }
        parameters:
          customer: { type: string, in: path }
        messages:
          USR0001: { fault: not-found, say: There is no such customer. }
          USR0002: { fault: conflict, text: true }
      - name: Twice
        get: /twice
        safe: true
        program: { pcml: ../price.pcml, entry: DOUBLE }
      - name: SafePrice
        post: /safe
        safe: true
        end-job: true
        program: { pcml: ../price.pcml, entry: PRICE, fields: { LINES: { most: 10 }, TOTAL: { usage: output } } }
      """;

  private static final String BODY =
      "{\"lines\":[{\"sku\":\"A-1\",\"qty\":3},{\"sku\":\"B-2\",\"qty\":\"2\"}]}";

  @TempDir Path folder;
  private TestHost host;
  private HostSite site;

  @BeforeEach
  void start() throws Exception {
    host = TestHost.start(folder);
    Files.writeString(folder.resolve("price.pcml"), PRICE);
    host.host()
        .program(
            "SHOP",
            "PRICE",
            p -> {
              int lines = p.int4(1, 0);
              BigDecimal total = BigDecimal.ZERO;
              for (int i = 0; i < lines; i++) {
                BigDecimal price = new BigDecimal("10.50");
                total = total.add(price.multiply(p.packed(2, i * 20 + 8, 5, 0)));
                p.zoned(2, i * 20 + 11, 9, 2, price);
              }
              p.packed(3, 0, 15, 2, total);
              switch (p.text(0, 0, 10).strip()) {
                case "NOBODY" -> throw HostError.of("USR0001", 40, "Customer NOBODY is not there.");
                case "SHORT" ->
                    throw new HostError(
                        List.of(
                            HostMessage.of("USR0003", 30, HostMessage.ESCAPE, "Stock is short.")
                                .withHelp("Cause: 5 of 12 are there.")));
                case "LOCKED" -> throw HostError.of("USR0002", 40, "Customer is locked.");
                case "RECORD" -> throw HostError.of("CPF5027", 40, "Record 5 in use.");
                case "DECIMAL" -> throw HostError.of("MCH1202", 40, "Decimal data error.");
                case "OBJECT" -> throw HostError.of("MCH5802", 40, "Lock not granted.");
                case "MISSING" -> throw HostError.of("CPF9801", 40, "Object X in Y not found.");
                case "DENIED" -> throw HostError.of("CPF9802", 40, "Not authorized to X in Y.");
                case "CRASH" -> throw HostError.of("CPF9999", 40, "Function check.");
                case "LIES" -> p.int4(1, 0, 11);
                case "BLANKS" ->
                    p.put(3, new byte[] {0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40});
                default -> {}
              }
            });
    site = HostSite.open(folder, host, "", OPERATIONS);
  }

  @AfterEach
  void stop() {
    site.close();
    host.close();
  }

  @Test
  void aProgramIsAnOperationThatTakesAndGivesJson() throws Exception {
    StringBuilder jobs = new StringBuilder();
    TestAnswer answer =
        new TestAnswer(Answer.Format.JSON) {
          @Override
          public void servedBy(String job) {
            jobs.append(job);
          }
        };
    site.call("Price", answer, Duration.ofSeconds(30), BODY, "customer", "ACME");
    assertEquals(
        "{\"lines\":[{\"sku\":\"A-1\",\"qty\":3,\"price\":10.50},"
            + "{\"sku\":\"B-2\",\"qty\":2,\"price\":10.50}],\"sum\":52.50}",
        answer.text());
    assertTrue(jobs.toString().matches("\\d{6}/QUSER/QZRCSRVS"), jobs.toString());
    assertEquals(Parameter.In.PATH, site.operation("Price").parameters().getFirst().in());
    assertFalse(site.operation("Price").safe());
    assertTrue(site.operation("Price").single());
  }

  @Test
  void aProcedureTakesValuesAndReturnsOne() throws Exception {
    host.host()
        .procedure(
            "SHOP",
            "MATHS",
            "double",
            p -> {
              p.int4(0, 0, 2 * p.int4(1, 0));
              p.text(2, 0, 5, "done");
            });
    assertEquals("{\"word\":\"done\",\"result\":42}", site.call("Twice", "", "value", "21").text());
  }

  @Test
  void theHostsMessagesMeanWhatTheFileSaysAndNothingElseGetsOut() throws Exception {
    Fault nobody = site.fault("Price", BODY, "customer", "NOBODY");
    assertEquals(Fault.Code.NOT_FOUND, nobody.code());
    assertEquals("There is no such customer.", nobody.message());
    Fault locked = site.fault("Price", BODY, "customer", "LOCKED");
    assertEquals(Fault.Code.CONFLICT, locked.code());
    assertEquals("Customer is locked.", locked.message());
    assertEquals(Fault.Reason.OBJECT_NOT_FOUND, site.fault("Twice", "", "value", "1").reason());
  }

  @Test
  void theLogHasAllThatAMessageSays() throws Exception {
    List<String> said = new CopyOnWriteArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            said.add(String.valueOf(record.getMessage()));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger(HostAction.class.getName());
    logger.addHandler(handler);
    try {
      Fault fault = site.fault("Price", BODY, "customer", "SHORT");
      assertFalse(fault.message().contains("Stock") || fault.message().contains("Cause"));
    } finally {
      logger.removeHandler(handler);
    }
    assertEquals(1, said.size(), said::toString);
    assertTrue(
        said.getFirst()
            .matches(
                "host/v1/Price: job \\d{6}/QUSER/QZRCSRVS says: USR0003 severity 30 program \\S+"
                    + " statement \\S+ Stock is short\\. \\(Cause: 5 of 12 are there\\.\\)"),
        said.getFirst());
  }

  @Test
  void eachKindOfFailureOnTheHostIsItsOwnFault() throws Exception {
    String safe =
        BODY.replace("{\"lines\"", "{\"customer\":\"%s\",\"lines\"")
            .replace("\"qty\":3", "\"qty\":3,\"price\":1")
            .replace("\"qty\":\"2\"", "\"qty\":2,\"price\":1");
    Map<String, Fault.Reason> kinds =
        Map.of(
            "MISSING", Fault.Reason.OBJECT_NOT_FOUND,
            "DENIED", Fault.Reason.NO_AUTHORITY,
            "OBJECT", Fault.Reason.OBJECT_LOCKED,
            "RECORD", Fault.Reason.RECORD_LOCKED,
            "DECIMAL", Fault.Reason.DECIMAL_DATA,
            "CRASH", Fault.Reason.PROGRAM_ENDED);
    Set<String> sentences = new HashSet<>();
    for (Map.Entry<String, Fault.Reason> kind : kinds.entrySet()) {
      // Nobody has said what these leave behind, so nothing invites to send them again.
      Fault unsafe = site.fault("Price", BODY, "customer", kind.getKey());
      assertEquals(Fault.Code.OUTCOME_UNKNOWN, unsafe.code(), kind.getKey());
      assertEquals(kind.getValue(), unsafe.reason());
      Fault fault = site.fault("SafePrice", safe.formatted(kind.getKey()));
      assertEquals(kind.getValue(), fault.reason());
      assertEquals(
          kind.getKey().equals("OBJECT") || kind.getKey().equals("RECORD")
              ? Fault.Code.CONFLICT
              : Fault.Code.SOURCE_ERROR,
          fault.code(),
          kind.getKey());
      assertTrue(sentences.add(fault.message()), "a sentence of its own");
      assertFalse(fault.message().matches(".*(MCH|CPF| X | Y).*"), fault.message());
    }
  }

  @Test
  void anAnswerThatIsNoneIsNeverHandedOver() throws Exception {
    assertEquals(Fault.Code.OUTCOME_UNKNOWN, site.fault("Price", BODY, "customer", "LIES").code());
    assertEquals(
        Fault.Code.OUTCOME_UNKNOWN, site.fault("Price", BODY, "customer", "BLANKS").code());
  }

  @Test
  void whatIsWrongIsToldBeforeAnythingIsSent() throws Exception {
    long before = host.host().requests(HostService.COMMAND, 0x1003);
    Fault fault =
        site.fault("Price", "{\"lines\":[{\"sku\":\"A\",\"qty\":1.5}]}", "customer", "ACME");
    assertEquals(Fault.Code.INVALID_ARGUMENT, fault.code());
    assertEquals("lines[0].qty", fault.parameter());
    assertEquals(before, host.host().requests(HostService.COMMAND, 0x1003));
  }

  @Test
  void aProgramThatTakesTooLongIsCutOffAndItsOutcomeUnknown() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger calls = new AtomicInteger();
    host.host()
        .program(
            "SHOP",
            "PRICE",
            p -> {
              calls.incrementAndGet();
              if (!release.await(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("never released");
              }
              p.packed(3, 0, 15, 2, BigDecimal.ONE);
            });
    long start = System.nanoTime();
    TestAnswer answer = new TestAnswer(Answer.Format.JSON);
    FaultException e =
        org.junit.jupiter.api.Assertions.assertThrows(
            FaultException.class,
            () -> site.call("Price", answer, Duration.ofSeconds(2), BODY, "customer", "SLOW"));
    assertEquals(Fault.Code.OUTCOME_UNKNOWN, e.fault().code());
    assertTrue(System.nanoTime() - start < 15_000_000_000L);
    assertEquals(1, calls.get());
    release.countDown();
    site.call("Price", "{\"lines\":[]}", "customer", "NEXT");
    assertEquals(2, calls.get(), "nothing was called again in between");
  }

  @Test
  void whereAllowedTheHostJobIsEnded() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    host.host()
        .program(
            "SHOP",
            "PRICE",
            p -> {
              if (!release.await(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("never released");
              }
            });
    host.host()
        .command(
            "ENDJOB",
            (job, text) -> {
              if (text.matches("ENDJOB JOB\\(\\d{6}/QUSER/QZRCSRVS\\) OPTION\\(\\*IMMED\\)")) {
                ended.countDown();
              }
              return java.util.List.of();
            });
    String body = "{\"customer\":\"X\",\"lines\":[]}";
    FaultException e =
        org.junit.jupiter.api.Assertions.assertThrows(
            FaultException.class,
            () ->
                site.call(
                    "SafePrice", new TestAnswer(Answer.Format.JSON), Duration.ofSeconds(2), body));
    assertEquals(Fault.Code.DEADLINE_EXCEEDED, e.fault().code(), "a safe one says what it was");
    assertTrue(ended.await(20, TimeUnit.SECONDS));
    release.countDown();
  }
}
