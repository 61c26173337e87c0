package drawbridge.adapters.ibmi.layout;

import drawbridge.adapters.ibmi.layout.Kind.Sign;
import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * Packed, zoned and binary numbers. Encoders take what fits, which the caller of them has checked
 * with {@link #unscaled}; decoders answer null for bytes that are no number, never a guess.
 */
final class Numbers {
  private Numbers() {}

  /** The whole number that is stored; null: it has more decimals than the scale. */
  static @Nullable BigInteger unscaled(BigDecimal value, int scale) {
    BigDecimal plain = value.stripTrailingZeros();
    if (plain.signum() == 0) {
      return BigInteger.ZERO;
    }
    // Without this, 1E+999999999 would be written out before it is refused.
    if (plain.scale() > scale || (long) plain.precision() - plain.scale() + scale > 80) {
      return plain.scale() > scale ? null : BigInteger.TEN.pow(80);
    }
    return plain.setScale(scale).unscaledValue();
  }

  static boolean fits(BigInteger unscaled, int digits) {
    return unscaled.abs().toString().length() <= digits;
  }

  static byte[] packed(BigInteger unscaled, Kind.Packed kind) {
    byte[] bytes = new byte[kind.size()];
    String digits = unscaled.abs().toString();
    int sign = unscaled.signum() < 0 ? 0xd : 0xf;
    bytes[bytes.length - 1] = (byte) sign;
    int at = bytes.length * 2 - 2;
    for (int i = digits.length() - 1; i >= 0; i--, at--) {
      int digit = digits.charAt(i) - '0';
      bytes[at / 2] |= (byte) (at % 2 == 0 ? digit << 4 : digit);
    }
    return bytes;
  }

  static @Nullable BigDecimal packed(byte[] data, int from, Kind.Packed kind) {
    int size = kind.size();
    StringBuilder digits = new StringBuilder(size * 2);
    for (int i = 0; i < size * 2 - 1; i++) {
      int half = i % 2 == 0 ? (data[from + i / 2] >> 4) & 0xf : data[from + i / 2] & 0xf;
      if (half > 9) {
        return null;
      }
      digits.append((char) ('0' + half));
    }
    // An even number of digits leaves a half-byte over, which must not hold one more.
    if (digits.length() > kind.digits() && digits.charAt(0) != '0') {
      return null;
    }
    return signed(digits, data[from + size - 1] & 0xf, kind.signed(), kind.scale());
  }

  private static @Nullable BigDecimal signed(
      CharSequence digits, int sign, boolean mayBeNegative, int scale) {
    boolean negative = sign == 0xd || sign == 0xb;
    if (sign < 0xa || (negative && !mayBeNegative)) {
      return null;
    }
    BigInteger magnitude = new BigInteger(digits.toString());
    return new BigDecimal(negative ? magnitude.negate() : magnitude, scale);
  }

  static byte[] zoned(BigInteger unscaled, Kind.Zoned kind) {
    byte[] bytes = new byte[kind.size()];
    int first = kind.sign() == Sign.SEPARATE_FIRST ? 1 : 0;
    String digits = unscaled.abs().toString();
    for (int i = 0; i < kind.digits(); i++) {
      int at = i - (kind.digits() - digits.length());
      bytes[first + i] = (byte) (0xf0 | (at < 0 ? 0 : digits.charAt(at) - '0'));
    }
    boolean negative = unscaled.signum() < 0;
    switch (kind.sign()) {
      case NONE -> {}
      case LAST -> sign(bytes, bytes.length - 1, negative);
      case FIRST -> sign(bytes, 0, negative);
      case SEPARATE_LAST -> bytes[bytes.length - 1] = (byte) (negative ? 0x60 : 0x4e);
      case SEPARATE_FIRST -> bytes[0] = (byte) (negative ? 0x60 : 0x4e);
    }
    return bytes;
  }

  private static void sign(byte[] bytes, int at, boolean negative) {
    if (negative) {
      bytes[at] = (byte) (0xd0 | (bytes[at] & 0xf));
    }
  }

  static @Nullable BigDecimal zoned(byte[] data, int from, Kind.Zoned kind) {
    Sign where = kind.sign();
    int first = from + (where == Sign.SEPARATE_FIRST ? 1 : 0);
    int signAt = where == Sign.FIRST ? 0 : kind.digits() - 1;
    boolean overpunched = !where.separate();
    int sign = 0xf;
    StringBuilder digits = new StringBuilder(kind.digits());
    for (int i = 0; i < kind.digits(); i++) {
      int zone = (data[first + i] >> 4) & 0xf;
      int digit = data[first + i] & 0xf;
      if (digit > 9 || (zone != 0xf && !(overpunched && i == signAt))) {
        return null;
      }
      if (overpunched && i == signAt) {
        sign = zone;
      }
      digits.append((char) ('0' + digit));
    }
    if (where.separate()) {
      int at = where == Sign.SEPARATE_FIRST ? from : from + kind.digits();
      switch (data[at] & 0xff) {
        case 0x4e -> sign = 0xf;
        case 0x60 -> sign = 0xd;
        default -> {
          return null;
        }
      }
    }
    return signed(digits, sign, where != Sign.NONE, kind.scale());
  }

  static boolean fits(BigInteger unscaled, Kind.Binary kind) {
    if (kind.digits() > 0 && !fits(unscaled, kind.digits())) {
      return false;
    }
    int bits = kind.size() * 8;
    return kind.signed()
        ? unscaled.bitLength() < bits
        : unscaled.signum() >= 0 && unscaled.bitLength() <= bits;
  }

  static byte[] binary(BigInteger unscaled, int size) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[size - 1 - i] = unscaled.shiftRight(i * 8).byteValue();
    }
    return bytes;
  }

  static @Nullable BigDecimal binary(byte[] data, int from, Kind.Binary kind) {
    BigInteger value =
        kind.signed()
            ? new BigInteger(data, from, kind.size())
            : new BigInteger(1, data, from, kind.size());
    return kind.digits() > 0 && !fits(value, kind.digits())
        ? null
        : new BigDecimal(value, kind.scale());
  }
}
