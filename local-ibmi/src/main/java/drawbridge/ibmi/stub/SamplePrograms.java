package drawbridge.ibmi.stub;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;

/** Programs that the settings file can name, since it can hold none itself. */
final class SamplePrograms {
  private static final Map<String, BigDecimal> PRICES =
      Map.of(
          "BOLT", new BigDecimal("0.35"),
          "GEAR", new BigDecimal("12.50"),
          "MOTOR", new BigDecimal("249.00"));

  /** Bytes of a line of an order. */
  private static final int LINE = 22;

  private SamplePrograms() {}

  static Map<String, HostProgram> all() {
    return Map.of(
        "pricing",
        SamplePrograms::price,
        "order",
        SamplePrograms::order,
        "stock",
        SamplePrograms::stock);
  }

  /**
   * Customer char 10, item char 10, quantity packed 5; then unit price packed 9.2, discount zoned
   * 5.4, total zoned 11.2 and status char 30 as output.
   */
  private static void price(Parameters call) {
    String customer = call.text(0, 0, 10);
    String item = call.text(1, 0, 10);
    BigDecimal quantity = call.packed(2, 0, 5, 0);
    if (item.equals("SCRAP")) {
      throw HostError.of("MCH1202", 40, "Decimal data error.");
    }
    BigDecimal unit = PRICES.get(item);
    if (unit == null) {
      throw HostError.of("USR0001", 30, "Item " + item + " is not on file.");
    }
    BigDecimal discount =
        quantity.compareTo(new BigDecimal(100)) >= 0 ? new BigDecimal("0.1000") : BigDecimal.ZERO;
    BigDecimal total =
        unit.multiply(quantity)
            .multiply(BigDecimal.ONE.subtract(discount))
            .setScale(2, RoundingMode.HALF_UP);
    call.packed(3, 0, 9, 2, unit);
    call.zoned(4, 0, 5, 4, discount);
    call.zoned(5, 0, 11, 2, total);
    call.text(6, 0, 30, "Priced for " + customer);
  }

  /**
   * As COBOL declares it: customer X(10); a record of the number of lines S9(4) BINARY and up to 5
   * lines of item X(10), quantity S9(5) COMP-3 and price S9(7)V99; total S9(9)V99 COMP-3. Lines
   * whose item is not on file are left out.
   */
  private static void order(Parameters call) {
    int lines = call.int2(1, 0);
    BigDecimal total = BigDecimal.ZERO;
    int kept = 0;
    for (int i = 0; i < lines; i++) {
      int from = 2 + LINE * i;
      BigDecimal price = PRICES.get(call.text(1, from, 10));
      if (price != null) {
        int to = 2 + LINE * kept++;
        System.arraycopy(call.bytes(1), from, call.bytes(1), to, LINE);
        call.zoned(1, to + 13, 9, 2, price);
        total = total.add(price.multiply(call.packed(1, to + 10, 5, 0)));
      }
    }
    call.int2(1, 0, kept);
    call.packed(2, 0, 11, 2, total);
  }

  /** A procedure: item char 10, pieces on stock int 4 as output; returns 1, or 0 if not on file. */
  private static void stock(Parameters call) {
    boolean known = PRICES.containsKey(call.text(1, 0, 10));
    call.int4(0, 0, known ? 1 : 0);
    call.int4(2, 0, known ? 250 : 0);
  }
}
