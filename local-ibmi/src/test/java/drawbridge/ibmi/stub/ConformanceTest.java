package drawbridge.ibmi.stub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Replays what a client once sent to a real V7R5, and compares the shape of each answer with what
 * the real system answered: header, template, code points, lengths.
 */
final class ConformanceTest {
  /**
   * A difference that is known.
   *
   * @param capture where it is seen
   * @param number of the answer in it, from 1
   * @param reason why it is as it is
   */
  private record Known(String capture, int number, String reason) {}

  private static final List<Known> KNOWN =
      List.of(
          new Known("error_table_not_found", 4, "the text of the error is H2's, of another length"),
          new Known("select_dummy", 3, "H2 has no register CURRENT_SERVER"),
          new Known("select_dummy", 4, "so nothing was prepared that could be opened"),
          new Known(
              "select_multi_column",
              4,
              "dates are ISO here, two characters longer than in the format of the real job"),
          new Known(
              "tx_commit",
              12,
              "the real system warns (-601) that attributes change after work was done; H2 can't"
                  + " tell"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "connect_only",
        "error_table_not_found",
        "multi_row_fetch_1k",
        "prepared_int_param",
        "prepared_string_param",
        "select_dummy",
        "select_multi_column",
        "tx_commit",
        "types_decimal_5_2",
        "types_null"
      })
  void answersHaveTheShapeOfARealSystems(String capture) throws Exception {
    String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";MODE=DB2";
    try (Connection behind = DriverManager.getConnection(url);
        HostSystem host = HostSettings.builder().ccsid(273).database(url).start()) {
      prepare(behind, capture.equals("multi_row_fetch_1k") ? 1000 : 0);
      host.user("BRIDGE", "secret");
      Map<Integer, String> differences = replay(host, capture);
      Map<Integer, String> unknown = new TreeMap<>(differences);
      for (Known known : KNOWN) {
        if (known.capture.equals(capture)) {
          assertTrue(
              unknown.remove(known.number) != null,
              () -> "answer " + known.number + " does not differ any more: " + known.reason);
        }
      }
      assertEquals(Map.of(), unknown);
    }
  }

  private static void prepare(Connection behind, int rows) throws Exception {
    try (Statement statement = behind.createStatement()) {
      statement.execute("create schema DRAWBRIDG1");
      statement.execute(
          "create table DRAWBRIDG1.GOJT_T1(ID int not null, NAME varchar(40) not null,"
              + " AMT decimal(11,2) not null)");
      for (int i = 1; i <= rows; i++) {
        statement.execute(
            "insert into DRAWBRIDG1.GOJT_T1 values(" + i + ", 'row " + i + "', " + i + ".25)");
      }
    }
  }

  /** By number of the answer; those that agree are absent. */
  private static Map<Integer, String> replay(HostSystem host, String capture) throws Exception {
    Map<Integer, String> differences = new TreeMap<>();
    // The captures begin behind the sign-on.
    try (Socket socket = RawClient.signedOn(host, HostService.DATABASE)) {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      int number = 0;
      for (String line : lines(capture)) {
        byte[] frame = HexFormat.of().parseHex(line.substring(line.lastIndexOf(' ') + 1));
        if (line.startsWith("C")) {
          socket.getOutputStream().write(frame);
        } else {
          number++;
          String real = shape(new Frame(frame));
          Optional<Frame> answer = Frame.read(in);
          String ours = answer.isEmpty() ? "no answer" : shape(answer.get());
          if (!Objects.equals(real, ours)) {
            differences.put(number, "\n real " + real + "\n ours " + ours + "\n");
          }
        }
      }
      assertTrue(number > 1, "a capture holds answers");
    }
    return differences;
  }

  private static List<String> lines(String capture) throws IOException {
    try (InputStream in =
        ConformanceTest.class.getResourceAsStream("captures/" + capture + ".frames")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .toList();
    }
  }

  /** Header ids and template as they are, then each code point with its length. */
  private static String shape(Frame frame) throws IOException {
    List<String> parts = new ArrayList<>();
    int template = frame.templateLength();
    parts.add(
        String.format(
            Locale.ROOT,
            "header %04x server %04x correlation %d reply %04x template %s",
            frame.headerId(),
            frame.int2(6),
            frame.int4(12),
            frame.request(),
            HexFormat.of().formatHex(frame.slice(Frame.HEADER, template))));
    int at = Frame.HEADER + template;
    while (at + 6 <= frame.length()) {
      int length = frame.int4(at);
      assertTrue(length >= 6, "a field is at least its own head");
      parts.add(String.format(Locale.ROOT, "%04x:%d", frame.int2(at + 4), length));
      at += length;
    }
    assertEquals(frame.length(), at, "fields fill the frame");
    return String.join(" ", parts);
  }
}
