package drawbridge.agent;

import drawbridge.adapters.Type;
import drawbridge.relay.wire.Api;
import drawbridge.relay.wire.Catalogue;
import drawbridge.relay.wire.Column;
import drawbridge.relay.wire.Operation;
import drawbridge.relay.wire.Parameter;
import java.util.Locale;

/** What is served, in the words of the wire. */
public final class Catalogues {
  private Catalogues() {}

  /**
   * The part that the site folder decides; sources, certificate days and draining are the caller's
   * to add.
   *
   * @param version of the agent's program
   */
  public static Catalogue.Builder of(String site, String agent, String version, Served served) {
    Catalogue.Builder catalogue =
        Catalogue.newBuilder()
            .setSite(site)
            .setAgent(agent)
            .setVersion(version)
            .setDigest(served.digest());
    served.apis().forEach(api -> catalogue.addApis(api(api)));
    return catalogue;
  }

  private static Api api(Served.Api api) {
    Api.Builder wire =
        Api.newBuilder()
            .setName(api.name())
            .setVersion(api.version())
            .setTitle(api.title())
            .setDescription(api.description());
    api.operations().forEach(operation -> wire.addOperations(operation(operation)));
    return wire.build();
  }

  private static Operation operation(drawbridge.adapters.Operation operation) {
    Operation.Builder wire =
        Operation.newBuilder()
            .setName(operation.name())
            .setSummary(operation.summary())
            .setDescription(operation.description())
            .setMethod(operation.method())
            .setPath(operation.path())
            .setSafe(operation.safe())
            .setSingle(operation.single());
    operation.parameters().forEach(parameter -> wire.addParameters(parameter(parameter)));
    operation
        .columns()
        .forEach(
            column ->
                wire.addColumns(
                    Column.newBuilder()
                        .setName(column.name())
                        .setType(type(column.type()))
                        .setNullable(column.nullable())));
    return wire.build();
  }

  private static Parameter parameter(drawbridge.adapters.Parameter parameter) {
    Parameter.Builder wire =
        Parameter.newBuilder()
            .setName(parameter.name())
            .setIn(in(parameter.in()))
            .setType(type(parameter.type()))
            .setRequired(parameter.required())
            .setDescription(parameter.description());
    if (parameter.otherwise() != null) {
      wire.setDefault(parameter.otherwise());
    }
    return wire.build();
  }

  private static Parameter.In in(drawbridge.adapters.Parameter.In in) {
    return switch (in) {
      case QUERY -> Parameter.In.QUERY;
      case PATH -> Parameter.In.PATH;
      case HEADER -> Parameter.In.HEADER;
      case BODY -> Parameter.In.BODY;
    };
  }

  private static String type(Type type) {
    return type.name().toLowerCase(Locale.ROOT);
  }
}
