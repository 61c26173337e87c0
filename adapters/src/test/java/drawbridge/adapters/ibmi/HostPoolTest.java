package drawbridge.adapters.ibmi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ibm.as400.access.AS400;
import com.ibm.as400.access.CommandCall;
import com.ibm.as400.access.ProgramCall;
import com.ibm.as400.access.ProgramParameter;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.ibmi.stub.Faults;
import drawbridge.ibmi.stub.HostService;
import drawbridge.ibmi.stub.HostSettings;
import drawbridge.ibmi.stub.Job;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HostPoolTest {
  @TempDir private Path folder;

  private static Fault fault(HostPool pool, int millis) {
    return assertThrows(FaultException.class, () -> pool.borrow(TestHost.in(millis))).fault();
  }

  private static boolean hello(AS400 system) throws Exception {
    return new ProgramCall(system, "/QSYS.LIB/SHOP.LIB/HELLO.PGM", new ProgramParameter[0]).run();
  }

  @Test
  void aConnectionIsUsedAgainAndItsJobHasAName() throws Exception {
    try (TestHost host = TestHost.start(folder);
        HostPool pool = host.pool("")) {
      AS400 first;
      String name;
      try (HostJob job = pool.borrow(TestHost.in(10_000))) {
        first = job.system();
        name = job.jobName();
        assertTrue(host.host().jobs().stream().anyMatch(each -> each.name().equals(name)));
      }
      try (HostJob job = pool.borrow(TestHost.in(10_000))) {
        assertSame(first, job.system());
        assertEquals(name, job.jobName());
        job.poison();
      }
      try (HostJob job = pool.borrow(TestHost.in(10_000))) {
        assertNotEquals(name, job.jobName());
      }
      assertEquals(1, pool.size());
      TestHost.await(
          "the poisoned one is gone", () -> host.host().connections(HostService.COMMAND) == 1);
    }
  }

  @Test
  void everyJobHasTheLibraryListOfTheSource() throws Exception {
    try (TestHost host = TestHost.start(folder)) {
      host.host().program("SHOP", "HELLO", parameters -> {});
      try (HostPool pool = host.pool("libraries: [SHOP, QGPL]\ncurrent-library: SHOP\n");
          HostJob job = pool.borrow(TestHost.in(10_000))) {
        assertTrue(
            new ProgramCall(job.system(), "/QSYS.LIB/%LIBL%.LIB/HELLO.PGM", new ProgramParameter[0])
                .run());
      }
      try (HostPool pool = host.pool("libraries: [NOWHERE]\n")) {
        Fault fault = fault(pool, 10_000);
        assertEquals(Fault.Code.SOURCE_UNAVAILABLE, fault.code());
        assertEquals("the source cannot be made ready", fault.message());
        assertTrue(
            String.valueOf(fault.cause()).contains("CPF2110"), String.valueOf(fault.cause()));
      }
    }
  }

  @Test
  void aJobDescriptionGivesLibrariesAndAccountingCode() throws Exception {
    try (TestHost host = TestHost.start(folder)) {
      host.host().library("TOOLS");
      host.host().jobDescription("SHOP", "BRIDGE", List.of("TOOLS", "QGPL"), "DRAWBRIDGE");
      try (HostPool pool = host.pool("job-description: SHOP/BRIDGE\n");
          HostJob job = pool.borrow(TestHost.in(10_000))) {
        Job seen =
            host.host().jobs().stream()
                .filter(each -> each.name().equals(job.jobName()))
                .findFirst()
                .orElseThrow();
        assertEquals(List.of("TOOLS", "QGPL"), seen.libraries());
        assertEquals("DRAWBRIDGE", seen.attributes().get("ACGCDE"));
      }
      try (HostPool pool = host.pool("job-description: SHOP/NOTHING\n")) {
        assertEquals("the source cannot be made ready", fault(pool, 10_000).message());
      }
    }
  }

  @Test
  void aRefusedPasswordIsTriedOnceHoweverManyAsk() throws Exception {
    try (TestHost host = TestHost.start(folder);
        HostPool pool = host.pool("")) {
      Files.writeString(host.passwordFile(), "wrong\n");
      List<Future<Fault>> faults = new ArrayList<>();
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < 50; i++) {
          faults.add(threads.submit(() -> fault(pool, 10_000)));
        }
      }
      for (Future<Fault> each : faults) {
        Fault fault = each.get();
        assertEquals(Fault.Code.SOURCE_UNAVAILABLE, fault.code());
        assertEquals("the source refused the sign-in", fault.message());
        assertTrue(
            String.valueOf(fault.cause()).contains(host.passwordFile().toString()),
            String.valueOf(fault.cause()));
      }
      assertEquals(1, attempts(host));
      // Nor by another pool, as a reloaded site opens one.
      try (HostPool other = host.pool("")) {
        fault(other, 10_000);
      }
      assertEquals(1, attempts(host));
    }
  }

  /** How often a password was shown to the sign-on server. */
  private static int attempts(TestHost host) {
    return (int) host.host().requests(HostService.SIGN_ON, 0x7004);
  }

  @Test
  void aMendedPasswordFileIsNoticedByItself() throws Exception {
    try (TestHost host = TestHost.start(folder);
        HostPool pool = host.pool("")) {
      Files.writeString(host.passwordFile(), "wrong\n");
      fault(pool, 10_000);
      fault(pool, 10_000);
      assertEquals(1, attempts(host));
      assertTrue(pool.failure().isPresent());
      Files.writeString(host.passwordFile(), "s3cret\n");
      TestHost.await("signed on again", () -> pool.failure().isEmpty());
      assertEquals(2, attempts(host));
      try (HostJob job = pool.borrow(TestHost.in(10_000))) {
        assertTrue(job.system().isConnected(AS400.COMMAND));
      }
    }
  }

  @Test
  void aSilentServerIsGivenUpInTime() throws Exception {
    for (int request : new int[] {0x7003, 0x7004, 0x7001}) {
      try (TestHost host = TestHost.start(folder, HostSettings.builder());
          HostPool pool = host.pool("pool: { connect: 500ms }\n")) {
        HostService service = request == 0x7001 ? HostService.COMMAND : HostService.SIGN_ON;
        host.host().faults().next(service, request, 100, drawbridge.ibmi.stub.Fault.silence());
        long start = System.nanoTime();
        Fault fault = fault(pool, 2_000);
        assertEquals("the source does not answer in time", fault.message());
        assertTrue(System.nanoTime() - start < Duration.ofSeconds(3).toNanos());
        TestHost.await("the socket is closed", () -> host.host().connections(service) == 0);
        host.host().faults().clear();
        try (HostJob job = pool.borrow(TestHost.in(10_000))) {
          assertFalse(job.ended());
        }
      }
    }
  }

  @Test
  void aShortOutageIsAPause() throws Exception {
    try (TestHost host = TestHost.start(folder);
        HostPool pool = host.pool("")) {
      host.host()
          .faults()
          .next(HostService.SIGN_ON, 0x7003, 3, drawbridge.ibmi.stub.Fault.dropRequest());
      try (HostJob job = pool.borrow(TestHost.in(10_000))) {
        assertFalse(job.ended());
      }
      assertEquals(4, host.host().requests(HostService.SIGN_ON, 0x7003));
      assertTrue(pool.failure().isEmpty());
    }
  }

  @Test
  void atTheDeadlineTheSocketEnds() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try (TestHost host = TestHost.start(folder);
        HostPool pool = host.pool("pool: { size: 1 }\n");
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      host.host().program("SHOP", "HANGS", parameters -> never.await());
      host.host().program("SHOP", "HELLO", parameters -> {});
      long start = System.nanoTime();
      Future<Boolean> ended =
          threads.submit(
              () -> {
                try {
                  return hangs(pool, TestHost.in(700), new ArrayList<>());
                } finally {
                  assertFalse(Thread.currentThread().isInterrupted());
                }
              });
      assertTrue(ended.get(20, TimeUnit.SECONDS));
      assertTrue(System.nanoTime() - start < Duration.ofSeconds(5).toNanos());
      try (HostJob job = pool.borrow(TestHost.in(10_000))) {
        assertTrue(hello(job.system()));
      }
      assertEquals(1, pool.size());
      never.countDown();
    }
  }

  /** Of a connection that is lent again and again: each call has its own, whichever was first. */
  @Test
  void everyCallOfAConnectionEndsAtItsOwnDeadline() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try (TestHost host = TestHost.start(folder);
        HostPool pool = host.pool("pool: { size: 1 }\n");
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      host.host().program("SHOP", "HANGS", parameters -> never.await());
      List<String> names = new ArrayList<>();
      long early = TestHost.in(600);
      try (HostJob job = pool.borrow(early)) {
        names.add(job.jobName());
      }
      // The deadline of the first, which is over, ends nothing of the second.
      try (HostJob job = pool.borrow(TestHost.in(60_000))) {
        names.add(job.jobName());
        TestHost.await("the first deadline is past", () -> System.nanoTime() - early > 300_000_000);
        assertFalse(job.ended());
      }
      // A deadline that is sooner than that of the one before.
      long start = System.nanoTime();
      assertTrue(
          threads.submit(() -> hangs(pool, TestHost.in(700), names)).get(20, TimeUnit.SECONDS));
      long took = System.nanoTime() - start;
      assertTrue(took > Duration.ofMillis(600).toNanos(), "too soon: " + took);
      assertTrue(took < Duration.ofSeconds(5).toNanos(), "too late: " + took);
      assertEquals(1, names.stream().distinct().count(), "connections: " + names);
      never.countDown();
    }
  }

  private static boolean hangs(HostPool pool, long deadline, List<String> names)
      throws FaultException {
    try (HostJob job = pool.borrow(deadline)) {
      names.add(job.jobName());
      assertThrows(
          Exception.class,
          () ->
              new ProgramCall(job.system(), "/QSYS.LIB/SHOP.LIB/HANGS.PGM", new ProgramParameter[0])
                  .run());
      return job.ended();
    }
  }

  @Test
  void aDeadConnectionIsNotLent() throws Exception {
    try (TestHost host = TestHost.start(folder);
        HostPool pool = host.pool("")) {
      host.host().program("SHOP", "HELLO", parameters -> {});
      String name;
      try (HostJob job = pool.borrow(TestHost.in(10_000))) {
        name = job.jobName();
      }
      host.host().drop(HostService.COMMAND);
      TestHost.await("dropped", () -> host.host().connections(HostService.COMMAND) == 0);
      long fresh = TestHost.in(1_100);
      TestHost.await("not fresh any more", () -> System.nanoTime() - fresh > 0);
      try (HostJob job = pool.borrow(TestHost.in(10_000))) {
        assertNotEquals(name, job.jobName());
        assertTrue(hello(job.system()));
      }
      assertEquals(1, pool.size());
    }
  }

  @Test
  void thePoolIsBoundedAndSaysSo() throws Exception {
    try (TestHost host = TestHost.start(folder);
        HostPool pool = host.pool("pool: { size: 2 }\n");
        HostJob one = pool.borrow(TestHost.in(10_000));
        HostJob two = pool.borrow(TestHost.in(10_000))) {
      assertNotEquals(one.jobName(), two.jobName());
      assertEquals(Fault.Code.BUSY, fault(pool, 300).code());
      assertEquals(2, host.host().connections(HostService.COMMAND));
    }
  }

  @Test
  void connectionsGrowOldAndEnd() throws Exception {
    try (TestHost host = TestHost.start(folder);
        HostPool pool = host.pool("pool: { idle: 100ms }\n")) {
      pool.borrow(TestHost.in(10_000)).close();
      TestHost.await("idle ones end", () -> host.host().connections(HostService.COMMAND) == 0);
      assertEquals(0, pool.size());
    }
    try (TestHost host = TestHost.start(folder, HostSettings.builder());
        HostPool pool = host.pool("pool: { age: 1ms }\n")) {
      pool.borrow(TestHost.in(10_000)).close();
      TestHost.await("old ones end", () -> host.host().connections(HostService.COMMAND) == 0);
    }
  }

  @Test
  void aSlowCallHoldsUpNobodyElse() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    try (TestHost host = TestHost.start(folder);
        HostPool pool = host.pool("");
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      host.host().program("SHOP", "WAITS", parameters -> release.await());
      host.host().program("SHOP", "HELLO", parameters -> {});
      Future<Boolean> slow =
          threads.submit(
              () -> {
                try (HostJob job = pool.borrow(TestHost.in(30_000))) {
                  return new ProgramCall(
                          job.system(), "/QSYS.LIB/SHOP.LIB/WAITS.PGM", new ProgramParameter[0])
                      .run();
                }
              });
      TestHost.await(
          "the slow one runs", () -> host.host().requests(HostService.COMMAND, 0x1003) == 1);
      for (int i = 0; i < 20; i++) {
        try (HostJob job = pool.borrow(TestHost.in(10_000))) {
          assertTrue(hello(job.system()));
        }
      }
      assertFalse(slow.isDone());
      release.countDown();
      assertTrue(slow.get(20, TimeUnit.SECONDS));
    }
  }

  /** Long with {@code -Ddrawbridge.long=true}: five minutes. */
  @Test
  void manyCallersAndFaultsLeakNothing() throws Exception {
    Duration time =
        Boolean.getBoolean("drawbridge.long") ? Duration.ofMinutes(5) : Duration.ofSeconds(4);
    try (TestHost host = TestHost.start(folder);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      host.host().program("SHOP", "HELLO", parameters -> {});
      Faults faults = host.host().faults();
      faults
          .sometimes(HostService.COMMAND, 0x1003, 0.01, 1, drawbridge.ibmi.stub.Fault.dropReply())
          .sometimes(HostService.COMMAND, 0x1003, 0.01, 2, drawbridge.ibmi.stub.Fault.dropRequest())
          .sometimes(HostService.COMMAND, 0x1003, 0.01, 3, drawbridge.ibmi.stub.Fault.partial())
          .sometimes(HostService.COMMAND, 0x1003, 0.01, 4, drawbridge.ibmi.stub.Fault.garbage())
          .sometimes(HostService.COMMAND, 0x1003, 0.002, 5, drawbridge.ibmi.stub.Fault.silence())
          .sometimes(
              HostService.COMMAND,
              Faults.ANY,
              0.01,
              6,
              drawbridge.ibmi.stub.Fault.delay(Duration.ofMillis(20)))
          .sometimes(
              HostService.SIGN_ON, Faults.ANY, 0.01, 7, drawbridge.ibmi.stub.Fault.dropReply());
      AtomicInteger good = new AtomicInteger();
      AtomicInteger bad = new AtomicInteger();
      try (HostPool pool = host.pool("pool: { size: 16, connect: 2s }\n")) {
        long end = System.nanoTime() + time.toNanos();
        List<Future<?>> callers = new ArrayList<>();
        for (int n = 0; n < 64; n++) {
          Random random = new Random(n);
          callers.add(
              threads.submit(
                  () -> {
                    while (end - System.nanoTime() > 0) {
                      try (HostJob job = pool.borrow(TestHost.in(500 + random.nextInt(1000)))) {
                        try {
                          if (hello(job.system())) {
                            good.incrementAndGet();
                          }
                        } catch (Exception e) {
                          job.poison();
                          bad.incrementAndGet();
                        }
                      } catch (FaultException e) {
                        bad.incrementAndGet();
                      }
                    }
                    return null;
                  }));
        }
        for (Future<?> caller : callers) {
          caller.get(time.toSeconds() + 30, TimeUnit.SECONDS);
        }
        faults.clear();
        try (HostJob job = pool.borrow(TestHost.in(10_000))) {
          assertTrue(hello(job.system()));
        }
        assertTrue(pool.size() <= 16, () -> "pool holds " + pool.size());
        TestHost.await(
            "the host has as many connections as the pool",
            () -> host.host().connections(HostService.COMMAND) == pool.size());
      }
      TestHost.await("no connection is left", () -> host.host().jobs().isEmpty());
      TestHost.await(
          "no thread is left",
          () -> Thread.getAllStackTraces().keySet().stream().noneMatch(HostPoolTest::ofPool));
      assertTrue(good.get() > 200, () -> good + " went well");
      assertTrue(bad.get() > 10, () -> bad + " went wrong");
    }
  }

  private static boolean ofPool(Thread thread) {
    return thread.getName().startsWith("ibmi-");
  }

  @Test
  void theDaysOfThePasswordAreKnown() throws Exception {
    try (TestHost host = TestHost.start(folder);
        HostPool pool = host.pool("")) {
      pool.borrow(TestHost.in(10_000)).close();
      assertTrue(pool.passwordDays().isEmpty());
    }
  }

  @Test
  void aJobsStateIsThatOfTheSourceAgain() throws Exception {
    try (TestHost host = TestHost.start(folder);
        HostPool pool = host.pool("pool: { size: 1 }\n")) {
      host.host().library("OTHER");
      try (HostJob job = pool.borrow(TestHost.in(10_000))) {
        assertTrue(new CommandCall(job.system()).run("ADDLIBLE LIB(OTHER)"));
        job.poison();
      }
      try (HostJob job = pool.borrow(TestHost.in(10_000))) {
        assertTrue(new CommandCall(job.system()).run("ADDLIBLE LIB(OTHER)"));
      }
    }
  }
}
