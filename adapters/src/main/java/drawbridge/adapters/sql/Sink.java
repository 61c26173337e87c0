package drawbridge.adapters.sql;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;

/** Where values of a row go, in whatever form the caller wants. */
interface Sink {
  void writeNull() throws IOException;

  void writeNumber(int value) throws IOException;

  void writeNumber(long value) throws IOException;

  void writeNumber(float value) throws IOException;

  void writeNumber(double value) throws IOException;

  /** Digits as they stand. */
  void writeNumber(String value) throws IOException;

  void writeBoolean(boolean value) throws IOException;

  void writeString(String value) throws IOException;

  void writeUTF8String(byte[] value, int offset, int length) throws IOException;

  /** As base64. */
  void writeBinary(byte[] value) throws IOException;

  /** As base64, read bit by bit where the form allows it. */
  void writeBinary(InputStream value) throws IOException;

  /** Text, read bit by bit where the form allows it. */
  void writeString(Reader value) throws IOException;

  /** JSON as it stands. */
  void writeRawValue(String json) throws IOException;

  /** JSON that is written value by value. */
  void nested(Nested value) throws IOException;

  /** What is written as JSON in any form. */
  interface Nested {
    void write(JsonGenerator json) throws IOException;
  }
}
