package drawbridge.ibmi.stub;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.HexFormat;

/**
 * Signs a user on once, additional factor included, and hands further connections to the other
 * servers without asking again (V7R6, over TLS only).
 */
final class HostConnectionServer implements HostServer {
  private static final int EXCHANGE = 0x7103;
  private static final int INFO = 0x7104;
  private static final int PREPARE = 0x7105;
  private static final int ROUTE = 0x7106;
  private static final int GET = 0x7107;
  private static final int END = 0x7108;

  private final HostConnection connection;

  HostConnectionServer(HostConnection connection) {
    this.connection = connection;
  }

  /** A connection that was asked for; {@code routed} once it has arrived. */
  static final class Pending {
    final HostService service;
    final String user;
    private HostConnection routed;
    private boolean arrived;

    Pending(HostService service, String user, HostConnection from) {
      this.service = service;
      this.user = user;
      this.routed = from;
    }

    synchronized boolean arrive(HostConnection connection) {
      if (arrived) {
        return false;
      }
      arrived = true;
      routed = connection;
      return true;
    }

    synchronized boolean arrived() {
      return arrived;
    }

    synchronized HostConnection routed() {
      return routed;
    }
  }

  @Override
  public boolean serve(Frame frame) throws IOException, GeneralSecurityException {
    switch (frame.request()) {
      case EXCHANGE ->
          connection.send(frame.reply(0xF103, 4, SignOnServer.exchange(connection, frame)));
      case INFO ->
          connection.send(
              frame.reply(
                  0xF104,
                  4,
                  SignOnServer.about(
                      connection.host(), connection.requireJob().user(), new Bytes().int4(0))));
      case PREPARE -> {
        byte[] id = connection.host().accounts().random(64);
        connection
            .host()
            .pending()
            .put(
                key(id),
                new Pending(
                    HostService.of(frame.int2(20)), connection.requireJob().user(), connection));
        connection.send(frame.reply(0xF105, 68, new Bytes().int4(0).raw(id)));
      }
      case ROUTE -> {
        Pending pending = connection.host().pending().get(key(frame.slice(20, 64)));
        boolean ok = pending != null && pending.arrive(connection);
        byte[] answer =
            frame.reply(0xF106, 4, new Bytes().int4(ok ? 0 : Accounts.REQUEST_NOT_VALID));
        if (!ok || pending == null) {
          connection.send(answer);
          return false;
        }
        // Before the answer, since the other connection may ask for the job as soon as it is out.
        connection.become(pending.service, pending.user);
        connection.send(answer);
      }
      case GET -> {
        Pending pending = connection.host().pending().remove(key(frame.slice(20, 64)));
        Bytes body = new Bytes();
        if (pending == null || !pending.arrived()) {
          body.int4(Accounts.REQUEST_NOT_VALID);
        } else {
          Job job = pending.routed().requireJob();
          body.int4(0).field(0x111F, new Bytes().int4(0).ebcdic(job.name()));
        }
        connection.send(frame.reply(0xF107, 4, body));
      }
      case END -> {
        return false;
      }
      default ->
          throw new Frame.BadFrame(
              "host connection request " + Integer.toHexString(frame.request()));
    }
    return true;
  }

  private static String key(byte[] id) {
    return HexFormat.of().formatHex(id);
  }
}
