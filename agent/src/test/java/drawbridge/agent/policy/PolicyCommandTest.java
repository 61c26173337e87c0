package drawbridge.agent.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code drawbridge policy}. */
class PolicyCommandTest {
  @TempDir Path folder;
  private Path policy = Path.of("policy.yaml");

  @BeforeEach
  void file() throws Exception {
    policy =
        Files.writeString(
            folder.resolve("policy.yaml"),
            """
            rules:
              - { name: apps, allow: [orders/v1/*], to: { token: { app: a1, role: Orders.Read } } }
              - { name: apim, allow: [orders/v1/FindOrders], to: { certificate: { subject: CN=apim }, gateway: g1 } }
              - { name: never, deny: [orders/v1/DeleteOrders] }
            """);
  }

  private static String run(int expected, String... arguments) {
    StringWriter out = new StringWriter();
    CommandLine line =
        new CommandLine(Main.command()).setOut(new PrintWriter(out)).setErr(new PrintWriter(out));
    assertEquals(expected, line.execute(arguments), out::toString);
    return out.toString();
  }

  @Test
  void explainNamesTheRuleThatDecides() {
    String file = policy.toString();
    String allowed =
        run(
            0,
            "explain",
            "--policy",
            file,
            "--caller",
            "CN=apim",
            "--gateway",
            "g1",
            "--operation",
            "orders/v1/FindOrders");
    assertTrue(allowed.startsWith("allow, by rule apim"), allowed);
    assertTrue(allowed.contains("rule apps allows it to others: token: expected one, came none"));
    String denied =
        run(
            1,
            "explain",
            "--policy",
            file,
            "--app",
            "a1",
            "--role",
            "Orders.Read",
            "--operation",
            "orders/v1/DeleteOrders");
    assertTrue(denied.startsWith("deny: rule never denies it"), denied);
    run(2, "explain", "--policy", file);
    run(2);
  }

  @Test
  void testRunsTheAdminsOwnExamples() throws Exception {
    String examples =
        """
        policy: policy.yaml
        examples:
          - { example: the app reads, token: { app: a1, role: Orders.Read, age: 5m }, operation: orders/v1/FindOrders, expect: allow, rule: apps }
          - { example: a user is no app, token: { app: a1, user: u, role: Orders.Read, scope: x }, operation: orders/v1/FindOrders, expect: deny }
          - { certificate: { subject: CN=apim }, gateway: g1, operation: orders/v1/DeleteOrders, expect: deny, rule: never }
        """;
    Path file = Files.writeString(folder.resolve("tests.yaml"), examples);
    assertTrue(run(0, "test", file.toString()).contains("3 examples, 0 came out otherwise"));
    Files.writeString(file, examples.replace("rule: apps", "rule: apim"));
    String out = run(1, "test", file.toString());
    assertTrue(out.contains("failed the app reads: allow, by rule apps"), out);
  }
}
