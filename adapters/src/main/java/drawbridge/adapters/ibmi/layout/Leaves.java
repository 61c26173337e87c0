package drawbridge.adapters.ibmi.layout;

import static drawbridge.adapters.ibmi.layout.Encoder.wrong;

import drawbridge.adapters.FaultException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The bytes of single values. The digits, signs and marks of dates are alike in all of EBCDIC. */
final class Leaves {
  /** The page of dates. */
  private static final int DATES = 37;

  private static final Pattern NUMBER =
      Pattern.compile("[+-]?([0-9]{1,70}(\\.[0-9]{0,70})?|\\.[0-9]{1,70})([eE][+-]?[0-9]{1,3})?");

  private Leaves() {}

  static HostText text(int ccsid) {
    return HostText.of(ccsid)
        .orElseThrow(() -> new IllegalStateException("CCSID " + ccsid + " was checked at load"));
  }

  /**
   * The bytes of a value.
   *
   * @param name for messages
   * @param length that another field says, in bytes; -1: none does, or it follows from this value
   * @param ccsid that another field says; -1: none does
   */
  static byte[] encode(Field field, Object value, String name, int length, int ccsid)
      throws FaultException {
    boolean follows = field.links().length() >= 0;
    return switch (field.kind()) {
      case Kind.Text kind -> text(kind, string(value, name), name, length, follows, ccsid);
      case Kind.Varying kind -> varying(kind, string(value, name), name, ccsid);
      case Kind.Bytes kind -> bytes(kind, value, name, length, follows);
      case Kind.Packed kind ->
          Numbers.packed(number(value, name, kind.digits(), kind.scale(), kind.signed()), kind);
      case Kind.Zoned kind ->
          Numbers.zoned(
              number(value, name, kind.digits(), kind.scale(), kind.sign() != Kind.Sign.NONE),
              kind);
      case Kind.Binary kind -> binary(kind, value, name);
      case Kind.Floating kind -> floating(kind, value, name);
      case Kind.Date(var form) -> dates(form.write(date(value, name)), name);
      case Kind.Time(var form) -> dates(form.write(time(value, name)), name);
      case Kind.Timestamp kind ->
          dates(HostDates.timestamp(timestamp(value, name), kind.size()), name);
      case Kind.Flag kind -> flag(kind, value, name);
      case Kind.Group _, Kind.Choice _ -> throw new IllegalArgumentException("not a single value");
    };
  }

  private static String string(Object value, String name) throws FaultException {
    if (value instanceof String text) {
      return text;
    }
    throw wrong(name, "must be a string");
  }

  private static byte[] text(
      Kind.Text kind, String value, String name, int length, boolean follows, int ccsid)
      throws FaultException {
    HostText page = page(kind.ccsid(), ccsid, name);
    byte[] bytes = encoded(page, value, name);
    int room = length >= 0 ? Math.min(length, kind.size()) : kind.size();
    if (bytes.length > room) {
      throw wrong(name, "needs " + bytes.length + " bytes, and there is room for " + room);
    }
    return follows && length < 0 ? bytes : padded(bytes, room, page);
  }

  private static HostText page(int declared, int given, String name) throws FaultException {
    HostText page = HostText.of(given >= 0 ? given : declared).orElse(null);
    if (page == null) {
      throw wrong(name, "has a CCSID that is not known");
    }
    return page;
  }

  private static byte[] encoded(HostText page, String value, String name) throws FaultException {
    byte[] bytes = page.encode(value);
    if (bytes == null) {
      throw wrong(name, "has a character that CCSID " + page.ccsid() + " lacks");
    }
    return bytes;
  }

  private static byte[] padded(byte[] bytes, int size, HostText page) {
    byte[] blank = page.blank();
    byte[] padded = Arrays.copyOf(bytes, size);
    for (int i = bytes.length; i < size; i++) {
      padded[i] = blank[(i - bytes.length) % blank.length];
    }
    return padded;
  }

  private static byte[] varying(Kind.Varying kind, String value, String name, int ccsid)
      throws FaultException {
    HostText page = page(kind.ccsid(), ccsid, name);
    byte[] bytes = encoded(page, value, name);
    if (bytes.length > kind.most()) {
      throw wrong(name, "needs " + bytes.length + " bytes, and there is room for " + kind.most());
    }
    byte[] all = new byte[kind.size()];
    int count = bytes.length / (page.pairs() ? 2 : 1);
    System.arraycopy(
        Numbers.binary(BigInteger.valueOf(count), kind.prefix()), 0, all, 0, kind.prefix());
    System.arraycopy(bytes, 0, all, kind.prefix(), bytes.length);
    return all;
  }

