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

  private SamplePrograms() {}

  static Map<String, HostProgram> all() {
    return Map.of("pricing", SamplePrograms::price);
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
}
