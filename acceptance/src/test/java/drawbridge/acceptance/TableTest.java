package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class TableTest {
  @Test
  void alignsColumnsUnderTheirHeadings() {
    Table table = new Table(2, "id", "note").row("7", "a\nb").row("1234", "");
    assertEquals(
        """
          id    note
          ----  ----
          7     a b
          1234
        """,
        table.toString());
  }

  @Test
  void cutsWhatNobodyReads() {
    String text = new Table(0, "x").row("y".repeat(1_000)).toString();
    assertTrue(text.lines().allMatch(line -> line.length() <= 56), text);
  }
}
