package drawbridge.adapters.sql;

import com.ibm.as400.access.AS400JDBCParameterMetaData;
import com.ibm.as400.access.CharConverter;
import drawbridge.adapters.Call;
import drawbridge.adapters.Fault;
import java.io.UnsupportedEncodingException;
import java.sql.PreparedStatement;
import java.sql.SQLDataException;
import java.sql.SQLException;
import java.util.Map;

/**
 * Looks whether the column of Db2 for i that a text is for has all of its characters. JTOpen puts a
 * substitute for each that the column's CCSID lacks, and says nothing.
 */
final class HostCharacters {
  private HostCharacters() {}

  /** A text that the source would have changed; nothing was sent. */
  static final class Lacking extends SQLDataException {
    private static final long serialVersionUID = 1;

    private final transient String text;
    private final int ccsid;

    Lacking(String text, int ccsid) {
      super("a value has a character that CCSID " + ccsid + " lacks", "22021");
      this.text = text;
      this.ccsid = ccsid;
    }

    /** Names the argument that it came from. */
    Fault fault(Call call) {
      String name =
          call.arguments().entrySet().stream()
              .filter(argument -> text.equals(argument.getValue()))
              .map(Map.Entry::getKey)
              .findFirst()
              .orElse("");
      return Fault.argument(
          name,
          (name.isEmpty() ? "a value" : "“" + name + "”")
              + " has a character that CCSID "
              + ccsid
              + " lacks");
    }
  }

  static void check(PreparedStatement statement, int at, String text) throws SQLException {
    if (text.chars().allMatch(c -> c < 0x80 && c >= ' ' && "#@$[]{}|~^`!\\".indexOf(c) < 0)) {
      // Every CCSID of characters has these.
      return;
    }
    int ccsid =
        statement
            .getParameterMetaData()
            .unwrap(AS400JDBCParameterMetaData.class)
            .getParameterCCSID(at);
    if (!holds(ccsid, text)) {
      throw new Lacking(text, ccsid);
    }
  }

  static boolean holds(int ccsid, String text) {
    return switch (ccsid) {
      // No characters, or all there are.
      case 0, 65535, 1200, 1208 -> true;
      default -> {
        try {
          CharConverter converter = new CharConverter(ccsid);
          yield text.equals(converter.byteArrayToString(converter.stringToByteArray(text)));
        } catch (UnsupportedEncodingException e) {
          // Then the driver doesn't know it either, and refuses.
          yield true;
        }
      }
    };
  }
}
