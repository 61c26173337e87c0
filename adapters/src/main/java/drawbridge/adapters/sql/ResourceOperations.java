package drawbridge.adapters.sql;

import drawbridge.adapters.Column;
import drawbridge.adapters.Operation;
import drawbridge.adapters.Outline;
import drawbridge.adapters.Parameter;
import drawbridge.adapters.Traits;
import drawbridge.adapters.sql.Resource.Action;
import drawbridge.adapters.sql.Resource.Col;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The operations that a resource stands for, with names, paths and parameters. */
final class ResourceOperations {
  private final SqlSource source;
  private final Resource resource;
  private final Outline outline;
  private final List<Column> columns;

  /** An operation, to callers and to its source. */
  record Made(SqlOperation inner, Operation operation) {}

  private ResourceOperations(SqlSource source, Resource resource, Outline outline) {
    this.source = source;
    this.resource = resource;
    this.outline = outline;
    this.columns = resource.columns().stream().map(ResourceOperations::column).toList();
  }

  static List<Made> of(SqlSource source, Resource resource, Outline outline) {
    ResourceOperations operations = new ResourceOperations(source, resource, outline);
    return resource.allow().stream().map(operations::made).toList();
  }

  private static Column column(Col col) {
    return new Column(
        col.name(),
        col.schema(),
        col.told().title(),
        col.told().description(),
        col.told().visibility(),
        col.readOnly());
  }

  private Made made(Action action) {
    boolean reads = action == Action.LIST || action == Action.GET;
    Outline own = outline(action);
    Engine engine =
        new Engine(
            source,
            own.id(),
            reads,
            reads,
            Connection.TRANSACTION_NONE,
            outline.traits().seconds());
    if (action == Action.LIST) {
      ListAction list = new ListAction(own.id(), engine, resource);
      return new Made(list, own.with(true, false, columns, list));
    }
    RowAction row = new RowAction(own.id(), engine, resource, action);
    return new Made(row, own.with(reads, true, action == Action.DELETE ? List.of() : columns, row));
  }

  private Outline outline(Action action) {
    String word = action.name().charAt(0) + action.name().substring(1).toLowerCase(Locale.ROOT);
    String name = word + outline.name() + (action == Action.LIST ? "s" : "");
    String id = outline.id().substring(0, outline.id().lastIndexOf('/') + 1) + name;
    StringBuilder path = new StringBuilder(outline.path());
    List<Parameter> parameters = new ArrayList<>();
    if (action != Action.LIST && action != Action.CREATE) {
      for (Col key : resource.keys()) {
        path.append("/{").append(key.name()).append('}');
        parameters.add(Resource.parameter(key, Parameter.In.PATH, true));
      }
    }
    return new Outline(
        id,
        name,
        outline.summary().isEmpty() ? summary(action) : word + ": " + outline.summary(),
        outline.description(),
        method(action),
        path.toString(),
        List.copyOf(with(parameters, action)),
        traits(action));
  }

  private static String method(Action action) {
    return switch (action) {
      case LIST, GET -> "GET";
      case CREATE -> "POST";
      case UPDATE -> "PATCH";
      case DELETE -> "DELETE";
    };
  }

  private String summary(Action action) {
    String one = outline.name().replaceAll("(?<=[a-z0-9])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
    return switch (action) {
      case LIST -> "List rows of " + one;
      case GET -> "Get one row of " + one;
      case CREATE -> "Create a row of " + one;
      case UPDATE -> "Change a row of " + one;
      case DELETE -> "Delete a row of " + one;
    };
  }

  private List<Parameter> with(List<Parameter> path, Action action) {
    List<Parameter> all = new ArrayList<>(path);
    boolean etag = resource.etag() != null;
    switch (action) {
      case LIST ->
          all.addAll(
              Paging.parameters(
                  "$filter", "$select", "$orderby", "$top", "$skip", "$count", "page"));
      case GET -> {
        if (etag) {
          all.addAll(Paging.parameters("If-None-Match"));
        }
      }
      case CREATE -> {
        for (Col column : resource.columns()) {
          if (!column.readOnly()) {
            all.add(Resource.parameter(column, Parameter.In.BODY, column.required()));
          }
        }
        if (resource.idempotency() != null) {
          all.addAll(Paging.parameters("Idempotency-Key"));
        }
      }
      case UPDATE -> {
        List<String> keys = resource.keys().stream().map(Col::name).toList();
        for (Col column : resource.columns()) {
          if (!column.readOnly() && !keys.contains(column.name())) {
            all.add(Resource.parameter(column, Parameter.In.BODY, false));
          }
        }
        if (etag) {
          all.addAll(Paging.parameters("If-Match"));
        }
      }
      case DELETE -> {
        if (etag) {
          all.addAll(Paging.parameters("If-Match"));
        }
      }
    }
    return all;
  }

  private Traits traits(Action action) {
    Traits traits = outline.traits();
    return switch (action) {
      case LIST -> traits.asPaged();
      case CREATE -> traits.answering(201);
      case GET, UPDATE -> conditional(traits);
      case DELETE -> conditional(traits).answering(204);
    };
  }

  private Traits conditional(Traits traits) {
    return resource.etag() == null ? traits : traits.asConditional();
  }
}
