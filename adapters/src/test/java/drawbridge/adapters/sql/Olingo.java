package drawbridge.adapters.sql;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.olingo.commons.api.edm.Edm;
import org.apache.olingo.commons.api.edm.EdmPrimitiveTypeKind;
import org.apache.olingo.commons.api.edm.FullQualifiedName;
import org.apache.olingo.commons.api.edm.provider.CsdlAbstractEdmProvider;
import org.apache.olingo.commons.api.edm.provider.CsdlEntityContainer;
import org.apache.olingo.commons.api.edm.provider.CsdlEntityContainerInfo;
import org.apache.olingo.commons.api.edm.provider.CsdlEntitySet;
import org.apache.olingo.commons.api.edm.provider.CsdlEntityType;
import org.apache.olingo.commons.api.edm.provider.CsdlProperty;
import org.apache.olingo.commons.api.edm.provider.CsdlPropertyRef;
import org.apache.olingo.commons.api.ex.ODataException;
import org.apache.olingo.commons.core.edm.EdmProviderImpl;
import org.apache.olingo.server.api.OData;
import org.apache.olingo.server.api.uri.UriResourceProperty;
import org.apache.olingo.server.api.uri.queryoption.expression.Binary;
import org.apache.olingo.server.api.uri.queryoption.expression.BinaryOperatorKind;
import org.apache.olingo.server.api.uri.queryoption.expression.Expression;
import org.apache.olingo.server.api.uri.queryoption.expression.Literal;
import org.apache.olingo.server.api.uri.queryoption.expression.Member;
import org.apache.olingo.server.api.uri.queryoption.expression.Method;
import org.apache.olingo.server.api.uri.queryoption.expression.Unary;
import org.apache.olingo.server.core.uri.parser.Parser;
import org.jspecify.annotations.Nullable;

/** An expression as Apache Olingo reads it, evaluated as OData 4 says. */
record Olingo(Expression expression) {
  private static final Edm EDM = new EdmProviderImpl(new Provider());

  /** Empty: it refuses the text. */
  static Optional<Olingo> parse(String text) {
    try {
      String encoded =
          java.net.URLEncoder.encode(text, java.nio.charset.StandardCharsets.UTF_8)
              .replace("+", "%20");
      return Optional.of(
          new Olingo(
              new Parser(EDM, OData.newInstance())
                  .parseUri("Rows", "$filter=" + encoded, null, "http://x")
                  .getFilterOption()
                  .getExpression()));
    } catch (ODataException e) {
      return Optional.empty();
    }
  }

  @Nullable Object value(Map<String, @Nullable Object> row) {
    return value(expression, row);
  }

  private static @Nullable Object value(Expression at, Map<String, @Nullable Object> row) {
    return switch (at) {
      case Binary binary -> binary(binary, row);
      case Unary unary -> {
        Object inner = value(unary.getOperand(), row);
        yield inner == null ? null : !(Boolean) inner;
      }
      case Method method -> method(method, row);
      case Member member ->
          row.get(
              ((UriResourceProperty) member.getResourcePath().getUriResourceParts().getFirst())
                  .getProperty()
                  .getName());
      case Literal literal -> literal(literal.getText());
      default -> throw new IllegalStateException(at.toString());
    };
  }

  private static @Nullable Object literal(String text) {
    if (text.startsWith("'")) {
      return text.substring(1, text.length() - 1).replace("''", "'");
    }
    return switch (text) {
      case "null" -> null;
      case "true" -> true;
      case "false" -> false;
      default -> text.matches("\\d{4}-.*") ? (Object) LocalDate.parse(text) : new BigDecimal(text);
    };
  }

