package drawbridge.ibmi.stub;

import java.sql.SQLException;
import java.util.Locale;

/** What H2's refusal is called by Db2: a code, a state, a message id. */
record SqlFault(int code, String state, String text) {
  static final SqlFault NONE = new SqlFault(0, "00000", "");

  static SqlFault of(SQLException e) {
    int code =
        switch (e.getErrorCode()) {
          case 42101 -> -601;
          case 42102, 42103, 42104, 90079, 90022 -> -204;
          case 42122 -> -206;
          case 42000, 42001 -> -104;
          case 23505 -> -803;
          case 23502 -> -407;
          case 23503, 23506 -> -530;
          case 23513, 23514 -> -545;
          case 22001 -> -404;
          case 22003, 22018, 22007 -> -420;
          case 22012 -> -802;
          case 57014 -> -952;
          case 40001, 50200 -> -913;
          default -> e.getErrorCode() < 0 ? e.getErrorCode() : -901;
        };
    String state =
        switch (code) {
          case -104 -> "42601";
          case -204 -> "42704";
          case -206 -> "42703";
          case -404 -> "22001";
          case -407 -> "23502";
          case -420 -> "22018";
          case -530 -> "23503";
          case -545 -> "23513";
          case -601 -> "42710";
          case -802 -> "22012";
          case -803 -> "23505";
          case -913 -> "57033";
          case -952 -> "57014";
          default -> {
            String own = e.getSQLState();
            yield own != null && own.length() == 5 ? own : "58004";
          }
        };
    String message = String.valueOf(e.getMessage());
    return new SqlFault(code, state, message.lines().findFirst().orElse(""));
  }

  String messageId() {
    return String.format(Locale.ROOT, "SQL%04d", Math.abs(code));
  }
}
