package drawbridge.ibmi.stub;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Arrays;

/**
 * Packed and zoned decimals as a program's storage holds them. Signs: F or C plus, D or B minus;
 * whatever is no digit or sign is a decimal data error, as in a host program.
 */
final class Decimals {
  private Decimals() {}

  static int packedLength(int digits) {
    return digits / 2 + 1;
  }

  static BigDecimal packed(byte[] in, int offset, int digits, int scale) {
    int length = packedLength(digits);
    StringBuilder text = new StringBuilder(digits + 1);
    for (int i = 0; i < length; i++) {
      int b = in[offset + i] & 0xFF;
      digit(text, b >> 4);
      if (i < length - 1) {
        digit(text, b & 0xF);
      } else {
        sign(text, b & 0xF);
      }
    }
    return new BigDecimal(new BigInteger(text.toString()), scale);
  }

  static BigDecimal zoned(byte[] in, int offset, int digits, int scale) {
    StringBuilder text = new StringBuilder(digits + 1);
    for (int i = 0; i < digits; i++) {
      digit(text, in[offset + i] & 0xF);
    }
    sign(text, (in[offset + digits - 1] & 0xFF) >> 4);
    return new BigDecimal(new BigInteger(text.toString()), scale);
  }

  private static void digit(StringBuilder text, int nibble) {
    if (nibble > 9) {
      throw HostError.of("MCH1202", 40, "Decimal data error.");
    }
    text.append((char) ('0' + nibble));
  }

  private static void sign(StringBuilder text, int nibble) {
    if (nibble < 10) {
      throw HostError.of("MCH1202", 40, "Decimal data error.");
    }
    if (nibble == 0xD || nibble == 0xB) {
      text.insert(0, '-');
    }
  }

  static byte[] toPacked(BigDecimal value, int digits, int scale) {
    String text = digits(value, digits, digits | 1, scale);
    byte[] out = new byte[packedLength(digits)];
    for (int i = 0; i < text.length(); i++) {
      out[i / 2] |= (byte) (text.charAt(i) - '0' << (i % 2 == 0 ? 4 : 0));
    }
    out[out.length - 1] |= (byte) (value.signum() < 0 ? 0xD : 0xF);
    return out;
  }

  static byte[] toZoned(BigDecimal value, int digits, int scale) {
    String text = digits(value, digits, digits, scale);
    byte[] out = new byte[digits];
    Arrays.fill(out, (byte) 0xF0);
    for (int i = 0; i < digits; i++) {
      out[i] |= (byte) (text.charAt(i) - '0');
    }
    if (value.signum() < 0) {
      out[digits - 1] &= (byte) 0xDF;
    }
    return out;
  }

  /** Truncates what is finer than the scale, as a MOVE does; too many digits are an error. */
  private static String digits(BigDecimal value, int most, int width, int scale) {
    String text = value.setScale(scale, RoundingMode.DOWN).unscaledValue().abs().toString();
    if (text.length() > most) {
      throw HostError.of("MCH1210", 30, "Receiver value too small to hold result.");
    }
    return "0".repeat(width - text.length()) + text;
  }
}
