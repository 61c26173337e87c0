package drawbridge.agent;

import com.google.protobuf.ByteString;
import drawbridge.adapters.Schema;
import drawbridge.adapters.Traits;
import drawbridge.adapters.Type;
import drawbridge.agent.policy.Policy;
import drawbridge.relay.wire.Api;
import drawbridge.relay.wire.Catalogue;
import drawbridge.relay.wire.Column;
import drawbridge.relay.wire.Contact;
import drawbridge.relay.wire.File;
import drawbridge.relay.wire.Form;
import drawbridge.relay.wire.Operation;
import drawbridge.relay.wire.Parameter;
import drawbridge.relay.wire.Visibility;
import java.util.HexFormat;
import java.util.Locale;

/** What is served, in the words of the wire. */
public final class Catalogues {
  /** A site folder with more files is one that nobody compares by eye. */
  private static final int FILES = 500;

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
    served.apis().forEach(api -> catalogue.addApis(api(served.policy(), api)));
    served.files().entrySet().stream()
        .limit(FILES)
        .forEach(
            file ->
                catalogue.addFiles(
                    File.newBuilder()
                        .setPath(file.getKey())
                        .setHash(ByteString.copyFrom(HexFormat.of().parseHex(file.getValue())))));
    return catalogue;
  }

  /** One API in the words of the wire, as its documents are made of it. */
  static Api api(Policy policy, Served.Api api) {
    Api.Builder wire =
        Api.newBuilder()
            .setName(api.name())
            .setVersion(api.version())
            .setTitle(api.title())
            .setDescription(api.description());
    api.contact().ifPresent(contact -> wire.setContact(contact(contact)));
    api.operations().forEach(operation -> wire.addOperations(operation(policy, operation)));
    return wire.build();
  }

  private static Contact contact(drawbridge.adapters.Api.Contact contact) {
    return Contact.newBuilder()
        .setName(contact.name())
        .setUrl(contact.url())
        .setEmail(contact.email())
        .setPrivacy(contact.privacy())
        .addAllCategories(contact.categories())
        .build();
  }

  private static Operation operation(Policy policy, drawbridge.adapters.Operation operation) {
    Traits traits = operation.traits();
    Operation.Builder wire =
        Operation.newBuilder()
            .setName(operation.name())
            .setSummary(operation.summary())
            .setDescription(operation.description())
            .setMethod(operation.method())
            .setPath(operation.path())
            .setSafe(operation.safe())
            .setSingle(operation.single())
            .setVisibility(visibility(traits.visibility()))
            .setPaged(traits.paged())
            .setTrigger(trigger(traits.trigger()))
            .setDeprecated(traits.deprecated())
            .setSunset(traits.sunset())
            .setSeconds(seconds(policy, operation))
            .setConsumes(traits.consumes())
            .setProduces(traits.produces())
            .setConditional(traits.conditional())
            .setStatus(traits.status());
    operation.parameters().forEach(parameter -> wire.addParameters(parameter(parameter)));
    operation.columns().forEach(column -> wire.addColumns(column(column)));
    return wire.build();
  }

  /** What the operation says of itself, and never longer than the policy lets anybody. */
  private static int seconds(Policy policy, drawbridge.adapters.Operation operation) {
    int allowed = (int) policy.longest(operation.id()).toSeconds();
    int said = operation.traits().seconds();
    return said == 0 || allowed == 0 ? Math.max(said, allowed) : Math.min(said, allowed);
  }

  private static Parameter parameter(drawbridge.adapters.Parameter parameter) {
    Parameter.Builder wire =
        Parameter.newBuilder()
            .setName(parameter.name())
            .setIn(in(parameter.in()))
            .setType(type(parameter.type()))
            .setRequired(parameter.required())
            .setDescription(parameter.description())
            .setForm(form(parameter.schema()))
            .setTitle(parameter.title())
            .setVisibility(visibility(parameter.visibility()))
            .setNullable(parameter.schema().nullable());
    if (parameter.otherwise() != null) {
      wire.setDefault(parameter.otherwise());
    }
    drawbridge.adapters.Parameter.Choices choices = parameter.choices();
    if (choices != null) {
      wire.setChoices(
          Parameter.Choices.newBuilder()
              .setOperation(choices.operation())
              .setValue(choices.value())
              .setTitle(choices.title()));
    }
    return wire.build();
  }

  private static Column column(drawbridge.adapters.Column column) {
    return Column.newBuilder()
        .setName(column.name())
        .setType(type(column.type()))
        .setNullable(column.nullable())
        .setForm(form(column.schema()))
        .setTitle(column.title())
        .setDescription(column.description())
        .setVisibility(visibility(column.visibility()))
        .setReadOnly(column.readOnly())
        .build();
  }

  private static Form form(Schema schema) {
    Form.Builder wire =
        Form.newBuilder()
            .setText(schema.text())
            .setPattern(schema.pattern())
            .setMaxLength(schema.maxLength())
            .setMinimum(schema.minimum())
            .setMaximum(schema.maximum())
            .addAllValues(schema.values())
            .setArray(schema.array())
            .setMaxItems(schema.maxItems());
    schema.members().forEach(member -> wire.addMembers(column(member)));
    return wire.build();
  }

  private static Visibility visibility(drawbridge.adapters.Visibility visibility) {
    return switch (visibility) {
      case NORMAL -> Visibility.NORMAL;
      case IMPORTANT -> Visibility.IMPORTANT;
      case ADVANCED -> Visibility.ADVANCED;
      case INTERNAL -> Visibility.INTERNAL;
    };
  }

  private static Operation.Trigger trigger(Traits.Trigger trigger) {
    return switch (trigger) {
      case NONE -> Operation.Trigger.NONE;
      case NEW_ROWS -> Operation.Trigger.NEW_ROWS;
      case CHANGED_ROWS -> Operation.Trigger.CHANGED_ROWS;
    };
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
