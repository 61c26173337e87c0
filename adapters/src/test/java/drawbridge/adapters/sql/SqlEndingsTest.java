package drawbridge.adapters.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Answer;
import drawbridge.adapters.Call;
import drawbridge.adapters.Cancellation;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Operation;
import drawbridge.adapters.SourceCheck;
import drawbridge.adapters.TestSite;
import drawbridge.adapters.TestSite.TestAnswer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How calls end early: cancelled, late, without a database, in the middle of a change. */
@Timeout(120)
final class SqlEndingsTest {
  private static final String OPERATIONS =
      """
      - name: Sleep
        get: /sleep
        sql: select pg_sleep(60), 'ending-sleep' as t
      - name: Trickle
        get: /trickle
        sql: select i, pg_sleep(case when i < 150 then 0 else 60 end)::text as s from generate_series(1, 1000) i
      - name: Endless
        get: /endless
        sql: select generate_series(1, 2000000000) as i, repeat('x', 100) as t
      - name: One
        get: /one
        single: true
        sql: select 1 as one
      - name: Mark
        post: /mark
        sql: insert into marks select 1 from pg_sleep(:seconds)
        parameters: { seconds: { type: double, required: true } }
      - name: MarkAndDie
        post: /die
        sql: insert into marks select 1 from (select pg_terminate_backend(pg_backend_pid())) t
      - name: ReadAndDie
        get: /die
        sql: select pg_terminate_backend(pg_backend_pid())
      """;

  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init")
  private TestSite site;

  @BeforeEach
  void open() throws Exception {
    Postgres.execute("drop table if exists marks", "create table marks (id integer)");
    site = open(Postgres.url());
  }

  private TestSite open(String url) throws IOException {
    return TestSite.open(folder, "postgres", "url: \"" + url + "\"\npool: { size: 2 }", OPERATIONS);
  }

  @AfterEach
  void close() {
    site.close();
  }

  private static Call call(
      Map<String, Object> arguments, Duration time, Cancellation cancellation) {
    return new Call(arguments, System.nanoTime() + time.toNanos(), 2_000_000_000L, cancellation);
  }

  private static Fault fault(Operation operation, Call call, Answer answer) {
    return assertThrows(FaultException.class, () -> operation.action().run(call, answer)).fault();
  }

