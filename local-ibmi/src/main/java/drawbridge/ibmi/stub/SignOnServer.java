package drawbridge.ibmi.stub;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.LocalDateTime;
import org.jspecify.annotations.Nullable;

/** Exchanges attributes, tells about the sign-on, makes profile tokens. */
final class SignOnServer implements HostServer {
  private static final int EXCHANGE = 0x7003;
  private static final int INFO = 0x7004;
  private static final int END = 0x7006;
  private static final int TOKEN = 0x7007;
  private static final int TOKEN_FOR_ANOTHER = 0x7008;

  private final HostConnection connection;

  SignOnServer(HostConnection connection) {
    this.connection = connection;
  }

  @Override
  public boolean serve(Frame frame) throws IOException, GeneralSecurityException {
    switch (frame.request()) {
      case EXCHANGE -> connection.send(frame.reply(0xF003, 4, exchange(connection, frame)));
      case INFO -> {
        Accounts.Outcome outcome = connection.authenticate(frame, frame.int1(20));
        Bytes body = new Bytes().int4(outcome.code());
        if (outcome.ok()) {
          about(connection.host(), outcome.user(), body);
        }
        body.field(0x112A, new Bytes().int2(0));
        connection.send(frame.reply(0xF004, 4, body));
      }
      case TOKEN -> {
        Accounts.Outcome outcome = connection.authenticate(frame, frame.int1(20));
        token(frame, outcome.code(), outcome.user(), 0xF007);
      }
      case TOKEN_FOR_ANOTHER -> {
        // The user as text; the caller has started this server as itself.
        String user = new String(frame.required(0x1127), StandardCharsets.UTF_16BE).strip();
        boolean known = connection.host().accounts().find(user).isPresent();
        boolean signedOn = connection.job() != null;
        int code =
            !signedOn ? Accounts.REQUEST_NOT_VALID : known ? Accounts.OK : Accounts.USER_UNKNOWN;
        token(frame, code, user, 0xF008);
      }
      case END -> {
        return false;
      }
      default ->
          connection.send(
              frame.reply(
                  frame.request() | 0x8000, 4, new Bytes().int4(Accounts.REQUEST_NOT_VALID)));
    }
    return true;
  }

  private void token(Frame frame, int code, String user, int reply) throws IOException {
    Bytes body = new Bytes().int4(code);
    if (code == Accounts.OK) {
      int type = frame.required(0x1116)[0] & 0xF;
      byte[] seconds = frame.required(0x1117);
      body.field(
          0x1115, connection.host().accounts().newToken(user, type, new Frame(seconds).int4(0)));
    }
    connection.send(frame.reply(reply, 4, body));
  }

  /** In the order in which clients look for it at fixed offsets. */
  static Bytes exchange(HostConnection connection, Frame frame) throws IOException {
    HostSystem host = connection.host();
    byte[] serverSeed = host.accounts().seed();
    // Whoever comes with a token has no use for seeds.
    connection.seeds(frame.field(0x1103).orElse(new byte[8]), serverSeed);
    Job job = host.newJob(connection.service(), "QUSER");
    Bytes body =
        new Bytes()
            .int4(0)
            .field(0x1101, new Bytes().int4(host.settings().vrm()))
            .field(0x1102, new Bytes().int2(host.settings().serverLevel()))
            .field(0x1103, serverSeed)
            .field(0x1119, new byte[] {(byte) host.accounts().level()})
            .field(0x111F, new Bytes().int4(0).ebcdic(job.name()));
    if (host.settings().factors()) {
      body.field(0x112E, new byte[] {1});
    }
    return body;
  }

  static Bytes about(HostSystem host, String name, Bytes body) {
    LocalDateTime now = HostSystem.now();
    HostUser user = host.accounts().find(name).orElseThrow();
    body.field(0x1106, date(now)).field(0x1107, date(now));
    @Nullable LocalDateTime expires = user.expires();
    if (expires != null) {
      body.field(0x1108, date(expires));
    }
    return body.field(0x1109, new Bytes().int2(user.failures()))
        .field(0x110A, new Bytes().int2(host.accounts().mostFailures()))
        .field(0x110E, new byte[] {(byte) 0xF1})
        .field(0x112C, new Bytes().int4(7))
        .field(0x1114, new Bytes().int4(host.settings().ccsid()));
  }

  private static Bytes date(LocalDateTime time) {
    return new Bytes()
        .int2(time.getYear())
        .int1(time.getMonthValue())
        .int1(time.getDayOfMonth())
        .int1(time.getHour())
        .int1(time.getMinute())
        .int1(time.getSecond())
        .int1(0);
  }
}
