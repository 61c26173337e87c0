package drawbridge.adapters.ibmi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Fault;
import drawbridge.ibmi.stub.HostError;
import drawbridge.ibmi.stub.HostMessage;
import drawbridge.settings.SettingsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands as operations: nothing that a caller gives is more than a value. */
final class CommandOperationTest {
  private static final String SOURCE = "commands: [SHOP/STRORDER, SHOP/FAILS]";

  private static final String OPERATIONS =
      """
      - name: Start
        post: /orders/{order}/start
        command:
          library: SHOP
          name: STRORDER
          texts: true
          parameters:
            ORDER: { from: order }
            PRTY: { value: "*HIGH" }
            FILE: { from: file, as: name, special: ["*NONE"] }
            HOLD: { from: hold }
            TEXT: { from: text, longest: 20 }
        parameters:
          order: { type: integer, in: path }
          file: { type: string }
          hold: { type: boolean }
          text: { type: string }
      - { name: Fails, post: /fails, command: { library: SHOP, name: FAILS } }
      """;

  @TempDir Path folder;
  private final List<String> seen = Collections.synchronizedList(new ArrayList<>());
  private TestHost host;
  private HostSite site;

  @BeforeEach
  void start() throws Exception {
    host = TestHost.start(folder);
    host.host().library("SHOP");
    host.host()
        .command(
            "STRORDER",
            (job, text) -> {
              seen.add(text);
              return List.of(
                  HostMessage.of("USR0010", 0, HostMessage.COMPLETION, "Order started."));
            });
    host.host()
        .command(
            "FAILS",
            (job, text) -> {
              throw HostError.of("CPF9802", 40, "Not authorized to object SECRET.");
            });
    site = HostSite.open(folder, host, SOURCE, OPERATIONS);
  }

  @AfterEach
  void stop() {
    site.close();
    host.close();
  }

  @Test
  void valuesAreCheckedAndQuotedByTheBridge() throws Exception {
    String answer =
        site.call(
                "Start",
                "{\"file\":\"ORDERS\",\"hold\":true,\"text\":\"It's *new* (1)\"}",
                "order",
                "7")
            .text();
    assertEquals(
        List.of(
            "SHOP/STRORDER ORDER(7) PRTY(*HIGH) FILE(ORDERS) HOLD(*YES) TEXT('It''s *new* (1)')"),
        seen);
    assertEquals(
        "{\"messages\":[{\"id\":\"USR0010\",\"severity\":0,\"type\":\"completion\","
            + "\"text\":\"Order started.\"}]}",
        answer);
    site.call("Start", "{\"file\":\"*NONE\"}", "order", "-1");
    assertEquals("SHOP/STRORDER ORDER(-1) PRTY(*HIGH) FILE(*NONE)", seen.get(1));
  }

  @Test
  void nothingElseGetsThrough() throws Exception {
    String[] bodies = {
      "{\"file\":\"A) CMD(DLTLIB SHOP\"}",
      "{\"file\":\"a\"}",
      "{\"file\":\"*ALL\"}",
      "{\"file\":\"'A'\"}",
      "{\"text\":\"*ALL\"}",
      "{\"text\":\" *ALL \"}",
      "{\"text\":\"ABC*\"}",
      "{\"text\":\"a\\nb\"}",
      "{\"text\":\"日本\"}",
      "{\"text\":\"123456789012345678901\"}",
    };
    for (String body : bodies) {
      assertEquals(
          Fault.Code.INVALID_ARGUMENT, site.fault("Start", body, "order", "1").code(), body);
    }
    assertEquals(List.of(), seen);
  }

  @Test
  void aRefusedCommandSaysNothingOfTheHost() throws Exception {
    Fault fault = site.fault("Fails", "");
    assertEquals(Fault.Code.OUTCOME_UNKNOWN, fault.code());
    assertTrue(fault.message().startsWith("the source's user has no authority for this"));
  }

  @Test
  void theSourceMustAllowTheCommandAndTextIsNeverRun() {
    String message = refused("- { name: A, post: /a, command: { library: QSYS, name: DLTLIB } }");
    assertTrue(message.contains("the source does not allow QSYS/DLTLIB"), message);
    message =
        refused(
            """
            - name: A
              post: /a
              command: { library: SHOP, name: STRORDER, parameters: { CMD: { from: x } } }
              parameters: { x: { type: string } }
            """);
    assertTrue(message.contains("what is given for CMD would be run"), message);
    message = refused("- { name: A, get: /a, command: { library: SHOP, name: STRORDER } }");
    assertTrue(message.contains("a get may be sent again"), message);
    message =
        refused(
            "- { name: A, post: /a, command: { library: SHOP, name: STRORDER, parameters: { X: { value:"
                + " \"A) CMD(B\" } } } }");
    assertTrue(message.contains("is not one value of a command"), message);
  }

  private String refused(String operations) {
    SettingsException e =
        assertThrows(
            SettingsException.class, () -> HostSite.open(folder, host, SOURCE, operations).close());
    return String.valueOf(e.getMessage());
  }
}