  private static Answer json() {
    return new TestAnswer(Answer.Format.JSON);
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.call()) {
      assertTrue(System.nanoTime() < end, "did not come about in 20 s");
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private static boolean runs(String part) throws Exception {
    return !Postgres.text(
            "select count(*) from pg_stat_activity where state = 'active' and application_name ="
                + " 'drawbridge' and query like '%"
                + part
                + "%'")
        .equals("0");
  }

  private CompletableFuture<Fault> start(String name, Cancellation cancellation, Answer answer) {
    CompletableFuture<Fault> ended = new CompletableFuture<>();
    Call call = call(Map.of("seconds", 60.0), Duration.ofSeconds(100), cancellation);
    Operation operation = site.operation(name);
    Thread.startVirtualThread(
        () -> {
          try {
            ended.complete(fault(operation, call, answer));
          } catch (Throwable e) {
            ended.completeExceptionally(e);
          }
        });
    return ended;
  }

  @Test
  void aCancelledStatementStopsInTheDatabase() throws Exception {
    Cancellation cancellation = new Cancellation();
    CompletableFuture<Fault> ended = start("Sleep", cancellation, json());
    await(() -> runs("ending-sleep"));
    cancellation.cancel();
    assertEquals(Fault.Code.CANCELLED, ended.get(10, TimeUnit.SECONDS).code());
    await(() -> !runs("ending-sleep"));
    assertEquals("{\"one\":1}", site.call("One").text());
  }

  @Test
  void aFetchInTheMiddleIsCancelledToo() throws Exception {
    Cancellation cancellation = new Cancellation();
    CompletableFuture<Fault> ended = start("Trickle", cancellation, json());
    // The first fetch is over at once, the second one sleeps.
    await(() -> runs("pg_sleep(case"));
    cancellation.cancel();
    assertEquals(Fault.Code.CANCELLED, ended.get(10, TimeUnit.SECONDS).code());
    await(() -> !runs("pg_sleep(case"));
  }

  @Test
  void aCancelledChangeIsNotMade() throws Exception {
    Cancellation cancellation = new Cancellation();
    CompletableFuture<Fault> ended = start("Mark", cancellation, json());
    await(() -> runs("insert into marks"));
    cancellation.cancel();
    assertEquals(Fault.Code.CANCELLED, ended.get(10, TimeUnit.SECONDS).code());
    assertEquals("0", Postgres.text("select count(*) from marks"));
  }

  @Test
  void aCallThatIsCancelledBeforeItRunsDoesNotRun() {
    Cancellation cancellation = new Cancellation();
    cancellation.cancel();
    Call call = call(Map.of("seconds", 0.0), Duration.ofSeconds(10), cancellation);
    assertEquals(Fault.Code.CANCELLED, fault(site.operation("Mark"), call, json()).code());
    assertFalse(Thread.currentThread().isInterrupted());
  }

  @Test
  void theDeadlineStopsAStatementInTime() throws Exception {
    long start = System.nanoTime();
    Call call = call(Map.of(), Duration.ofMillis(300), new Cancellation());
    assertEquals(Fault.Code.DEADLINE_EXCEEDED, fault(site.operation("Sleep"), call, json()).code());
    long took = (System.nanoTime() - start) / 1_000_000;
    assertTrue(took >= 290 && took < 10_000, took + " ms");
    await(() -> !runs("ending-sleep"));
    Call late = call(Map.of(), Duration.ofMillis(-1), new Cancellation());
    assertEquals(Fault.Code.DEADLINE_EXCEEDED, fault(site.operation("One"), late, json()).code());
    Call change = call(Map.of("seconds", 60.0), Duration.ofMillis(300), new Cancellation());
    assertEquals(
        Fault.Code.DEADLINE_EXCEEDED, fault(site.operation("Mark"), change, json()).code());
    assertEquals("0", Postgres.text("select count(*) from marks"));
  }

  @Test
  void aCallerWhoTakesNoMoreBytesEndsTheStatement() throws Exception {
    TestAnswer full =
        new TestAnswer(Answer.Format.NDJSON) {
          @Override
          protected OutputStream stream() {
            return new Bounded(200_000);
          }
        };
    Call call = call(Map.of(), Duration.ofSeconds(60), new Cancellation());
    assertEquals(Fault.Code.TOO_LARGE, fault(site.operation("Endless"), call, full).code());
    await(() -> !runs("generate_series"));
  }

  private static final class Bounded extends OutputStream {
    private long left;

    Bounded(long left) {
      this.left = left;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[1], 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      left -= length;
      if (left < 0) {
        throw new IOException("full");
      }
    }
  }

  @Test
  void aPoolThatIsFullIsBusy() throws Exception {
    Cancellation cancellation = new Cancellation();
    CompletableFuture<Fault> one = start("Sleep", cancellation, json());
    Cancellation other = new Cancellation();
    CompletableFuture<Fault> two = start("Sleep", other, json());
    await(
        () ->
            Postgres.text(
                    "select count(*) from pg_stat_activity where state = 'active' and query like"
                        + " '%ending-sleep%' and application_name = 'drawbridge'")
                .equals("2"));
    Call call = call(Map.of(), Duration.ofMillis(500), new Cancellation());
    assertEquals(Fault.Code.BUSY, fault(site.operation("One"), call, json()).code());
    Cancellation waiting = new Cancellation();
    CompletableFuture<Fault> three = start("One", waiting, json());
    waiting.cancel();
    assertEquals(Fault.Code.CANCELLED, three.get(5, TimeUnit.SECONDS).code());
    cancellation.cancel();
    other.cancel();
    one.get(10, TimeUnit.SECONDS);
    two.get(10, TimeUnit.SECONDS);
    assertEquals("{\"one\":1}", site.call("One").text());
  }

  @Test
  void aChangeWhoseConnectionBreaksHasAnUnknownOutcome() throws Exception {
    Call call = call(Map.of(), Duration.ofSeconds(30), new Cancellation());
    assertEquals(
        Fault.Code.OUTCOME_UNKNOWN, fault(site.operation("MarkAndDie"), call, json()).code());
    assertEquals(
        Fault.Code.SOURCE_UNAVAILABLE, fault(site.operation("ReadAndDie"), call, json()).code());
    assertEquals("{\"one\":1}", site.call("One").text());
  }

  /** A trigger that runs at the commit holds it up long enough to cut the connection there. */
  @Test
  void aConnectionThatBreaksDuringTheCommitLeavesTheOutcomeUnknown() throws Exception {
    site.close();
    Postgres.execute(
        "create or replace function dawdle() returns trigger language plpgsql as $$ begin perform"
            + " pg_sleep(3), 'dawdling'; return null; end $$",
        "create constraint trigger dawdle after insert on marks deferrable initially deferred for"
            + " each row execute function dawdle()");
    try (Forwarder forwarder = new Forwarder(Postgres.port())) {
      site = open("jdbc:postgresql://localhost:" + forwarder.port() + "/postgres");
      Call call = call(Map.of("seconds", 0.0), Duration.ofSeconds(30), new Cancellation());
      CompletableFuture<Fault> ended =
          CompletableFuture.supplyAsync(() -> fault(site.operation("Mark"), call, json()));
      await(
          () ->
              Postgres.text(
                      "select count(*) from pg_stat_activity where state = 'active' and query ilike"
                          + " 'commit%' and application_name = 'drawbridge'")
                  .equals("1"));
      forwarder.stop();
      assertEquals(Fault.Code.OUTCOME_UNKNOWN, ended.get(20, TimeUnit.SECONDS).code());
    } finally {
      Postgres.execute("drop function dawdle cascade");
    }
  }

  @Test
  void aReadWhoseConnectionWasLostMeanwhileRunsOnAnother() throws Exception {
    site.call("One");
    Postgres.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name ="
            + " 'drawbridge'");
    assertEquals("{\"one\":1}", site.call("One").text());
  }

