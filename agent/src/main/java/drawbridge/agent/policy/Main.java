package drawbridge.agent.policy;

import drawbridge.settings.Program;
import drawbridge.settings.Section;
import drawbridge.tokens.Token;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code drawbridge policy}: asks a policy file what it would say, without an agent. */
@Command(
    name = "policy",
    mixinStandardHelpOptions = true,
    description = "Says what a policy decides, and tries examples on it.",
    subcommands = {Main.Explain.class, Main.Test.class})
public final class Main implements Callable<Integer> {
  @Spec @Nullable CommandSpec spec;

  private Main() {}

  public static void main(String[] arguments) {
    System.exit(Program.run(command(), arguments));
  }

  static Main command() {
    return new Main();
  }

  @Override
  public Integer call() {
    throw new ParameterException(Objects.requireNonNull(spec).commandLine(), "say explain or test");
  }

  /** {@code policy explain}. */
  @Command(
      name = "explain",
      mixinStandardHelpOptions = true,
      description = "Says which rule decides, and why the others do not. Exit code 1: denied.")
  static final class Explain implements Callable<Integer> {
    @Spec @Nullable CommandSpec spec;

    @Option(names = "--policy", paramLabel = "FILE", description = "default: policy.yaml")
    private Path policy = Path.of("policy.yaml");

    @Option(names = "--caller", paramLabel = "DN", description = "subject of the certificate")
    private String caller = "";

    @Option(names = "--issuer", paramLabel = "DN", description = "issuer of the certificate")
    private String issuer = "";

    @Option(names = "--fingerprint", paramLabel = "HEX", description = "of the certificate")
    private String fingerprint = "";

    @Option(names = "--app", paramLabel = "ID", description = "application of the token")
    private String app = "";

    @Option(names = "--user", paramLabel = "ID", description = "user of the token")
    private String user = "";

    @Option(names = "--role", paramLabel = "NAME", description = "role in the token")
    private List<String> roles = List.of();

    @Option(names = "--scope", paramLabel = "NAME", description = "scope in the token")
    private List<String> scopes = List.of();

    @Option(names = "--group", paramLabel = "ID", description = "group in the token")
    private List<String> groups = List.of();

    @Option(names = "--gateway", paramLabel = "NAME", description = "by which the call comes")
    private String gateway = "";

    @Option(
        names = "--operation",
        paramLabel = "ID",
        required = true,
        description = "such as orders/v1/FindOrders")
    private String operation = "";

    @Override
    public Integer call() {
      Instant now = Instant.now();
      boolean token =
          !app.isEmpty()
              || !user.isEmpty()
              || !roles.isEmpty()
              || !scopes.isEmpty()
              || !groups.isEmpty();
      Caller who = new Caller(caller, issuer, fingerprint);
      Explanation explanation =
          Explanation.of(
              Policy.read(policy),
              gateway,
              token ? who.with(token(app, user, scopes, roles, groups, false, now)) : who,
              operation,
              now);
      PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
      out.println(explanation.verdict());
      explanation.lines().forEach(line -> out.println("  " + line));
      out.flush();
      return explanation.decision() instanceof Decision.Allowed ? Program.DONE : Program.FAILED;
    }
  }

  /** {@code policy test}. */
  @Command(
      name = "test",
      mixinStandardHelpOptions = true,
      description = "Tries the examples of a file. Exit code 1: one of them came out otherwise.")
  static final class Test implements Callable<Integer> {
    @Spec @Nullable CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "examples; names the policy that they are of")
    private Path file = Path.of("policy-tests.yaml");

    @Override
    public Integer call() {
      PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
      Section section = Section.read(file);
      Policy policy = Policy.read(section.existing("policy"));
      Instant now = Instant.now();
      int wrong = 0;
      List<Section> examples = section.sections("examples");
      for (Section one : examples) {
        wrong += run(policy, one, now, out) ? 0 : 1;
      }
      section.done();
      if (examples.isEmpty()) {
        throw section.wrong("examples", "there is none", "write at least one");
      }
      out.println(examples.size() + " examples, " + wrong + " came out otherwise");
      out.flush();
      return wrong == 0 ? Program.DONE : Program.FAILED;
    }

    private enum Expected {
      ALLOW,
      DENY
    }

    private static boolean run(Policy policy, Section one, Instant now, PrintWriter out) {
      String operation = one.text("operation");
      String gateway = one.text("gateway", "");
      boolean allow = Expected.ALLOW == one.choice("expect", Expected.class, Expected.DENY);
      String rule = one.text("rule", "");
      Caller caller = caller(one, now);
      String name = one.text("example", operation);
      one.done();
      Explanation explanation = Explanation.of(policy, gateway, caller, operation, now);
      boolean right =
          switch (explanation.decision()) {
            case Decision.Allowed allowed ->
                allow && (rule.isEmpty() || rule.equals(allowed.rule()));
            case Decision.Forbidden forbidden ->
                !allow && (rule.isEmpty() || rule.equals(forbidden.rule()));
          };
      out.println((right ? "ok     " : "failed ") + name + ": " + explanation.verdict());
      if (!right) {
        explanation.lines().forEach(line -> out.println("         " + line));
      }
      return right;
    }

    private static Caller caller(Section one, Instant now) {
      Caller caller =
          one.optionalSection("certificate")
              .map(
                  c -> {
                    Caller named =
                        new Caller(
                            c.text("subject", ""), c.text("issuer", ""), c.text("fingerprint", ""));
                    c.done();
                    return named;
                  })
              .orElse(Caller.NOBODY);
      return one.optionalSection("token")
          .map(
              t -> {
                Token token =
                    token(
                        t.text("app", ""),
                        t.text("user", ""),
                        t.oneOrMore("scope"),
                        t.oneOrMore("role"),
                        t.oneOrMore("group"),
                        t.flag("overage", false),
                        now.minus(t.duration("age", Duration.ZERO)));
                t.done();
                return caller.with(token);
              })
          .orElse(caller);
    }
  }

  private static Token token(
      String app,
      String user,
      List<String> scopes,
      List<String> roles,
      List<String> groups,
      boolean overage,
      Instant issued) {
    return new Token(
        "",
        app.toLowerCase(Locale.ROOT),
        user.toLowerCase(Locale.ROOT),
        Set.copyOf(scopes),
        Set.copyOf(roles),
        Set.copyOf(groups.stream().map(g -> g.toLowerCase(Locale.ROOT)).toList()),
        overage,
        issued,
        issued.plusSeconds(3600),
        "");
  }
}
