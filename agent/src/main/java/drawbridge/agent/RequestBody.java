package drawbridge.agent;

import com.google.protobuf.ByteString;

/**
 * The body of a request as it arrives. Written by gRPC's callbacks; read once it is complete, which
 * the lifeline's lock makes visible.
 */
final class RequestBody {
  private final int most;
  private ByteString bytes = ByteString.EMPTY;
  private boolean tooLong;
  private boolean complete;

  RequestBody(int most) {
    this.most = most;
  }

  synchronized void add(ByteString chunk, boolean last) {
    if (!complete) {
      if (bytes.size() + (long) chunk.size() > most) {
        tooLong = true;
        bytes = ByteString.EMPTY;
      } else {
        bytes = bytes.concat(chunk);
      }
      complete = last || tooLong;
    }
  }

  synchronized boolean complete() {
    return complete;
  }

  synchronized boolean tooLong() {
    return tooLong;
  }

  synchronized byte[] bytes() {
    return bytes.toByteArray();
  }
}
