package drawbridge.documents;

import drawbridge.documents.Model.Choices;
import drawbridge.documents.Model.Member;
import drawbridge.documents.Model.Thing;
import drawbridge.documents.Model.Value;
import drawbridge.relay.wire.Visibility;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes values and objects in the words of one of the two documents. */
enum Schemas {
  /** Of OpenAPI 3.0: {@code nullable}, titles. */
  OPENAPI("#/components/schemas/") {
    @Override
    void nullable(Json schema) {
      schema.put("nullable", true);
    }

    @Override
    Json ref(Model.Ref ref) {
      Json to = new Json().put("$ref", prefix + ref.object());
      return ref.nullable()
          // Without a type of its own, “nullable” would mean nothing.
          ? new Json()
              .put("type", "object")
              .put("nullable", true)
              .put("allOf", java.util.List.of(to))
          : to;
    }

    @Override
    void forPeople(Json schema, String title, Visibility visibility, @Nullable Choices choices) {
      schema.put("title", title);
    }
  },

  /** Of Swagger 2.0, with Power Platform's extensions. */
  SWAGGER("#/definitions/") {
    @Override
    void nullable(Json schema) {
      schema.put("x-nullable", true);
    }

    @Override
    Json ref(Model.Ref ref) {
      return new Json().put("$ref", prefix + ref.object());
    }

    @Override
    void forPeople(Json schema, String title, Visibility visibility, @Nullable Choices choices) {
      schema.put("x-ms-summary", title);
      schema.put("x-ms-visibility", shown(visibility));
      if (choices != null) {
        Json dynamic = new Json().put("operationId", choices.operation());
        Json list = new Json().put("operationId", choices.operation());
        for (String name : choices.parameters()) {
          dynamic.child("parameters").put(name, new Json().put("parameter", name));
          list.child("parameters").put(name, new Json().put("parameterReference", name));
        }
        schema.put(
            "x-ms-dynamic-values",
            dynamic
                .put("value-collection", "value")
                .put("value-path", choices.value())
                .put("value-title", choices.title()));
        schema.put(
            "x-ms-dynamic-list",
            list.put("itemsPath", "value")
                .put("itemValuePath", choices.value())
                .put("itemTitlePath", choices.title()));
      }
    }
  };

  final String prefix;

  Schemas(String prefix) {
    this.prefix = prefix;
  }

  abstract void nullable(Json schema);

  /** Nothing may stand beside a reference. */
  abstract Json ref(Model.Ref ref);

  abstract void forPeople(
      Json schema, String title, Visibility visibility, @Nullable Choices choices);

  /** As the designer takes it; null: as usual. */
  static @Nullable String shown(Visibility visibility) {
    return switch (visibility) {
      case NORMAL, UNRECOGNIZED -> null;
      case IMPORTANT -> "important";
      case ADVANCED -> "advanced";
      case INTERNAL -> "internal";
    };
  }

  Json objects(Map<String, Thing> objects) {
    Json all = new Json();
    objects.forEach((name, thing) -> all.put(name, object(thing)));
    return all;
  }

  private Json object(Thing thing) {
    Json schema = new Json().put("type", "object");
    var required =
        thing.members().stream().filter(Member::required).map(Member::name).sorted().toList();
    schema.put(!required.isEmpty(), "required", required);
    Json members = new Json();
    thing.members().forEach(member -> members.put(member.name(), member(member)));
    schema.put(!members.isEmpty(), "properties", members);
    return schema.put(thing.members().isEmpty() && thing.open(), "additionalProperties", true);
  }

  private Json member(Member member) {
    Json schema = value(member.value());
    if (member.value() instanceof Model.Ref) {
      return schema;
    }
    schema.put("description", member.description()).put("default", member.otherwise());
    forPeople(schema, member.title(), member.visibility(), member.choices());
    return schema;
  }

  Json value(Value value) {
    return switch (value) {
      case Model.Ref ref -> ref(ref);
      case Model.Anything() -> new Json();
      case Model.Listing list -> {
        Json schema = new Json().put("type", "array").put("items", value(list.of()));
        schema.put(list.most() > 0, "maxItems", list.most());
        if (list.nullable()) {
          nullable(schema);
        }
        yield schema;
      }
      case Model.Scalar scalar -> {
        Json schema = new Json().put("type", scalar.type());
        schema.put(!scalar.format().isEmpty(), "format", scalar.format());
        schema.putAll(scalar.limits());
        if (scalar.nullable()) {
          nullable(schema);
        }
        yield schema;
      }
    };
  }
}
