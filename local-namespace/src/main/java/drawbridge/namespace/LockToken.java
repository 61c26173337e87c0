package drawbridge.namespace;

import java.nio.ByteBuffer;
import java.util.UUID;

/** A lock's id is a delivery tag on a link: a GUID in the byte order of .NET. */
final class LockToken {
  private LockToken() {}

  static byte[] toTag(UUID token) {
    long high = token.getMostSignificantBits();
    return ByteBuffer.allocate(16)
        .putInt(Integer.reverseBytes((int) (high >>> 32)))
        .putShort(Short.reverseBytes((short) (high >>> 16)))
        .putShort(Short.reverseBytes((short) high))
        .putLong(token.getLeastSignificantBits())
        .array();
  }
}
