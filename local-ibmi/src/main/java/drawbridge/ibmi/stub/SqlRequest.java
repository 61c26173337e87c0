package drawbridge.ibmi.stub;

/** What a database job may be asked to do, by the number in the request. */
final class SqlRequest {
  static final int TEST = 0x0000;
  static final int PREPARE = 0x1800;
  static final int PREPARE_DESCRIBE = 0x1803;
  static final int OPEN_DESCRIBE = 0x1804;
  static final int EXECUTE = 0x1805;
  static final int EXECUTE_IMMEDIATE = 0x1806;
  static final int COMMIT = 0x1807;
  static final int ROLLBACK = 0x1808;
  static final int CLOSE = 0x180A;
  static final int FETCH = 0x180B;
  static final int LIBRARIES = 0x180C;
  static final int PREPARE_EXECUTE = 0x180D;
  static final int OPEN_FETCH = 0x180E;
  static final int EXECUTE_OPEN = 0x1812;
  static final int READ_LARGE = 0x1816;
  static final int WRITE_LARGE = 0x1817;
  static final int CANCEL = 0x1818;
  static final int FREE_LARGE = 0x1819;
  static final int CREATE_BLOCK = 0x1D00;
  static final int DELETE_BLOCK = 0x1D02;
  static final int RESET_BLOCK = 0x1D03;
  static final int CHANGE_BLOCK = 0x1D04;
  static final int DESCRIPTOR = 0x1E00;
  static final int DELETE_DESCRIPTOR = 0x1E01;
  static final int ERROR_TEXT = 0x1F00;
  static final int DELETE_RESULTS = 0x1F01;
  static final int ATTRIBUTES = 0x1F80;
  static final int END = 0x1FFF;

  private SqlRequest() {}
}
