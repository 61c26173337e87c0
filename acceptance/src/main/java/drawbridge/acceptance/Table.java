package drawbridge.acceptance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows of text in aligned columns, as wide as their widest cell. Not thread-safe. */
final class Table {
  private static final int WIDEST = 56;

  private final List<List<String>> rows = new ArrayList<>();
  private final int indent;

  Table(int indent, String... headings) {
    this.indent = indent;
    row(headings);
  }

  Table row(String... cells) {
    rows.add(Arrays.stream(cells).map(Table::cell).toList());
    return this;
  }

  /** On one line, and cut where it is longer than anybody reads. */
  private static String cell(String text) {
    String line = text.replaceAll("\\s+", " ").strip();
    return line.length() <= WIDEST ? line : line.substring(0, WIDEST - 1) + "…";
  }

  @Override
  public String toString() {
    int columns = rows.stream().mapToInt(List::size).max().orElse(0);
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    List<List<String>> lines = new ArrayList<>(rows);
    lines.add(1, Arrays.stream(widths).mapToObj("-"::repeat).toList()); // below the headings
    StringBuilder text = new StringBuilder();
    for (List<String> row : lines) {
      StringBuilder line = new StringBuilder(" ".repeat(indent));
      for (int i = 0; i < row.size(); i++) {
        line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
