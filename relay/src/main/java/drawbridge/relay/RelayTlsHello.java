package drawbridge.relay;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Hashtable;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bouncycastle.tls.ClientHello;
import org.bouncycastle.tls.HandshakeType;
import org.bouncycastle.tls.KeyShareEntry;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.ServerHello;
import org.bouncycastle.tls.TlsExtensionsUtils;
import org.jspecify.annotations.Nullable;

/**
 * Reads the hello at the head of one direction of a TLS stream: what a client offers, what a server
 * chose. Bouncy Castle's JSSE does not say which group was negotiated; the ServerHello does, in
 * plain bytes that the handshake's Finished messages prove unchanged. It only listens: whatever
 * can't be read leaves its answers empty. Confined to the thread of the handshake.
 */
final class RelayTlsHello {
  /** A hello with an ML-KEM share has about 1,300 bytes. */
  private static final int MOST = 32 * 1024;

  private static final int RECORD_HEADER = 5;
  private static final int HANDSHAKE_RECORD = 22;
  private static final int CHANGE_CIPHER_SPEC = 20;
  private static final int MESSAGE_HEADER = 4;

  private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
  private boolean done;
  private boolean seen;
  private boolean version13;
  private Set<Integer> groups = Set.of();
  private boolean resumes;

  /** The next bytes of the stream. */
  void hear(byte[] bytes, int offset, int length) {
    if (done) {
      return;
    }
    heard.write(bytes, offset, Math.min(length, MOST - heard.size()));
    parse(heard.toByteArray());
    if (heard.size() >= MOST) {
      stop();
    }
  }

  /** The handshake is over: listen no more. */
  void stop() {
    done = true;
    heard.reset();
  }

  /** A hello was heard and understood. */
  boolean seen() {
    return seen;
  }

  /** TLS 1.3 is offered, or chosen. */
  boolean version13() {
    return version13;
  }

  /** The groups that a client offers, or the one that a server chose, by their numbers. */
  Set<Integer> groups() {
    return groups;
  }

  /** A session is to be resumed, or early data was sent. */
  boolean resumes() {
    return resumes;
  }

  private void parse(byte[] stream) {
    ByteArrayOutputStream messages = new ByteArrayOutputStream();
    int at = 0;
    while (at + RECORD_HEADER <= stream.length) {
      int type = stream[at];
      int length = number(stream, at + 3, 2);
      if (at + RECORD_HEADER + length > stream.length) {
        break;
      }
      if (type == HANDSHAKE_RECORD) {
        messages.write(stream, at + RECORD_HEADER, length);
      } else if (type != CHANGE_CIPHER_SPEC) {
        done = true; // encrypted from here on, or an alert
        break;
      }
      at += RECORD_HEADER + length;
    }
    hellos(messages.toByteArray());
  }

  private void hellos(byte[] messages) {
    int at = 0;
    while (at + MESSAGE_HEADER <= messages.length) {
      int length = number(messages, at + 1, 3);
      if (at + MESSAGE_HEADER + length > messages.length) {
        return;
      }
      var body = new ByteArrayInputStream(messages, at + MESSAGE_HEADER, length);
      try {
        if (messages[at] == HandshakeType.client_hello) {
          client(ClientHello.parse(body, null).getExtensions());
        } else if (messages[at] == HandshakeType.server_hello) {
          server(ServerHello.parse(body));
        }
      } catch (IOException | RuntimeException e) {
        // Bouncy Castle reads the same bytes and answers them with an alert.
        stop();
        return;
      }
      at += MESSAGE_HEADER + length;
    }
  }

  private void client(@Nullable Hashtable<?, ?> extensions) throws IOException {
    seen = true;
    if (extensions == null) {
      return;
    }
    ProtocolVersion[] versions = TlsExtensionsUtils.getSupportedVersionsExtensionClient(extensions);
    version13 = ProtocolVersion.contains(versions, ProtocolVersion.TLSv13);
    int[] offered = TlsExtensionsUtils.getSupportedGroupsExtension(extensions);
    groups =
        offered == null
            ? Set.of()
            : IntStream.of(offered).boxed().collect(Collectors.toUnmodifiableSet());
    resumes =
        TlsExtensionsUtils.getPreSharedKeyClientHello(extensions) != null
            || TlsExtensionsUtils.hasEarlyDataIndication(extensions);
  }

  private void server(ServerHello hello) throws IOException {
    seen = true;
    Hashtable<?, ?> extensions = hello.getExtensions();
    if (extensions == null) {
      return;
    }
    version13 =
        ProtocolVersion.TLSv13.equals(
            TlsExtensionsUtils.getSupportedVersionsExtensionServer(extensions));
    if (hello.isHelloRetryRequest()) {
      groups = Set.of(TlsExtensionsUtils.getKeyShareHelloRetryRequest(extensions));
      return;
    }
    KeyShareEntry share = TlsExtensionsUtils.getKeyShareServerHello(extensions);
    groups = share == null ? Set.of() : Set.of(share.getNamedGroup());
    resumes = TlsExtensionsUtils.getPreSharedKeyServerHello(extensions) >= 0;
  }

  private static int number(byte[] bytes, int at, int size) {
    int value = 0;
    for (int i = 0; i < size; i++) {
      value = value << 8 | (bytes[at + i] & 0xFF);
    }
    return value;
  }
}
