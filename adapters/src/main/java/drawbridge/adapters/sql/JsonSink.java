package drawbridge.adapters.sql;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;

/** Values as members of a JSON object. */
record JsonSink(JsonGenerator json) implements Sink {
  @Override
  public void writeNull() throws IOException {
    json.writeNull();
  }

  @Override
  public void writeNumber(int value) throws IOException {
    json.writeNumber(value);
  }

  @Override
  public void writeNumber(long value) throws IOException {
    json.writeNumber(value);
  }

  @Override
  public void writeNumber(float value) throws IOException {
    json.writeNumber(value);
  }

  @Override
  public void writeNumber(double value) throws IOException {
    json.writeNumber(value);
  }

  @Override
  public void writeNumber(String value) throws IOException {
    json.writeNumber(value);
  }

  @Override
  public void writeBoolean(boolean value) throws IOException {
    json.writeBoolean(value);
  }

  @Override
  public void writeString(String value) throws IOException {
    json.writeString(value);
  }

  @Override
  public void writeUTF8String(byte[] value, int offset, int length) throws IOException {
    json.writeUTF8String(value, offset, length);
  }

  @Override
  public void writeBinary(byte[] value) throws IOException {
    json.writeBinary(value);
  }

  @Override
  public void writeBinary(InputStream value) throws IOException {
    json.writeBinary(value, -1);
  }

  @Override
  public void writeString(Reader value) throws IOException {
    json.writeString(value, -1);
  }

  @Override
  public void writeRawValue(String value) throws IOException {
    json.writeRawValue(value);
  }

  @Override
  public void nested(Nested value) throws IOException {
    value.write(json);
  }
}
