package drawbridge.ibmi.stub;

import java.sql.SQLException;
import java.util.Arrays;

/** How the last request to a database job went, which a later one may ask for. Not thread-safe. */
final class SqlOutcome {
  static final int WANTS_SQLCA = 0x0200_0000;
  private static final int WANTS_MESSAGE_ID = 0x4000_0000;
  private static final int WANTS_FIRST_LEVEL = 0x2000_0000;
  private static final int WANTS_SECOND_LEVEL = 0x1000_0000;

  private final int ccsid;
  private final int[] diagnostics = new int[6];
  private int errorClass;
  private int returnCode;
  private SqlFault fault = SqlFault.NONE;

  SqlOutcome(int ccsid) {
    this.ccsid = ccsid;
  }

  void begin() {
    succeed(0, 0);
    fault = SqlFault.NONE;
    Arrays.fill(diagnostics, 0);
  }

  void succeed(int cls, int code) {
    errorClass = cls;
    returnCode = code;
  }

  void fail(SQLException e) {
    fault = SqlFault.of(e);
    succeed(1, fault.code());
  }

  boolean failed() {
    return !fault.equals(SqlFault.NONE);
  }

  int errorClass() {
    return errorClass;
  }

  int returnCode() {
    return returnCode;
  }

  /** Rows that were changed or fetched. */
  void rows(int count) {
    diagnostics[2] = count;
  }

  /** A procedure has left one. */
  void cursorIsOpen() {
    diagnostics[1] = 1;
  }

  /** What a request for the error's text wants of it. */
  void text(int wants, Bytes body) {
    byte[] text = fault.text().getBytes(Ebcdic.near(ccsid));
    if ((wants & WANTS_MESSAGE_ID) != 0) {
      body.field(0x3801, new Bytes().int2(ccsid).ebcdic(fault.messageId()));
    }
    if ((wants & WANTS_FIRST_LEVEL) != 0) {
      body.field(0x3802, new Bytes().int2(ccsid).int2(text.length).raw(text));
    }
    if ((wants & WANTS_SECOND_LEVEL) != 0) {
      body.field(0x3803, new Bytes().int2(ccsid).int2(text.length).raw(text));
    }
    if ((wants & WANTS_SQLCA) != 0) {
      body.field(0x3807, sqlca());
    }
  }

  Bytes sqlca() {
    boolean none = errorClass == 1 && returnCode == 100;
    Bytes bytes =
        new Bytes()
            .padded("SQLCA", 8)
            .int4(136)
            .int4(none ? 100 : fault.code())
            .int2(0)
            .zeros(70)
            .padded("QSQSIM", 8);
    for (int value : diagnostics) {
      bytes.int4(value);
    }
    return bytes.fill(0x40, 11).ebcdic(none ? "02000" : fault.state());
  }
}