  private static byte[] bytes(
      Kind.Bytes kind, Object value, String name, int length, boolean follows)
      throws FaultException {
    byte[] bytes;
    try {
      bytes =
          value instanceof byte[] given ? given : Base64.getDecoder().decode(string(value, name));
    } catch (IllegalArgumentException e) {
      throw wrong(name, "must be base64");
    }
    int room = length >= 0 ? Math.min(length, kind.size()) : kind.size();
    if (follows && length < 0 ? bytes.length > room : bytes.length != room) {
      throw wrong(name, "must have " + (follows ? "at most " : "") + room + " bytes");
    }
    return bytes;
  }

  /** A number as it is stored: whole, and within the digits. */
  private static BigInteger number(Object value, String name, int digits, int scale, boolean signed)
      throws FaultException {
    BigInteger unscaled = whole(value, name, scale);
    if (!Numbers.fits(unscaled, digits)) {
      throw wrong(name, "has more digits than there is room for");
    }
    if (!signed && unscaled.signum() < 0) {
      throw wrong(name, "must not be negative");
    }
    return unscaled;
  }

  private static BigInteger whole(Object value, String name, int scale) throws FaultException {
    BigInteger unscaled = Numbers.unscaled(decimal(value, name), scale);
    if (unscaled == null) {
      throw wrong(
          name,
          scale > 0
              ? "has more than " + scale + (scale == 1 ? " decimal" : " decimals")
              : scale == 0 ? "must be a whole number" : "must be a multiple of 1E" + -scale);
    }
    return unscaled;
  }

  private static BigDecimal decimal(Object value, String name) throws FaultException {
    return switch (value) {
      case BigDecimal number -> number;
      case Integer number -> BigDecimal.valueOf(number);
      case Long number -> BigDecimal.valueOf(number);
      case Double number when Double.isFinite(number) -> new BigDecimal(number.toString());
      case String text when NUMBER.matcher(text).matches() -> new BigDecimal(text);
      default -> throw wrong(name, "must be a number");
    };
  }

  private static byte[] binary(Kind.Binary kind, Object value, String name) throws FaultException {
    BigInteger unscaled = whole(value, name, kind.scale());
    if (!Numbers.fits(unscaled, kind)) {
      throw wrong(name, "is out of the range of its type");
    }
    return Numbers.binary(unscaled, kind.size());
  }

  private static byte[] floating(Kind.Floating kind, Object value, String name)
      throws FaultException {
    double number = decimal(value, name).doubleValue();
    boolean fits = kind.size() == 8 ? Double.isFinite(number) : Float.isFinite((float) number);
    if (!fits) {
      throw wrong(name, "is out of the range of its type");
    }
    return kind.size() == 8
        ? ByteBuffer.allocate(8).putDouble(number).array()
        : ByteBuffer.allocate(4).putFloat((float) number).array();
  }

  private static byte[] dates(@Nullable String text, String name) throws FaultException {
    byte[] bytes = text == null ? null : text(DATES).encode(text);
    if (bytes == null) {
      throw wrong(name, "is beyond what the host can hold in this form");
    }
    return bytes;
  }

  private static LocalDate date(Object value, String name) throws FaultException {
    try {
      return value instanceof LocalDate date ? date : LocalDate.parse(string(value, name));
    } catch (DateTimeException e) {
      throw wrong(name, "must be a date such as 2026-01-31");
    }
  }

  private static LocalTime time(Object value, String name) throws FaultException {
    try {
      return value instanceof LocalTime time ? time : LocalTime.parse(string(value, name));
    } catch (DateTimeException e) {
      throw wrong(name, "must be a time such as 13:45:00");
    }
  }

  private static LocalDateTime timestamp(Object value, String name) throws FaultException {
    try {
      if (!(value instanceof OffsetDateTime)) {
        return value instanceof LocalDateTime time
            ? time
            : LocalDateTime.parse(string(value, name));
      }
    } catch (DateTimeException e) {
      // said below
    }
    throw wrong(name, "must be a time stamp without an offset, such as 2026-01-31T13:45:00");
  }

  private static byte[] flag(Kind.Flag kind, Object value, String name) throws FaultException {
    if (!(value instanceof Boolean yes)) {
      throw wrong(name, "must be true or false");
    }
    return encoded(text(kind.ccsid()), String.valueOf(yes ? kind.yes() : kind.no()), name);
  }

