package drawbridge.documents;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import drawbridge.relay.wire.Api;
import drawbridge.relay.wire.Column;
import drawbridge.relay.wire.Form;
import drawbridge.relay.wire.Operation;
import drawbridge.relay.wire.Parameter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class ContractTest {
  private static final Api PUBLISHED =
      Api.newBuilder()
          .setName("orders")
          .setVersion("v1")
          .addOperations(
              Operation.newBuilder()
                  .setName("Find")
                  .setMethod("GET")
                  .setPath("/orders/{id}")
                  .setConditional(true)
                  .setTrigger(Operation.Trigger.NEW_ROWS)
                  .addParameters(
                      TestApis.parameter("id", Parameter.In.PATH, "integer").setRequired(true))
                  .addParameters(
                      TestApis.parameter("since", Parameter.In.QUERY, "date")
                          .setDefault("2000-01-01"))
                  .addParameters(
                      TestApis.parameter("note", Parameter.In.QUERY, "string")
                          .setNullable(true)
                          .setForm(
                              Form.newBuilder().setMaxLength(100).addValues("a").addValues("b")))
                  .addParameters(
                      TestApis.parameter("most", Parameter.In.QUERY, "integer")
                          .setForm(Form.newBuilder().setMinimum("1").setMaximum("100")))
                  .addColumns(TestApis.column("id", "integer"))
                  .addColumns(
                      TestApis.column("state", "string")
                          .setForm(Form.newBuilder().addValues("open").addValues("done")))
                  .addColumns(
                      TestApis.column("place", "object")
                          .setForm(
                              Form.newBuilder().addMembers(TestApis.column("hall", "string")))))
          .build();

  private static Arguments change(String breaks, Consumer<Operation.Builder> change) {
    return Arguments.of(breaks, change);
  }

  static Stream<Arguments> breaking() {
    return Stream.of(
        change("Find is gone", o -> o.setName("Search")),
        change("Find moved from GET /orders/{id} to POST /orders/{id}", o -> o.setMethod("POST")),
        change(
            "Find moved from GET /orders/{id} to GET /order/{id}", o -> o.setPath("/order/{id}")),
        change("Find answers one object now", o -> o.setSingle(true)),
        change(
            "Find answers pages now, and whoever does not follow nextLink misses rows",
            o -> o.setPaged(true)),
        change(
            "Find answers text/csv now, no longer application/json",
            o -> o.setProduces("text/csv")),
        change(
            "Find takes a body of image/png now, no longer application/json",
            o -> o.setConsumes("image/png")),
        change("Find answers 201 now, no longer 200", o -> o.setStatus(201)),
        change("Find has no ETag any more", o -> o.setConditional(false)),
        change(
            "Find is no trigger of that kind any more",
            o -> o.setTrigger(Operation.Trigger.CHANGED_ROWS)),
        change("Find’s parameter since is gone", o -> o.removeParameters(1)),
        change(
            "Find’s parameter extra is new and required",
            o ->
                o.addParameters(
                    TestApis.parameter("extra", Parameter.In.QUERY, "date").setRequired(true))),
        parameter("since moved from the query to the header", 1, p -> p.setIn(Parameter.In.HEADER)),
        parameter("note is required now", 2, p -> p.setRequired(true)),
        parameter("since has no default any more", 1, Parameter.Builder::clearDefault),
        parameter(
            "since has another default: 2001-01-01, no longer 2000-01-01",
            1,
            p -> p.setDefault("2001-01-01")),
        parameter("most has a default now, where none meant no value", 3, p -> p.setDefault("5")),
        parameter("note may not be null any more", 2, p -> p.setNullable(false)),
        parameter("id is string now, no longer integer", 0, p -> p.setType("string")),
        parameter(
            "id is a list of integer now, no longer integer",
            0,
            p -> p.getFormBuilder().setArray(true)),
        parameter(
            "note may be at most 99 characters long now",
            2,
            p -> p.getFormBuilder().setMaxLength(99)),
        parameter(
            "since may be at most 10 characters long now",
            1,
            p -> p.getFormBuilder().setMaxLength(10)),
        parameter(
            "note must be of another pattern now", 2, p -> p.getFormBuilder().setPattern("x+")),
        parameter("most may be at most 99 now", 3, p -> p.getFormBuilder().setMaximum("99")),
        parameter("most must be at least 2 now", 3, p -> p.getFormBuilder().setMinimum("2")),
        parameter(
            "note does not take b any more",
            2,
            p -> p.setForm(p.getForm().toBuilder().clearValues().addValues("a"))),
        parameter(
            "since takes only some values now", 1, p -> p.getFormBuilder().addValues("2000-01-01")),
        change("Find’s column id is gone", o -> o.removeColumns(0)),
        column("id is long now, no longer integer", 0, c -> c.setType("long")),
        column(
            "id is integer as text now, no longer integer",
            0,
            c -> c.getFormBuilder().setText(true)),
        column("id may be null now", 0, c -> c.setNullable(true)),
        column("state may be lost now", 1, c -> c.getFormBuilder().addValues("lost")),
        column("state may have any value now", 1, c -> c.getFormBuilder().clearValues()),
        change(
            "Find’s column place,’s column hall is gone",
            o ->
                o.setColumns(
                    2,
                    o.getColumns(2).toBuilder()
                        .setForm(
                            Form.newBuilder().addMembers(TestApis.column("other", "string"))))));
  }

  private static Arguments parameter(String breaks, int index, Consumer<Parameter.Builder> change) {
    return change("Find’s parameter " + breaks, o -> change.accept(o.getParametersBuilder(index)));
  }

  private static Arguments column(String breaks, int index, Consumer<Column.Builder> change) {
    return change("Find’s column " + breaks, o -> change.accept(o.getColumnsBuilder(index)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("breaking")
  void namesWhatBreaks(String breaks, Consumer<Operation.Builder> change) {
    assertEquals(List.of(breaks), Contract.broken(PUBLISHED, changed(change)));
  }

  static Stream<Arguments> harmless() {
    return Stream.of(
        change("nothing", o -> {}),
        change("another summary", o -> o.setSummary("Other words")),
        change("a new column", o -> o.addColumns(TestApis.column("more", "string"))),
        change(
            "a new parameter that may be left out",
            o -> o.addParameters(TestApis.parameter("more", Parameter.In.QUERY, "string"))),
        change(
            "columns in another order",
            o -> {
              Column first = o.getColumns(0);
              o.removeColumns(0).addColumns(first);
            }),
        change("columns not known while the source is away", Operation.Builder::clearColumns),
        change("deprecated", o -> o.setDeprecated("2026-01-01")),
        parameter("longer", 2, p -> p.getFormBuilder().setMaxLength(200)),
        parameter("one value more", 2, p -> p.getFormBuilder().addValues("c")),
        parameter("wider", 3, p -> p.setType("long").getFormBuilder().clearMaximum()),
        parameter("not required any more", 0, p -> p.setRequired(false)),
        column("one value fewer", 1, c -> c.setForm(Form.newBuilder().addValues("open"))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("harmless")
  void letsPassWhatBreaksNobody(String ignored, Consumer<Operation.Builder> change) {
    assertEquals(List.of(), Contract.broken(PUBLISHED, changed(change)));
  }

  private static Api changed(Consumer<Operation.Builder> change) {
    Api.Builder api = PUBLISHED.toBuilder();
    change.accept(api.getOperationsBuilder(0));
    return api.build();
  }

  @Test
  void aPublishedFileIsReadBack() throws IOException {
    for (Api api : List.of(TestApis.orders(), TestApis.stock(), PUBLISHED)) {
      Api back = Published.read(Published.write(api));
      assertEquals(List.of(), Contract.broken(api, back));
      assertEquals(List.of(), Contract.broken(back, api));
      assertArrayEquals(Published.write(api), Published.write(back));
    }
  }

  @Test
  void aPublishedFileDoesNotDependOnTheOrderOfThings() {
    byte[] file = Published.write(TestApis.orders());
    Random random = new Random(7);
    for (int i = 0; i < 20; i++) {
      List<Operation> operations = new ArrayList<>(TestApis.orders().getOperationsList());
      Collections.shuffle(operations, random);
      Api.Builder api = TestApis.orders().toBuilder().clearOperations();
      for (Operation operation : operations) {
        List<Parameter> parameters = new ArrayList<>(operation.getParametersList());
        Collections.shuffle(parameters, random);
        api.addOperations(
            operation.toBuilder().clearParameters().addAllParameters(parameters).build());
      }
      assertArrayEquals(file, Published.write(api.build()));
    }
  }

  @Test
  void aFileThatIsNoneIsRefusedWithItsLine() {
    assertEquals(
        "line 2: “operation” is unknown",
        assertThrows(IOException.class, () -> read("{\n\"operation\": []}")).getMessage());
    assertEquals(
        "line 1: “name” has a wrong value",
        assertThrows(IOException.class, () -> read("{\"name\": 1}")).getMessage());
    assertThrows(IOException.class, () -> read("{\"name\": \"a\", \"name\": \"b\"}"));
    assertThrows(IOException.class, () -> read("{} {}"));
    assertThrows(IOException.class, () -> read("[]"));
    assertThrows(IOException.class, () -> read("{\"name\": "));
  }

  private static Api read(String text) throws IOException {
    return Published.read(text.getBytes(StandardCharsets.UTF_8));
  }
}
