package drawbridge.acceptance.faults;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import drawbridge.acceptance.ClassCaches;
import drawbridge.acceptance.Pem;
import drawbridge.acceptance.Stack;
import drawbridge.acceptance.StackPlan;
import drawbridge.settings.Program;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drawbridge bench faults}: each fault under load, and an account of every call. */
@Command(
    name = "faults",
    mixinStandardHelpOptions = true,
    description = "Breaks things under load, and accounts for every call. Exits 1 if one is wrong.")
public final class BenchFaults implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int WARM_UP_S = 10;

  @Option(names = "--json", description = "print a JSON line for each fault, and nothing else")
  private boolean json;

  @Option(
      names = "--fault",
      split = ",",
      description = "only these; default: all, one after the other")
  private List<String> words = List.of();

  @Option(
      names = "--seconds",
      defaultValue = "60",
      description = "how long a fault is repeated, default ${DEFAULT-VALUE}")
  private int seconds;

  @Option(
      names = "--outage",
      defaultValue = "20",
      description = "seconds for which something is out, default ${DEFAULT-VALUE}")
  private int outage;

  @Option(names = "--callers", defaultValue = "64", description = "default ${DEFAULT-VALUE}")
  private int callers;

  @Option(
      names = "--slack",
      defaultValue = "1",
      description =
          "on a machine that others use too, what is promised may take so many times longer")
  private int slack;

  @Option(
      names = "--mixed",
      defaultValue = "0",
      description = "for at least so many minutes, in rounds of a random order")
  private int mixed;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "of the random order, default ${DEFAULT-VALUE}")
  private long seed;

  private int runs;

  @Override
  public Integer call() throws Exception {
    List<Fault> chosen =
        Fault.all().stream().filter(f -> words.isEmpty() || words.contains(f.word())).toList();
    if (chosen.isEmpty() || (!words.isEmpty() && chosen.size() < words.size())) {
      System.err.println(
          "there is no such fault. Fix: write some of "
              + String.join(",", Fault.all().stream().map(Fault::word).toList()));
      return Program.WRONG_USE;
    }
    StackPlan plan =
        StackPlan.small()
            .withSites(
                new StackPlan.Site(
                    "plant-1", List.of(Scene.AGENT, Scene.OTHER_AGENT), Optional.empty()))
            .withBreaker();
    ClassCaches
        .make(); // installed programs have theirs, and some faults are about how soon one is back
    try (Stack stack = Stack.start(plan, line -> say("· " + line))) {
      try {
        return run(stack, chosen) ? Program.DONE : Program.FAILED;
      } catch (IOException | ExecutionException e) {
        // The folder goes, and what its programs said last with it.
        String last = stack.running(stack.anyEnd().getNow(Scene.GATEWAY)).tail();
        throw new IOException(e + "\n" + last, e);
      }
    }
  }

  private boolean run(Stack stack, List<Fault> chosen) throws Exception {
    SSLContext tls =
        Pem.identified(
            stack.certificate("front-ca.pem"),
            stack.certificate("connector.pem"),
            stack.certificate("connector.key"));
    if (!json) {
      System.out.printf(
          "%n%-24s %8s %7s %8s %11s %8s %9s%n",
          "fault", "calls", "failed", "refused", "duplicated", "unknown", "pause ms");
    }
    warmUp(stack, tls);
    Scene rest = new Scene(stack, tls, Duration.ZERO, Duration.ZERO, slack, () -> 0);
    Growth before = atRest(rest);
    boolean good = true;
    long end = System.nanoTime() + Duration.ofMinutes(mixed).toNanos();
    Random random = new Random(seed);
    do {
      List<Fault> round = new ArrayList<>(chosen);
      if (mixed > 0) {
        Collections.shuffle(round, random);
      }
      for (Fault fault : round) {
        good &= play(stack, tls, fault);
      }
    } while (System.nanoTime() < end);
    Growth after = atRest(rest);
    List<String> why = new ArrayList<>(after.since(before));
    why.addAll(rest.complaints());
    print(before, after, why);
    return good && why.isEmpty();
  }

  /** Everybody is back, nobody calls, and the queues are empty. */
  private static Growth atRest(Scene scene) throws Exception {
    scene.await("all links", () -> scene.metric("drawbridge_links") == 2);
    scene.await("no call", () -> scene.metric("drawbridge_calls_in_flight") == 0);
    scene.await("empty queues", () -> Growth.queued(scene.stack()) == 0);
    return Growth.of(scene);
  }

  /** Cold programs are slow in ways that are no fault's. */
  private void warmUp(Stack stack, SSLContext tls) throws InterruptedException {
    say("· warming up");
    Workload workload = new Workload(stack.gateway(), tls, stack.plan().rows(), "warm");
    workload.start(callers);
    TimeUnit.SECONDS.sleep(WARM_UP_S);
    workload.stop();
  }

  private boolean play(Stack stack, SSLContext tls, Fault fault) throws Exception {
    Workload workload =
        new Workload(stack.gateway(), tls, stack.plan().rows(), fault.word() + "-" + ++runs);
    Scene scene =
        new Scene(
            stack,
            tls,
            Duration.ofSeconds(seconds),
            Duration.ofSeconds(outage),
            slack,
            workload::answered);
    workload.start(callers);
    List<Seen> seen;
    try {
      scene.await("the load runs", () -> workload.answered() > callers);
      fault.play(scene);
    } finally {
      seen = workload.stop();
    }
    Account account = Account.of(stack, workload.run(), seen, allowed(fault, scene), slack);
    print(fault, account, scene);
    return account.good() && scene.complaints().isEmpty();
  }

  /**
   * What the fault's rule allows, and only while something is broken. The disk of a shared machine
   * may be slow, and an agent without its audit log answers nothing.
   */
  private Predicate<Seen> allowed(Fault fault, Scene scene) {
    Predicate<Seen> ruled =
        seen -> fault.allows(seen) && (!Fault.impatient(seen) || scene.disturbed(seen));
    return slack == 1 ? ruled : seen -> ruled.test(seen) || seen.code().equals("audit-unavailable");
  }

  private void print(Fault fault, Account account, Scene scene) {
    List<String> why = new ArrayList<>(account.why());
    why.addAll(scene.complaints());
    if (json) {
      ObjectNode line = JSON.createObjectNode();
      line.put("fault", fault.word());
      line.put("calls", account.calls());
      line.put("failed", account.failed());
      line.put("refused", account.refused());
      line.put("duplicated", account.duplicated());
      line.put("unknown", account.unknown());
      line.put("longest_pause_ms", account.longestPauseMs());
      scene.figures().forEach(line::put);
      why.forEach(line.withArray("why")::add);
      System.out.println(line);
      return;
    }
    System.out.printf(
        "%-24s %8d %7d %8d %11d %8d %9d  %s%n",
        fault.word(),
        account.calls(),
        account.failed(),
        account.refused(),
        account.duplicated(),
        account.unknown(),
        account.longestPauseMs(),
        scene.figures().isEmpty() ? "" : scene.figures());
    why.forEach(reason -> System.out.println("  WRONG: " + reason));
  }

  private void print(Growth before, Growth after, List<String> why) {
    if (json) {
      ObjectNode line = JSON.createObjectNode();
      ObjectNode held = line.putObject("held");
      after
          .held()
          .forEach((what, now) -> held.putArray(what).add(before.held().get(what)).add(now));
      why.forEach(line.withArray("why")::add);
      System.out.println(line);
      return;
    }
    System.out.println("held at rest, before and after:");
    after
        .held()
        .forEach(
            (what, now) ->
                System.out.println("  " + what + " " + before.held().get(what) + " " + now));
    why.forEach(reason -> System.out.println("  WRONG: " + reason));
  }

  private void say(String line) {
    if (!json) {
      System.out.println(line);
    }
  }
}
