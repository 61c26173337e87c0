package drawbridge.adapters.sql;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Values of one row as text, null for NULL: the fields of CSV, and what masks begin with. */
final class TextSink implements Sink {
  private final @Nullable String[] fields;
  private int at;

  TextSink(int columns) {
    this.fields = new String[columns];
  }

  /** The values of the row, which is over; valid until the next one is written. */
  List<@Nullable String> row() {
    at = 0;
    return Arrays.asList(fields);
  }

  private void field(@Nullable String value) {
    fields[at++] = value;
  }

  @Override
  public void writeNull() {
    field(null);
  }

  @Override
  public void writeNumber(int value) {
    field(Integer.toString(value));
  }

  @Override
  public void writeNumber(long value) {
    field(Long.toString(value));
  }

  @Override
  public void writeNumber(float value) {
    field(Float.toString(value));
  }

  @Override
  public void writeNumber(double value) {
    field(Double.toString(value));
  }

  @Override
  public void writeNumber(String value) {
    field(value);
  }

  @Override
  public void writeBoolean(boolean value) {
    field(Boolean.toString(value));
  }

  @Override
  public void writeString(String value) {
    field(value);
  }

  @Override
  public void writeUTF8String(byte[] value, int offset, int length) {
    field(new String(value, offset, length, StandardCharsets.UTF_8));
  }

  @Override
  public void writeBinary(byte[] value) {
    field(Base64.getEncoder().encodeToString(value));
  }

  @Override
  public void writeBinary(InputStream value) throws IOException {
    writeBinary(value.readAllBytes());
  }

  @Override
  public void writeString(Reader value) throws IOException {
    field(value.readAllAsString());
  }

  @Override
  public void writeRawValue(String json) {
    field(json);
  }

  @Override
  public void nested(Nested value) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = Rows.JSON.createGenerator(text)) {
      value.write(json);
    }
    field(text.toString());
  }
}
