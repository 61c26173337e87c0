package drawbridge.adapters.ibmi;

import static drawbridge.ibmi.stub.Fault.delay;
import static drawbridge.ibmi.stub.Fault.dropReply;
import static drawbridge.ibmi.stub.Fault.dropRequest;
import static drawbridge.ibmi.stub.Fault.garbage;
import static drawbridge.ibmi.stub.Fault.partial;
import static drawbridge.ibmi.stub.Fault.silence;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Answer;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.TestSite.TestAnswer;
import drawbridge.ibmi.stub.DataQueue;
import drawbridge.ibmi.stub.Faults;
import drawbridge.ibmi.stub.HostService;
import drawbridge.ibmi.stub.HostSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * 64 callers of a program, a queue and a table while connections break, hang and lie; five minutes
 * with {@code -Ddrawbridge.long=true}, some seconds else. Nothing may be left behind, and what the
 * bridge says of each change must be true.
 */
@Timeout(900)
final class HostLoadTest {
  private static final int CALLERS = 64;
  private static final int POOL = 12;

  private static final String OPERATIONS =
      """
      - { name: Hello, get: /hello, safe: true, program: { pcml: ../hello.pcml } }
      - { name: Send, post: /orders, data-queue: { library: SHOP, name: ORDERS, do: send } }
      - name: Add
        post: /rows
        sql: insert into ORDERS (ID) values (:id)
        parameters: { id: { type: integer, required: true } }
      - name: Find
        get: /rows
        sql: select ID from ORDERS where ID < 10
      """;

  @TempDir private Path folder;

  /** What callers were told of the changes that they asked for. */
  private static final class Told {
    final Set<Integer> done = ConcurrentHashMap.newKeySet();
    final Set<Integer> unknown = ConcurrentHashMap.newKeySet();
    final Set<Integer> refused = ConcurrentHashMap.newKeySet();
    final Map<Fault.Code, LongAdder> faults = new ConcurrentHashMap<>();
  }

  @Test
  void nothingIsLeftBehindAndEveryOutcomeIsTrue() throws Exception {
    Duration time =
        Boolean.getBoolean("drawbridge.long") ? Duration.ofMinutes(5) : Duration.ofSeconds(6);
    String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";MODE=DB2";
    Files.writeString(
        folder.resolve("hello.pcml"),
        """
        <pcml version="6.0">
          <program name="HELLO" path="/QSYS.LIB/SHOP.LIB/HELLO.PGM">
            <data name="NAME" type="char" length="10" usage="input"/>
            <data name="WORD" type="char" length="20" usage="output"/>
          </program>
        </pcml>
        """);
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    try (Connection behind = DriverManager.getConnection(url)) {
      try (Statement statement = behind.createStatement()) {
        statement.execute("create schema SHOP");
        statement.execute("create table SHOP.ORDERS(ID integer primary key)");
      }
      try (TestHost host = TestHost.start(folder, HostSettings.builder().database(url))) {
        host.host()
            .program("SHOP", "HELLO", p -> p.text(1, 0, 20, "Hello " + p.text(0, 0, 10).strip()));
        DataQueue orders =
            host.host().dataQueue("SHOP", "ORDERS", DataQueue.Order.FIFO, 100, 0, false);
        Told sends = new Told();
        Told rows = new Told();
        AtomicInteger reads = new AtomicInteger();
        try (HostSite site =
            HostSite.open(
                folder,
                host,
                "libraries: [SHOP]\npool: { size: %1$d, connect: 2s }\ndatabase: { size: %1$d }\n"
                    .formatted(POOL),
                OPERATIONS)) {
          misbehave(host.host().faults());
          load(site, time, sends, rows, reads);
          host.host().faults().clear();
          assertTrue(site.call("Hello", "", "name", "Ann").text().contains("Hello Ann"));
          assertTrue(site.call("Find", "").text().startsWith("{\"value\":["));
          assertTrue(host.host().connections(HostService.DATA_QUEUE) <= POOL);
        }
        TestHost.await("no job is left", () -> host.host().jobs().isEmpty());
        for (HostService service :
            List.of(
                HostService.SIGN_ON,
                HostService.COMMAND,
                HostService.DATA_QUEUE,
                HostService.DATABASE)) {
          TestHost.await(
              "no connection is left to " + service, () -> host.host().connections(service) == 0);
        }
        TestHost.await("no thread is left", () -> noneBut(before));
        told(sends, rows, reads);
        int depth = orders.depth();
        assertTrue(
            depth >= sends.done.size() && depth <= sends.done.size() + sends.unknown.size(),
            () -> depth + " entries, " + sends.done.size() + " done");
        outcomes(behind, rows);
      }
    }
  }

