package drawbridge.ibmi.stub;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One connection and the job behind it. Frames are answered one after the other, as a host job
 * does: a program that takes long holds up what comes after it on this connection, and only that.
 */
final class HostConnection implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(HostConnection.class.getName());

  private static final int SEEDS = 0x7001;
  private static final int START = 0x7002;
  private static final int PING = 0x7FFE;

  private final HostSystem host;
  private final Socket socket;
  private final OutputStream out;
  private HostService service;
  private volatile @Nullable HostServer server;
  private volatile @Nullable Job job;
  private byte[] clientSeed = new byte[8];
  private byte[] serverSeed = new byte[8];

  /** What shall happen to the next answer. */
  private @Nullable Fault fault;

  HostConnection(HostSystem host, HostService service, Socket socket) throws IOException {
    this.host = host;
    this.service = service;
    this.socket = socket;
    this.out = socket.getOutputStream();
  }

  HostSystem host() {
    return host;
  }

  HostService service() {
    return service;
  }

  /** Null until a user has signed on. */
  @Nullable Job job() {
    return job;
  }

  Job requireJob() throws IOException {
    Job present = job;
    if (present == null) {
      throw new Frame.BadFrame("nobody has signed on");
    }
    return present;
  }

  void stopSql() {
    if (server instanceof DatabaseServer database) {
      database.stop();
    }
  }

  void seeds(byte[] client, byte[] own) {
    clientSeed = client;
    serverSeed = own;
  }

  void run() throws InterruptedException {
    try (socket) {
      socket.setTcpNoDelay(true);
      DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
      while (true) {
        Optional<Frame> frame = Frame.read(in);
        if (frame.isEmpty() || !step(frame.get())) {
          if (fault != null && fault.silent()) {
            in.transferTo(OutputStream.nullOutputStream());
          }
          return;
        }
      }
    } catch (IOException e) {
      // The client went away, or sent what is no data stream.
      LOG.log(Level.DEBUG, service + ": a connection ends", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK lacks an algorithm", e);
    } finally {
      HostServer ended = server;
      if (ended != null) {
        ended.close();
      }
    }
  }

  private boolean step(Frame frame)
      throws IOException, GeneralSecurityException, InterruptedException {
    host.count(service, frame.request());
    fault = host.faults().take(service, frame.request());
    if (fault != null && !fault.before(host)) {
      return false;
    }
    if (fault != null && fault.refused().isPresent()) {
      send(FileServer.code(frame, fault.refused().getAsInt()));
      return true;
    }
    boolean more =
        switch (frame.request()) {
          case SEEDS -> exchangeSeeds(frame);
          case START -> start(frame);
          case PING -> ping(frame);
          default -> server().serve(frame);
        };
    return more && (fault == null || !fault.ends());
  }

  /** Whether the connection lives: any answer will do. The file server has none. */
  private boolean ping(Frame frame) throws IOException {
    if (service == HostService.FILE) {
      throw new Frame.BadFrame("the file server knows no such request");
    }
    send(frame.reply(0xFFFE, 4, new Bytes().int4(Accounts.REQUEST_NOT_VALID)));
    return true;
  }

  private HostServer server() throws IOException {
    HostServer present = server;
    if (present == null) {
      if (job == null && service != HostService.SIGN_ON && service != HostService.HOST_CONNECTION) {
        throw new Frame.BadFrame("a request before the sign-on");
      }
      present =
          switch (service) {
            case SIGN_ON -> new SignOnServer(this);
            case HOST_CONNECTION -> new HostConnectionServer(this);
            case COMMAND -> new CommandServer(this);
            case DATA_QUEUE -> new DataQueueServer(this);
            case CENTRAL -> new CentralServer(this);
            case FILE -> new FileServer(this);
            case DATABASE -> new DatabaseServer(this);
          };
      server = present;
    }
    return present;
  }

  private boolean exchangeSeeds(Frame frame) throws IOException {
    seeds(frame.slice(20, 8), host.accounts().seed());
    Bytes body = new Bytes().int4(0).raw(serverSeed);
    if (host.settings().factors()) {
      body.field(0x112E, new byte[] {1});
    }
    // The header's last attribute is the password level.
    int header = frame.int1(4) << 8 | host.accounts().level();
    send(frame.reply(0xF001, header, 12, body));
    return true;
  }

  private boolean start(Frame frame) throws IOException, GeneralSecurityException {
    Accounts.Outcome outcome = authenticate(frame, frame.int1(20));
    Bytes body = new Bytes().int4(outcome.code());
    Job started = job;
    if (started != null) {
      body.field(0x111F, new Bytes().int4(0).ebcdic(started.name()));
    }
    send(frame.reply(0xF002, 0x0200, 4, body));
    return outcome.ok();
  }

  /** Where it goes well this connection has a job from then on. */
  Accounts.Outcome authenticate(Frame frame, int scheme)
      throws IOException, GeneralSecurityException {
    Accounts.Outcome outcome = host.accounts().decide(frame, scheme, clientSeed, serverSeed);
    if (outcome.ok()) {
      job = host.newJob(service, outcome.user());
    }
    return outcome;
  }

  /** The host connection server hands this connection over to another one. */
  Job become(HostService next, String user) {
    service = next;
    server = null;
    Job started = host.newJob(next, user);
    job = started;
    return started;
  }

  void send(byte[] reply) throws IOException {
    Fault pending = fault;
    byte[] bytes = pending == null ? reply : pending.bend(reply, service);
    synchronized (out) {
      out.write(bytes);
      out.flush();
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "a socket could not be closed", e);
    }
  }
}
