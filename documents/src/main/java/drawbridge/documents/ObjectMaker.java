package drawbridge.documents;

import drawbridge.documents.Model.Answer;
import drawbridge.documents.Model.Body;
import drawbridge.documents.Model.Member;
import drawbridge.documents.Model.Scalar;
import drawbridge.documents.Model.Thing;
import drawbridge.documents.Model.Value;
import drawbridge.relay.wire.Column;
import drawbridge.relay.wire.Form;
import drawbridge.relay.wire.Operation;
import drawbridge.relay.wire.Parameter;
import drawbridge.relay.wire.Visibility;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes bodies and answers; every object among them gets a name of its own. */
final class ObjectMaker {
  private static final int MEMBERS = 1_000;
  private static final int DEPTH = 8;
  private static final Pattern MEDIA = Pattern.compile("[a-z]{1,20}/[a-z0-9.+-]{1,80}");

  private final ParameterMaker parameters;
  private final BiConsumer<Operation, String> warn;
  private final Map<String, Thing> objects = new LinkedHashMap<>();

  /** In lower case; these have a meaning in one of the documents. */
  private final Set<String> taken =
      new HashSet<>(Set.of("problem", "problemerror", "lines", "bytes"));

  ObjectMaker(ParameterMaker parameters, BiConsumer<Operation, String> warn) {
    this.parameters = parameters;
    this.warn = warn;
  }

  Map<String, Thing> objects() {
    return objects;
  }

  @Nullable Body body(Operation operation, String id, List<Parameter> members) {
    if (operation.getMethod().equals("GET") || operation.getMethod().equals("DELETE")) {
      return null;
    }
    if (MEDIA.matcher(operation.getConsumes()).matches()
        && !operation.getConsumes().equals("application/json")) {
      return new Model.Raw(operation.getConsumes());
    }
    if (members.isEmpty()) {
      return null;
    }
    String name = name(id + "Body");
    List<Member> all = new ArrayList<>();
    objects.put(name, new Thing(List.of(), true));
    for (Parameter parameter : members) {
      Value value =
          value(
              operation,
              parameter.getType(),
              parameter.getForm(),
              parameter.getNullable(),
              name + Wording.pascal(parameter.getName()),
              1);
      Object otherwise =
          parameter.hasDefault() && value instanceof Scalar scalar
              ? Values.typed(scalar, parameter.getDefault())
              : null;
      all.add(
          new Member(
              parameter.getName(),
              Wording.title(parameter.getTitle(), parameter.getName()),
              ParameterMaker.about(
                  parameter.getDescription(), parameter.getTitle(), parameter.getName(), false),
              parameter.getVisibility(),
              parameter.getRequired(),
              value,
              otherwise,
              parameters.choices(operation, parameter)));
    }
    objects.put(name, new Thing(List.copyOf(all), false));
    return new Model.Members(name, all.stream().anyMatch(Member::required));
  }

  Answer answer(Operation operation, String id) {
    if (MEDIA.matcher(operation.getProduces()).matches()
        && !operation.getProduces().equals("application/json")) {
      return new Model.Raw(operation.getProduces());
    }
    boolean chosen =
        operation.getParametersList().stream().anyMatch(p -> p.getName().equals("$select"));
    if (operation.getSingle() && operation.getColumnsCount() > 0) {
      return new Model.Answered(
          object(operation, operation.getColumnsList(), id + "Row", !chosen, 0));
    }
    String answer = name(id + "Answer");
    List<Member> members = new ArrayList<>();
    objects.put(answer, new Thing(List.of(), true));
    if (operation.getColumnsCount() == 0 && !operation.getMethod().equals("GET")) {
      members.add(
          new Member(
              "rows",
              "Rows",
              "How many rows were changed.",
              Visibility.NORMAL,
              false,
              new Scalar("integer", "int64", new Json(), false),
              null,
              null));
    } else if (!operation.getSingle()) {
      String row = object(operation, operation.getColumnsList(), id + "Row", !chosen, 0);
      members.add(
          new Member(
              "value",
              "Value",
              "The rows.",
              Visibility.NORMAL,
              true,
              new Model.Listing(new Model.Ref(row, false), 0, false),
              null,
              null));
      if (operation.getTrigger() != Operation.Trigger.NONE) {
        members.add(
            new Member(
                ParameterMaker.SINCE,
                "Since",
                "Where things stand; the next call gives it.",
                Visibility.INTERNAL,
                false,
                new Scalar("string", "", new Json(), false),
                null,
                null));
      }
      if (operation.getPaged()) {
        members.add(
            new Member(
                "nextLink",
                "Next Link",
                "The URL of the next rows; absent where there are none.",
                Visibility.INTERNAL,
                false,
                new Scalar("string", "uri", new Json(), false),
                null,
                null));
      }
    }
    objects.put(answer, new Thing(List.copyOf(members), true));
    return new Model.Answered(answer);
  }

  // ---- objects

  private String object(
      Operation of, List<Column> columns, String wanted, boolean whole, int depth) {
    String name = name(wanted);
    objects.put(name, new Thing(List.of(), true));
    List<Member> members = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Column column : columns) {
      if (members.size() >= MEMBERS
          || column.getName().isEmpty()
          || !column.getName().equals(Wording.line(column.getName(), 200))
          || !names.add(column.getName())) {
        warn.accept(of, "a column is malformed, there twice or one too many, and left out");
        continue;
      }
      members.add(
          new Member(
              column.getName(),
              Wording.title(column.getTitle(), column.getName()),
              ParameterMaker.about(
                  column.getDescription(), column.getTitle(), column.getName(), true),
              column.getVisibility(),
              whole && !column.getNullable(),
              value(
                  of,
                  column.getType(),
                  column.getForm(),
                  column.getNullable(),
                  name + Wording.pascal(column.getName()),
                  depth + 1),
              null,
              null));
    }
    objects.put(name, new Thing(List.copyOf(members), members.isEmpty()));
    return name;
  }

  private Value value(
      Operation of, String type, Form form, boolean nullable, String name, int depth) {
    Value one;
    if (!type.equals("object")) {
      one = Values.scalar(type, form, nullable && !form.getArray());
    } else if (form.getMembersCount() == 0 || depth >= DEPTH) {
      one = new Model.Anything();
    } else {
      one =
          new Model.Ref(
              object(of, form.getMembersList(), name, true, depth), nullable && !form.getArray());
    }
    return form.getArray() ? new Model.Listing(one, form.getMaxItems(), nullable) : one;
  }

  /** A schema's name, with a number where two would be the same. */
  private String name(String wanted) {
    String name = Wording.pascal(wanted);
    for (int i = 2; !taken.add(name.toLowerCase(Locale.ROOT)); i++) {
      name = Wording.pascal(wanted) + i;
    }
    return name;
  }
}