  /** What stands for nothing: blanks, zeros, the first of dates. */
  static byte[] empty(Field field, int length, int ccsid) throws FaultException {
    return switch (field.kind()) {
      case Kind.Text kind ->
          padded(
              new byte[0],
              field.links().length() >= 0 ? Math.max(0, length) : kind.size(),
              page(kind.ccsid(), ccsid, field.path()));
      case Kind.Bytes kind ->
          new byte[field.links().length() >= 0 ? Math.max(0, length) : kind.size()];
      case Kind.Varying _, Kind.Floating _ -> new byte[field.kind().size()];
      case Kind.Packed _, Kind.Zoned _, Kind.Binary _ ->
          encode(field, BigDecimal.ZERO, field.path(), -1, -1);
      case Kind.Date(var form) ->
          encode(
              field,
              LocalDate.of(form.order().contains("Y") ? 1 : 1940, 1, 1),
              field.path(),
              -1,
              -1);
      case Kind.Time _ -> encode(field, LocalTime.MIDNIGHT, field.path(), -1, -1);
      case Kind.Timestamp _ -> encode(field, LocalDateTime.of(1, 1, 1, 0, 0), field.path(), -1, -1);
      case Kind.Flag _ -> encode(field, false, field.path(), -1, -1);
      case Kind.Group _, Kind.Choice _ -> throw new IllegalArgumentException("not a single value");
    };
  }

  /**
   * The value of these bytes as JSON has it, or null where they are none.
   *
   * @param size bytes there are
   */
  static @Nullable Object decode(Field field, byte[] data, int from, int size, int ccsid) {
    return switch (field.kind()) {
      case Kind.Text kind -> {
        String text = decodedText(ccsid >= 0 ? ccsid : kind.ccsid(), data, from, size);
        yield text == null ? null : kind.trim().of(text);
      }
      case Kind.Varying kind -> {
        HostText page = HostText.of(ccsid >= 0 ? ccsid : kind.ccsid()).orElse(null);
        if (page == null) {
          yield null;
        }
        long count = new BigInteger(1, data, from, kind.prefix()).longValue();
        long length = count * (page.pairs() ? 2 : 1);
        yield length > kind.most()
            ? null
            : page.decode(data, from + kind.prefix(), Math.toIntExact(length));
      }
      case Kind.Bytes _ ->
          Base64.getEncoder().encodeToString(Arrays.copyOfRange(data, from, from + size));
      case Kind.Packed kind -> json(field, Numbers.packed(data, from, kind));
      case Kind.Zoned kind -> json(field, Numbers.zoned(data, from, kind));
      case Kind.Binary kind -> json(field, Numbers.binary(data, from, kind));
      case Kind.Floating kind -> {
        ByteBuffer buffer = ByteBuffer.wrap(data, from, size);
        double value = kind.size() == 8 ? buffer.getDouble() : buffer.getFloat();
        String shortest = kind.size() == 8 ? Double.toString(value) : Float.toString((float) value);
        yield Double.isFinite(value) ? json(field, new BigDecimal(shortest)) : null;
      }
      case Kind.Date(var form) -> {
        String text = decodedText(DATES, data, from, size);
        LocalDate date = text == null ? null : form.read(text);
        yield date == null ? null : date.toString();
      }
      case Kind.Time(var form) -> {
        String text = decodedText(DATES, data, from, size);
        yield text == null ? null : form.read(text);
      }
      case Kind.Timestamp _ -> {
        String text = decodedText(DATES, data, from, size);
        yield text == null ? null : HostDates.timestamp(text);
      }
      case Kind.Flag kind -> {
        String text = decodedText(kind.ccsid(), data, from, size);
        yield text == null || text.length() != 1
            ? null
            : text.charAt(0) == kind.yes()
                ? Boolean.TRUE
                : text.charAt(0) == kind.no() ? Boolean.FALSE : null;
      }
      case Kind.Group _, Kind.Choice _ -> throw new IllegalArgumentException("not a single value");
    };
  }

  private static @Nullable String decodedText(int ccsid, byte[] data, int from, int size) {
    HostText page = HostText.of(ccsid).orElse(null);
    return page == null ? null : page.decode(data, from, size);
  }

  private static @Nullable Object json(Field field, @Nullable BigDecimal number) {
    return number == null ? null : field.asText() ? number.toPlainString() : number;
  }

  /** What other fields refer to: a whole number as Long, other values as text; null: invalid. */
  static @Nullable Object key(Field field, byte[] data, int from, int size, int ccsid) {
    Object value = decode(field, data, from, size, ccsid);
    boolean number =
        field.kind() instanceof Kind.Packed
            || field.kind() instanceof Kind.Zoned
            || field.kind() instanceof Kind.Binary;
    if (value == null) {
      return null;
    }
    if (!number) {
      return value.toString();
    }
    try {
      return new BigDecimal(value.toString()).longValueExact();
    } catch (ArithmeticException e) {
      return new BigDecimal(value.toString()).toPlainString();
    }
  }
}
