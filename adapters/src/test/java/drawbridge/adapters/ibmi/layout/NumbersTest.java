package drawbridge.adapters.ibmi.layout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.ibm.as400.access.AS400Bin2;
import com.ibm.as400.access.AS400Bin4;
import com.ibm.as400.access.AS400Bin8;
import com.ibm.as400.access.AS400PackedDecimal;
import com.ibm.as400.access.AS400UnsignedBin4;
import com.ibm.as400.access.AS400ZonedDecimal;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Numbers as the host stores them, beside JTOpen's own encoders. */
final class NumbersTest {
  /** A number and a field that it fits in. */
  record Fitting(BigInteger unscaled, int digits, int scale) {
    BigDecimal value() {
      return new BigDecimal(unscaled, scale);
    }
  }

  @Provide
  static Arbitrary<Fitting> fitting() {
    return Combinators.combine(
            Arbitraries.integers().between(1, 31),
            Arbitraries.integers().between(0, 31),
            Arbitraries.bigIntegers()
                .between(BigInteger.TEN.pow(31).negate(), BigInteger.TEN.pow(31)))
        .as(
            (digits, scale, number) ->
                new Fitting(
                    number.remainder(BigInteger.TEN.pow(digits)), digits, Math.min(scale, digits)));
  }

  @Property
  void packedIsWhatJtopenWritesAndReads(@ForAll("fitting") Fitting number) {
    Kind.Packed kind = new Kind.Packed(number.digits(), number.scale(), true);
    byte[] ours = Numbers.packed(number.unscaled(), kind);
    AS400PackedDecimal jtopen = new AS400PackedDecimal(number.digits(), number.scale());
    assertArrayEquals(jtopen.toBytes(number.value()), ours);
    assertEquals(number.value(), Numbers.packed(ours, 0, kind));
    assertEquals(number.value(), jtopen.toObject(ours));
  }

  @Property
  void zonedIsWhatJtopenWritesAndReads(@ForAll("fitting") Fitting number) {
    Kind.Zoned kind = new Kind.Zoned(number.digits(), number.scale(), Kind.Sign.LAST);
    byte[] ours = Numbers.zoned(number.unscaled(), kind);
    AS400ZonedDecimal jtopen = new AS400ZonedDecimal(number.digits(), number.scale());
    assertArrayEquals(jtopen.toBytes(number.value()), ours);
    assertEquals(number.value(), Numbers.zoned(ours, 0, kind));
  }

  @Property
  void everySignStandsWhereItIsSaidAndComesBack(
      @ForAll("fitting") Fitting number, @ForAll Kind.Sign sign) {
    BigInteger unscaled = sign == Kind.Sign.NONE ? number.unscaled().abs() : number.unscaled();
    Kind.Zoned kind = new Kind.Zoned(number.digits(), number.scale(), sign);
    byte[] bytes = Numbers.zoned(unscaled, kind);
    assertEquals(kind.size(), bytes.length);
    assertEquals(new BigDecimal(unscaled, number.scale()), Numbers.zoned(bytes, 0, kind));
  }

  @Property
  void binaryIsWhatJtopenWrites(@ForAll long number) {
    BigInteger eight = BigInteger.valueOf(number);
    assertArrayEquals(new AS400Bin8().toBytes(number), Numbers.binary(eight, 8));
    assertArrayEquals(new AS400Bin4().toBytes((int) number), Numbers.binary(eight, 4));
    assertArrayEquals(new AS400Bin2().toBytes((short) number), Numbers.binary(eight, 2));
    long unsigned = number & 0xffff_ffffL;
    byte[] bytes = Numbers.binary(BigInteger.valueOf(unsigned), 4);
    assertArrayEquals(new AS400UnsignedBin4().toBytes(unsigned), bytes);
    assertEquals(
        BigDecimal.valueOf(unsigned), Numbers.binary(bytes, 0, new Kind.Binary(4, 0, 0, false)));
  }

  /** What is decoded would be encoded to the same number: nothing is read that isn't there. */
  @Property
  void anyBytesAreANumberOrNone(@ForAll byte[] bytes, @ForAll Kind.Sign sign) {
    if (bytes.length == 0 || bytes.length > 31) {
      return;
    }
    Kind.Packed packed = new Kind.Packed(bytes.length * 2 - 1, 0, true);
    BigDecimal number = Numbers.packed(bytes, 0, packed);
    if (number != null) {
      assertEquals(
          number, Numbers.packed(Numbers.packed(number.unscaledValue(), packed), 0, packed));
    }
    int digits = bytes.length - (sign.separate() ? 1 : 0);
    if (digits > 0) {
      Kind.Zoned zoned = new Kind.Zoned(digits, 0, sign);
      BigDecimal other = Numbers.zoned(bytes, 0, zoned);
      if (other != null) {
        assertEquals(other, Numbers.zoned(Numbers.zoned(other.unscaledValue(), zoned), 0, zoned));
      }
    }
  }

  @Property(tries = 50)
  void blanksAndLowValuesAreNoNumber(@ForAll boolean blank) {
    byte[] bytes = new byte[5];
    Arrays.fill(bytes, (byte) (blank ? 0x40 : 0));
    assertNull(Numbers.packed(bytes, 0, new Kind.Packed(9, 0, true)));
    assertNull(Numbers.zoned(bytes, 0, new Kind.Zoned(5, 0, Kind.Sign.LAST)));
  }

  @Property
  void whatHasMoreDecimalsIsNeverRounded(
      @ForAll("fitting") Fitting number, @ForAll("scales") int scale) {
    BigInteger unscaled = Numbers.unscaled(number.value(), scale);
    if (number.value().stripTrailingZeros().scale() > scale) {
      assertNull(unscaled);
    } else {
      assertNotNull(unscaled);
      assertEquals(0, number.value().compareTo(new BigDecimal(unscaled, scale)));
    }
  }

  @Provide
  static Arbitrary<Integer> scales() {
    return Arbitraries.integers().between(0, 31);
  }
}