  /** Threads of pools, but those that were there before, which other tests have left. */
  private static boolean noneBut(Set<Thread> before) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> !before.contains(thread))
        .map(Thread::getName)
        .noneMatch(
            name ->
                name.startsWith("ibmi-")
                    || name.startsWith("main:")
                    || name.startsWith("main connection"));
  }

  private static void misbehave(Faults faults) {
    for (HostService service :
        List.of(HostService.COMMAND, HostService.DATA_QUEUE, HostService.DATABASE)) {
      faults
          .sometimes(service, Faults.ANY, 0.004, 1, dropReply())
          .sometimes(service, Faults.ANY, 0.004, 2, dropRequest())
          .sometimes(service, Faults.ANY, 0.004, 3, partial())
          .sometimes(service, Faults.ANY, 0.002, 4, garbage())
          .sometimes(service, Faults.ANY, 0.001, 5, silence())
          .sometimes(service, Faults.ANY, 0.01, 6, delay(Duration.ofMillis(20)));
    }
    faults.sometimes(HostService.SIGN_ON, Faults.ANY, 0.01, 7, dropReply());
  }

  private static void load(HostSite site, Duration time, Told sends, Told rows, AtomicInteger reads)
      throws Exception {
    AtomicInteger ids = new AtomicInteger();
    long end = System.nanoTime() + time.toNanos();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> callers = new ArrayList<>();
      for (int n = 0; n < CALLERS; n++) {
        int caller = n;
        callers.add(
            threads.submit(
                () -> {
                  for (int i = caller; end - System.nanoTime() > 0; i++) {
                    int id = ids.incrementAndGet();
                    switch (i % 4) {
                      case 0 -> change(site, "Send", id, "{\"entry\":\"" + id + "\"}", sends);
                      case 1 -> change(site, "Add", id, "{\"id\":" + id + "}", rows);
                      case 2 -> read(site, reads, "Hello", "name", "Ann");
                      default -> read(site, reads, "Find");
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> caller : callers) {
        caller.get(time.toSeconds() + 60, TimeUnit.SECONDS);
      }
    }
  }

  private static TestAnswer call(HostSite site, String name, String body, String... values)
      throws Exception {
    return site.call(name, new TestAnswer(Answer.Format.JSON), Duration.ofSeconds(2), body, values);
  }

  private static void change(HostSite site, String name, int id, String body, Told told)
      throws Exception {
    try {
      call(site, name, body);
      told.done.add(id);
    } catch (FaultException e) {
      Fault.Code code = e.fault().code();
      told.faults.computeIfAbsent(code, c -> new LongAdder()).increment();
      (code == Fault.Code.OUTCOME_UNKNOWN ? told.unknown : told.refused).add(id);
    }
  }

  private static void read(HostSite site, AtomicInteger reads, String name, String... values)
      throws Exception {
    try {
      call(site, name, "", values);
      reads.incrementAndGet();
    } catch (FaultException e) {
      assertTrue(
          e.fault().code() != Fault.Code.OUTCOME_UNKNOWN, "a read changes nothing, so it is safe");
    }
  }

  /** Enough of everything, so that the rest means something. */
  private static void told(Told sends, Told rows, AtomicInteger reads) {
    String all =
        "%d sent (%s), %d added (%s), %d read"
            .formatted(sends.done.size(), sends.faults, rows.done.size(), rows.faults, reads.get());
    System.getLogger(HostLoadTest.class.getName()).log(System.Logger.Level.INFO, all);
    assertTrue(sends.done.size() > 10 && rows.done.size() > 10 && reads.get() > 20, all);
    assertTrue(sends.faults.size() + rows.faults.size() > 0, all);
  }

  /** Each row that was said to be there is, and none that was said not to be. */
  private static void outcomes(Connection behind, Told rows) throws Exception {
    Set<Integer> there = ConcurrentHashMap.newKeySet();
    try (Statement statement = behind.createStatement();
        ResultSet found = statement.executeQuery("select ID from SHOP.ORDERS")) {
      while (found.next()) {
        there.add(found.getInt(1));
      }
    }
    assertEquals(Set.of(), minus(rows.done, there), "said to be done, and is not");
    assertEquals(Set.of(), minus(there, rows.done, rows.unknown), "done, and said not to be");
  }

  @SafeVarargs
  private static Set<Integer> minus(Set<Integer> all, Set<Integer>... others) {
    Set<Integer> left = ConcurrentHashMap.newKeySet();
    left.addAll(all);
    for (Set<Integer> other : others) {
      left.removeAll(other);
    }
    return left;
  }
}
