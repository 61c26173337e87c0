package drawbridge.adapters.ibmi.layout;

import drawbridge.adapters.Column;
import drawbridge.adapters.Schema;
import drawbridge.adapters.Type;
import drawbridge.adapters.Visibility;
import drawbridge.adapters.ibmi.layout.Field.Invalid;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** What documents say of fields. */
final class Schemas {
  /** Behind the name of a field, the member that tells whether its bytes were no value. */
  static final String INVALID = "Invalid";

  private Schemas() {}

  static boolean flagged(Field field) {
    return field.options().invalid() == Invalid.FLAG && !(field.kind() instanceof Kind.Group);
  }

  /** The members that a caller gives, or gets. */
  static List<Column> members(List<Field> fields, boolean request) {
    List<Column> members = new ArrayList<>();
    for (Field field : fields) {
      if (field.kind() instanceof Kind.Choice(int slot, var alternatives)) {
        // One of them is there at a time, so none is always.
        members(alternatives.stream().map(Kind.Alternative::field).toList(), request)
            .forEach(column -> members.add(slot < 0 ? column : optional(column)));
      } else if (request ? field.asked() : field.shown()) {
        members.add(column(field, request));
        if (!request && flagged(field)) {
          members.add(
              new Column(
                  field.name() + INVALID,
                  Schema.of(Type.BOOLEAN, false),
                  "",
                  "Whether " + field.name() + " held no valid value",
                  Visibility.NORMAL,
                  true));
        }
      }
    }
    return members;
  }

  private static Column optional(Column column) {
    return new Column(
        column.name(),
        nullable(column.schema(), true),
        column.title(),
        column.description(),
        column.visibility(),
        column.readOnly());
  }

  private static Column column(Field field, boolean request) {
    boolean nullable = request ? !field.required() : field.options().invalid() != Invalid.ERROR;
    Schema schema = nullable(schema(field, request), nullable);
    return new Column(
        field.name(),
        field.repeated() ? schema.listOf(field.most()) : schema,
        "",
        field.options().description(),
        Visibility.NORMAL,
        !field.usage().input());
  }

  private static Schema nullable(Schema s, boolean nullable) {
    return new Schema(
        s.type(),
        nullable,
        s.text(),
        s.pattern(),
        s.maxLength(),
        s.minimum(),
        s.maximum(),
        s.values(),
        s.array(),
        s.maxItems(),
        s.members());
  }

  private static Schema schema(Field field, boolean request) {
    return switch (field.kind()) {
      case Kind.Text kind -> string(kind.size());
      case Kind.Varying kind -> string(kind.most());
      case Kind.Bytes _ -> Schema.of(Type.BYTES, false);
      case Kind.Packed(int digits, int scale, boolean signed) ->
          decimal(field, digits, scale, signed);
      case Kind.Zoned(int digits, int scale, Kind.Sign sign) ->
          decimal(field, digits, scale, sign != Kind.Sign.NONE);
      case Kind.Binary kind -> binary(field, kind);
      case Kind.Floating _ -> Schema.of(Type.DOUBLE, false);
      case Kind.Date _ -> Schema.of(Type.DATE, false);
      case Kind.Time _ -> Schema.of(Type.TIME, false);
      case Kind.Timestamp _ -> Schema.of(Type.TIMESTAMP, false);
      case Kind.Flag _ -> Schema.of(Type.BOOLEAN, false);
      case Kind.Group(var inner) -> Schema.object(members(inner, request));
      case Kind.Choice _ -> throw new IllegalArgumentException("a choice has no schema of its own");
    };
  }

  /** Bytes are never fewer than characters. */
  private static Schema string(int bytes) {
    return Schema.of(Type.STRING, false).atMost(bytes);
  }

  private static Schema decimal(Field field, int digits, int scale, boolean signed) {
    BigInteger most = BigInteger.TEN.pow(digits).subtract(BigInteger.ONE);
    return number(
        field, signed ? most.negate() : BigInteger.ZERO, most, scale, Math.max(1, digits - scale));
  }

  private static Schema binary(Field field, Kind.Binary kind) {
    if (kind.digits() > 0) {
      return decimal(field, kind.digits(), kind.scale(), kind.signed());
    }
    int bits = kind.size() * 8 - (kind.signed() ? 1 : 0);
    BigInteger most = BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE);
    BigInteger least = kind.signed() ? BigInteger.ONE.shiftLeft(bits).negate() : BigInteger.ZERO;
    return number(field, least, most, kind.scale(), most.toString().length());
  }

  /**
   * @param whole the most digits before the point
   */
  private static Schema number(
      Field field, BigInteger least, BigInteger most, int scale, int whole) {
    Type type =
        scale > 0
            ? Type.DECIMAL
            : new BigDecimal(most, scale).toBigInteger().bitLength() < 32
                ? Type.INTEGER
                : new BigDecimal(most, scale).toBigInteger().bitLength() < 64
                    ? Type.LONG
                    : Type.DECIMAL;
    Schema schema =
        new Schema(
            type,
            false,
            false,
            "",
            0,
            new BigDecimal(least, scale).toPlainString(),
            new BigDecimal(most, scale).toPlainString(),
            List.of(),
            false,
            0,
            List.of());
    if (!field.asText()) {
      return schema;
    }
    String sign = least.signum() < 0 ? "-?" : "";
    String fraction = scale > 0 ? "(\\.[0-9]{1," + scale + "})?" : "";
    return schema.asText("^" + sign + "[0-9]{1," + whole + "}" + fraction + "$");
  }
}