  private static @Nullable Object binary(Binary at, Map<String, @Nullable Object> row) {
    Object left = value(at.getLeftOperand(), row);
    if (at.getOperator() == BinaryOperatorKind.IN) {
      List<@Nullable Object> all = new ArrayList<>();
      at.getExpressions().forEach(one -> all.add(value(one, row)));
      return left != null && all.contains(left);
    }
    Object right = value(at.getRightOperand(), row);
    return switch (at.getOperator()) {
      case AND ->
          Boolean.FALSE.equals(left) || Boolean.FALSE.equals(right)
              ? Boolean.FALSE
              : left == null || right == null ? null : Boolean.TRUE;
      case OR ->
          Boolean.TRUE.equals(left) || Boolean.TRUE.equals(right)
              ? Boolean.TRUE
              : left == null || right == null ? null : Boolean.FALSE;
      case EQ -> equal(left, right);
      case NE -> !equal(left, right);
      // A comparison with null is false, not unknown.
      case LT -> left != null && right != null && compare(left, right) < 0;
      case LE -> left != null && right != null && compare(left, right) <= 0;
      case GT -> left != null && right != null && compare(left, right) > 0;
      case GE -> left != null && right != null && compare(left, right) >= 0;
      default -> throw new IllegalStateException(at.toString());
    };
  }

  private static boolean equal(@Nullable Object left, @Nullable Object right) {
    if (left == null || right == null) {
      return left == null && right == null;
    }
    return compare(left, right) == 0;
  }

  @SuppressWarnings("unchecked")
  private static int compare(Object left, Object right) {
    if (left instanceof Number a && right instanceof Number b) {
      return new BigDecimal(a.toString()).compareTo(new BigDecimal(b.toString()));
    }
    return ((Comparable<Object>) left).compareTo(right);
  }

  private static @Nullable Object method(Method at, Map<String, @Nullable Object> row) {
    List<@Nullable Object> given = new ArrayList<>();
    at.getParameters().forEach(one -> given.add(value(one, row)));
    if (given.contains(null)) {
      return null;
    }
    String text = String.valueOf(given.getFirst());
    return switch (at.getMethod()) {
      case CONTAINS -> text.contains(String.valueOf(given.get(1)));
      case STARTSWITH -> text.startsWith(String.valueOf(given.get(1)));
      case ENDSWITH -> text.endsWith(String.valueOf(given.get(1)));
      case TOLOWER -> text.toLowerCase(Locale.ROOT);
      case TOUPPER -> text.toUpperCase(Locale.ROOT);
      case TRIM -> text.strip();
      case LENGTH -> text.codePointCount(0, text.length());
      default -> throw new IllegalStateException(at.toString());
    };
  }

  private static final class Provider extends CsdlAbstractEdmProvider {
    private static final FullQualifiedName TYPE = new FullQualifiedName("T", "Row");
    private static final FullQualifiedName CONTAINER = new FullQualifiedName("T", "C");

    @Override
    public @Nullable CsdlEntityType getEntityType(FullQualifiedName name) {
      return new CsdlEntityType()
          .setName("Row")
          .setProperties(
              List.of(
                  property("nr", EdmPrimitiveTypeKind.Int32),
                  property("name", EdmPrimitiveTypeKind.String),
                  property("code", EdmPrimitiveTypeKind.String),
                  property("amount", EdmPrimitiveTypeKind.Decimal),
                  property("day", EdmPrimitiveTypeKind.Date),
                  property("open", EdmPrimitiveTypeKind.Boolean)))
          .setKey(List.of(new CsdlPropertyRef().setName("nr")));
    }

    private static CsdlProperty property(String name, EdmPrimitiveTypeKind kind) {
      return new CsdlProperty().setName(name).setType(kind.getFullQualifiedName());
    }

    @Override
    public CsdlEntitySet getEntitySet(FullQualifiedName container, String name) {
      return new CsdlEntitySet().setName("Rows").setType(TYPE);
    }

    @Override
    public CsdlEntityContainerInfo getEntityContainerInfo(@Nullable FullQualifiedName name) {
      return new CsdlEntityContainerInfo().setContainerName(CONTAINER);
    }

    @Override
    public CsdlEntityContainer getEntityContainer() {
      return new CsdlEntityContainer()
          .setName("C")
          .setEntitySets(List.of(getEntitySet(CONTAINER, "Rows")));
    }
  }
}
