package drawbridge.acceptance.bench;

import drawbridge.adapters.Answer;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.util.Map;

/** Keeps all that an operation answers as JSON. Used once. */
final class WholeAnswer implements Answer {
  final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  @Override
  public Format format() {
    return Format.JSON;
  }

  @Override
  public OutputStream begin(int status, String contentType, Map<String, String> headers) {
    return bytes;
  }

  @Override
  public void rows(long rows) {}
}
