package drawbridge.adapters.ibmi;

import drawbridge.adapters.Answer;
import drawbridge.adapters.Arguments;
import drawbridge.adapters.Call;
import drawbridge.adapters.Cancellation;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Operation;
import drawbridge.adapters.Parameter;
import drawbridge.adapters.Site;
import drawbridge.adapters.SourceCheck;
import drawbridge.adapters.SourceState;
import drawbridge.adapters.TestSite.TestAnswer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** A site whose one source is a simulated IBM i, and calls to its operations. */
final class HostSite implements AutoCloseable {
  private final Site site;

  private HostSite(Site site) {
    this.site = site;
  }

  /**
   * Writes the files and opens the site.
   *
   * @param source lines behind those that lead to the host
   * @param operations the list as it stands in an API file, not indented
   */
  static HostSite open(Path folder, TestHost host, String source, String operations)
      throws IOException {
    return open(folder, host.yaml(source).lines().toList(), operations);
  }

  /** The same, with all lines of the source. */
  static HostSite open(Path folder, List<String> source, String operations) throws IOException {
    Files.createDirectories(folder.resolve("apis"));
    Files.writeString(
        folder.resolve("sources.yaml"),
        "main:\n  adapter: ibmi\n" + String.join("\n", source).indent(2));
    Files.writeString(
        folder.resolve("apis/host-v1.yaml"),
        "api: host\nversion: v1\ntitle: Host\nsource: main\noperations:\n" + operations.indent(2));
    return new HostSite(Site.open(folder, Duration.ZERO));
  }

  Operation operation(String name) {
    return site.operation("host/v1/" + name).orElseThrow();
  }

  SourceCheck check() {
    return site.checkSources(Duration.ofSeconds(30)).getFirst();
  }

  SourceState state() {
    return site.sources().getFirst();
  }

  /** With a JSON body; empty: none. */
  TestAnswer call(String name, String body, String... namesAndValues) throws Exception {
    return call(
        name, new TestAnswer(Answer.Format.JSON), Duration.ofSeconds(30), body, namesAndValues);
  }

  TestAnswer call(
      String name, TestAnswer answer, Duration time, String body, String... namesAndValues)
      throws Exception {
    Operation operation = operation(name);
    List<Arguments.Given> given = new ArrayList<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      String wanted = namesAndValues[i];
      Parameter.In in =
          operation.parameters().stream()
              .filter(p -> p.name().equals(wanted))
              .findFirst()
              .map(Parameter::in)
              .orElse(Parameter.In.QUERY);
      given.add(new Arguments.Given(wanted, namesAndValues[i + 1], in));
    }
    Map<String, Object> arguments =
        Arguments.read(operation, given, body.getBytes(StandardCharsets.UTF_8));
    long deadline = System.nanoTime() + time.toNanos();
    // As in the agent, on a virtual thread: the pool ends what runs by interrupting it.
    virtual(
        () -> {
          operation
              .action()
              .run(new Call(arguments, deadline, 1_000_000, new Cancellation()), answer);
          return true;
        });
    return answer;
  }

  /** The fault that a call ends with. */
  Fault fault(String name, String body, String... namesAndValues) throws Exception {
    try {
      call(name, body, namesAndValues);
    } catch (FaultException e) {
      return e.fault();
    }
    throw new AssertionError(name + " did not fail");
  }

  static <T> T virtual(Callable<T> work) throws Exception {
    FutureTask<T> task = new FutureTask<>(work);
    Thread.ofVirtual().start(task);
    try {
      return task.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception inner ? inner : e;
    }
  }

  @Override
  public void close() {
    site.close();
  }
}