  @Test
  void aDatabaseThatIsAwayIsSaidAndComesBack() throws Exception {
    site.close();
    try (Forwarder forwarder = new Forwarder(Postgres.port())) {
      forwarder.stop();
      site = open("jdbc:postgresql://localhost:" + forwarder.port() + "/postgres");
      assertFalse(site.site().sources().getFirst().available());
      Call call = call(Map.of(), Duration.ofSeconds(1), new Cancellation());
      Fault fault = fault(site.operation("One"), call, json());
      assertEquals(Fault.Code.SOURCE_UNAVAILABLE, fault.code());
      assertEquals("the source cannot be reached", fault.message());
      SourceCheck check = site.site().checkSources(Duration.ofSeconds(5)).getFirst();
      assertFalse(check.ok());
      assertEquals("the source cannot be reached", check.message());
      forwarder.start();
      assertEquals("{\"one\":1}", site.call("One").text());
      assertTrue(site.site().sources().getFirst().available());
      assertTrue(site.site().checkSources(Duration.ofSeconds(5)).getFirst().ok());
    }
  }

  @Test
  void aStatementThatTheDatabaseRefusesIsFoundByTheCheck() throws Exception {
    Postgres.execute("drop table marks");
    SourceCheck check = site.site().checkSources(Duration.ofSeconds(5)).getFirst();
    assertFalse(check.ok());
    assertEquals(2, check.details().size());
    assertTrue(check.details().getFirst().startsWith("shop/v1/Mark: "), check.toString());
  }
}
