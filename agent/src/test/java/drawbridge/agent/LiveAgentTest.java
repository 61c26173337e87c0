package drawbridge.agent;

import static drawbridge.agent.Bridge.await;
import static drawbridge.agent.Bridge.head;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.SiteDigest;
import drawbridge.relay.AgentRelay;
import drawbridge.relay.wire.Fault.Code;
import drawbridge.settings.Program;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The agent's own program while its admin changes files under it. */
final class LiveAgentTest extends LiveAgent {
  // ---- status

  private String said(int expected, String... arguments) {
    StringWriter out = new StringWriter();
    int code =
        Program.line(new Main(new Running()))
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(out))
            .execute(arguments);
    assertEquals(expected, code, out::toString);
    return out.toString();
  }

  @Test
  void theStatusIsAskedOfTheRunningAgent() throws Exception {
    String file = config.toString();
    assertTrue(said(1, "status", "--config", file).contains("no agent runs"));
    Running program = new Running().start();
    Instant soon = Instant.now().plus(Duration.ofDays(90));
    AgentRelay.GatewayState open =
        new AgentRelay.GatewayState("gateway-1", true, false, Instant.now(), "open");
    AgentRelay.GatewayState lost =
        new AgentRelay.GatewayState("gateway-1", false, false, Instant.now(), "no answer");
    Agent agent = program.connected.join();
    agent.links(
        () -> new StatusReport.Links(true, "AMQP, port 5671", List.of(), List.of(open), soon));
    assertTrue(program.allowed());
    Bridge.Exchange call = program.begin(head("Wait"));
    Bridge.await(running);
    await(
        () -> said(0, "status", "--config", file, "--json").contains("\"answered\" : 1"),
        "the call is counted");
    String table = said(0, "status", "--config", file);
    assertTrue(table.contains("1 under way"), table);
    assertTrue(table.contains("connected by AMQP, port 5671"), table);
    assertTrue(table.contains("gateway-1  open for"), table);
    assertTrue(table.contains("ends in 89 days"), table);
    assertTrue(table.contains(SiteDigest.of(site)), table);
    assertTrue(table.contains("all is well"), table);

    agent.links(
        () -> new StatusReport.Links(true, "AMQP, port 5671", List.of(), List.of(lost), soon));
    assertTrue(said(1, "status", "--config", file).contains("no channel to gateway-1: no answer"));
    agent.links(
        () ->
            new StatusReport.Links(
                true,
                "AMQP, port 5671",
                Supervisor.problems(
                    List.of("a second process reads this agent's queue"),
                    Instant.now().minusSeconds(5),
                    Instant.now()),
                List.of(open),
                Instant.now()));
    String troubles = said(1, "status", "--config", file);
    assertTrue(troubles.contains("second process"), troubles);
    assertTrue(troubles.contains("certificate ends"), troubles);
    assertTrue(troubles.contains("the CRL was due for an update at"), troubles);
    assertTrue(troubles.contains("put the CA's newest CRL into identity.crl.file"), troubles);
    agent.links(
        () -> new StatusReport.Links(true, "AMQP, port 5671", List.of(), List.of(open), soon));

    assertEquals(0, command("pause", "--config", file));
    assertEquals(Code.REVOKED, call.toEnd().fault().getCode());
    await(
        () -> said(1, "status", "--config", file).contains("all calls are paused"),
        "the pause is told");
    assertEquals(0, command("resume", "--config", file));
    await(program::allowed, "allowed again");
    write(NOTHING);
    // The first call that is not allowed any more may be one under way, which is revoked.
    await(() -> !program.allowed() && program.refusal() == Code.FORBIDDEN, "nothing is allowed");
    await(() -> said(0, "status", "--config", file).contains("FORBIDDEN"), "the refusal is shown");
    write("rules: [{ name: a, alow: [orders/v1/*] }]\n");
    await(
        () -> {
          int code = command("status", "--config", file);
          return code == 1;
        },
        "files that are not served are a trouble");
    write(NOTHING);
    await(() -> command("status", "--config", file) == 0, "as before, and well again");
  }

  @Test
  void describeSaysWhichRulesAllowWhatAndWhatASiteOfTwoAgentsGives() {
    String file = config.toString();
    String told = said(0, "describe", "--config", file, "--offline", "--agents", "2");
    assertTrue(told.contains("allowed  by a: 2000/s, 1024 at once; an answer at most"), told);
    assertTrue(told.contains("(2 agents together)"), told);
    assertTrue(said(0, "describe", "--config", file).contains("allowed  by a: 1000/s"));
    said(2, "describe", "--config", file, "--agents", "0");
  }

  // ---- reload

  @Test
  void aReloadEndsWithinASecondWhatIsNoLongerAllowedAndSaysWhatIsDifferent() throws Exception {
    Running program = new Running().start();
    Bridge.Exchange call = program.begin(head("Wait"));
    Bridge.await(running);
    long from = System.nanoTime();
    write(NOTHING);
    assertEquals(Code.REVOKED, call.toEnd().fault().getCode());
    long took = Duration.ofNanos(System.nanoTime() - from).toMillis();
    assertTrue(took < 1_000, "it took " + took + " ms");
    assertEquals(Code.FORBIDDEN, program.refusal());
    await(() -> records("reload").size() == 1, "the record of the reload");
    Map<String, String> record = records("reload").getFirst();
    assertTrue(record.getOrDefault("changes", "").contains("rule a is gone"), record::toString);
    assertEquals("1", record.get("revoked"));
    write(ALLOW);
    await(program::allowed, "allowed again");
  }

  @Test
  void aFileThatIsWrongLeavesTheLastGoodOneAndTheCallsUnderWay() throws Exception {
    Running program = new Running().start();
    Bridge.Exchange call = program.begin(head("Wait"));
    Bridge.await(running);
    write("rules: [{ name: a, alow: [orders/v1/*] }]\n");
    await(() -> records("reload-refused").size() == 1, "the record of the refusal");
    assertTrue(
        records("reload-refused").getFirst().getOrDefault("why", "").contains("policy.yaml"));
    assertTrue(program.allowed());
    assertFalse(call.ended.getCount() == 0, "it runs on");
  }

  // ---- pauses

  @Test
  void aPauseActsAtOnceEndsWhatRunsAndSurvivesARestart() throws Exception {
    Running program = new Running().start();
    Bridge.Exchange call = program.begin(head("Wait"));
    Bridge.await(running);
    String file = config.toString();
    long from = System.nanoTime();
    assertEquals(0, command("pause", "--config", file, "--caller", "cn=APIM"));
    assertEquals(Code.REVOKED, call.toEnd().fault().getCode());
    long took = Duration.ofNanos(System.nanoTime() - from).toMillis();
    assertTrue(took < 1_000, "the command and the end of the call took ms: " + took);
    assertEquals(Code.FORBIDDEN, program.refusal(), "a paused caller learns nothing");
    assertEquals(0, command("resume", "--config", file));
    await(program::allowed, "allowed again");
    assertEquals(0, command("pause", "--config", file, "--source", "erp"));
    await(() -> !program.allowed(), "paused");
    assertEquals(Code.SOURCE_UNAVAILABLE, program.refusal());
    program.stop();
    programs.clear();

    Running again = new Running().start();
    assertEquals(Code.SOURCE_UNAVAILABLE, again.refusal());
    assertEquals(0, command("resume", "--config", file, "--source", "erp"));
    await(again::allowed, "allowed again");
    await(() -> records("pause").size() >= 4, "the records of pauses");
  }

  @Test
  void pausesThatCannotBeReadPauseEverything() throws Exception {
    Files.createDirectory(folder.resolve("audit-state"));
    Files.writeString(folder.resolve("audit-state/pauses.yaml"), "pauses: [ {");
    assertEquals(Code.SOURCE_UNAVAILABLE, new Running().start().refusal());
  }

  // ---- signed files

  @Test
  void onlyASignedAndNewerSiteIsServed() throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    Path publicKey = pem("approver.pub", "PUBLIC KEY", pair.getPublic().getEncoded());
    Path privateKey = pem("approver.priv", "PRIVATE KEY", pair.getPrivate().getEncoded());
    configure("signed: { key: " + publicKey + " }\n");
    Running unsigned = new Running();
    assertEquals(1, run(unsigned), "no signature, no service");

    sign(privateKey, 7);
    Running program = new Running().start();
    assertTrue(program.allowed());
    write(NOTHING);
    await(() -> records("reload-refused").size() == 1, "an altered file is refused");
    assertTrue(program.allowed(), "the last good one stays");
    sign(privateKey, 8);
    await(() -> !program.allowed(), "the approved file is served");
    write(ALLOW);
    sign(privateKey, 7);
    await(() -> records("reload-refused").size() >= 2, "an older serial is refused");
    assertFalse(program.allowed());
    sign(privateKey, 8);
    await(
        () ->
            records("reload-refused").stream()
                .anyMatch(r -> r.getOrDefault("why", "").contains("other files were served")),
        "the same serial for other files is refused");
    program.stop();
    programs.clear();

    sign(privateKey, 7);
    assertEquals(1, run(new Running()), "also after a restart");
    KeyPair other = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    sign(pem("other.priv", "PRIVATE KEY", other.getPrivate().getEncoded()), 9);
    assertEquals(1, run(new Running()), "another's signature");
    sign(privateKey, 9);
    assertTrue(new Running().start().allowed());
  }

  private int run(Running program) {
    return new CommandLine(new Main(program))
        .setErr(new PrintWriter(new StringWriter()))
        .execute("--config", config.toString());
  }

  private void sign(Path key, int serial) {
    assertEquals(
        0, command("sign", "--key", key.toString(), "--serial", "" + serial, site.toString()));
  }

  private Path pem(String name, String type, byte[] content) throws IOException {
    return Files.writeString(
        folder.resolve(name),
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(type, Base64.getMimeEncoder().encodeToString(content), type));
  }

  // ---- budgets and tokens

  @Test
  void budgetsSurviveARestart() throws Exception {
    write(
        "rules: [{ name: a, allow: [orders/v1/*], to: { gateway: gateway-1 }, limits: { calls: 2/d"
            + " } }]\n");
    Running program = new Running().start();
    for (int i = 0; i < 2; i++) {
      assertTrue(program.allowed());
    }
    assertEquals(Code.TOO_MANY_CALLS, program.refusal());
    program.stop();
    programs.clear();
    assertEquals(Code.TOO_MANY_CALLS, new Running().start().refusal());
  }

  @Test
  void rulesByTokenNeedAnAgentThatVerifiesTokens() throws Exception {
    write("rules: [{ name: a, deny: [orders/v1/*], to: { token: { group: g } } }]\n");
    assertEquals(1, run(new Running()));
  }
}
