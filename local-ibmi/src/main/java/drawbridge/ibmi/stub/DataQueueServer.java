package drawbridge.ibmi.stub;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Data queues: create, describe, write, read with wait, peek, by key, clear, delete. A read that
 * waits holds up the connection; an entry that was taken for a client that has gone is lost.
 */
final class DataQueueServer implements HostServer {
  private static final int EXCHANGE = 0x0000;
  private static final int DESCRIBE = 0x0001;
  private static final int READ = 0x0002;
  private static final int CREATE = 0x0003;
  private static final int DELETE = 0x0004;
  private static final int WRITE = 0x0005;
  private static final int CLEAR = 0x0006;

  private static final int OK = 0xF000;
  private static final int FAILED = 0xF001;
  private static final int NOT_SUPPORTED = 0xF002;
  private static final int DESTROYED = 0xF004;
  private static final int EMPTY = 0xF006;

  private static final int YES = 0xF1;
  private static final int NO = 0xF0;
  private static final int ENTRY = 0x5001;
  private static final int KEY = 0x5002;

  private final HostConnection connection;

  DataQueueServer(HostConnection connection) {
    this.connection = connection;
  }

  @Override
  public boolean serve(Frame frame) throws IOException, InterruptedException {
    HostSystem host = connection.host();
    int request = frame.request();
    if (request == EXCHANGE) {
      connection.send(
          frame.reply(
              0x8000, 12, new Bytes().int2(OK).int4(host.settings().vrm()).int2(0).zeros(4)));
      return true;
    }
    String name = frame.name(20);
    String library = frame.name(30);
    if (request == CREATE) {
      create(frame, library, name);
      return true;
    }
    Optional<DataQueue> found = host.findDataQueue(connection.requireJob(), library, name);
    if (found.isEmpty()) {
      if (library.startsWith("*") || host.hasLibrary(library)) {
        fail(frame, "CPF9801", "Object " + name + " in library " + library + " not found.");
      } else {
        fail(frame, "CPF9810", "Library " + library + " not found.");
      }
      return true;
    }
    serve(frame, found.get(), library, name);
    return true;
  }

  private void serve(Frame frame, DataQueue queue, String library, String name)
      throws IOException, InterruptedException {
    boolean keyed =
        switch (frame.request()) {
          case READ, WRITE, CLEAR -> frame.int1(40) == YES;
          default -> false;
        };
    boolean queueKeyed = queue.order() == DataQueue.Order.KEYED;
    if ((frame.request() == READ || frame.request() == WRITE) && keyed != queueKeyed) {
      if (keyed) {
        fail(frame, "CPF9502", "Key specified for a data queue that is not keyed.");
      } else {
        fail(frame, "CPF9506", "A key is required for a keyed data queue.");
      }
      return;
    }
    byte[] key = keyed ? frame.required(KEY) : null;
    switch (frame.request()) {
      case DESCRIBE ->
          connection.send(
              frame.reply(
                  0x8001,
                  61,
                  new Bytes()
                      .int2(OK)
                      .int4(queue.maxLength())
                      .int1(queue.senders() ? YES : NO)
                      .int1(NO + queue.order().code())
                      .int2(queue.keyLength())
                      .int1(NO)
                      .raw(queue.text())));
      case READ -> read(frame, queue, key);
      case WRITE -> write(frame, queue, key);
      case CLEAR -> {
        queue.clear(key);
        answer(frame, OK);
      }
      case DELETE -> {
        connection.host().removeDataQueue(library, name);
        answer(frame, OK);
      }
      default -> answer(frame, NOT_SUPPORTED);
    }
  }

  private void create(Frame frame, String library, String name) throws IOException {
    Optional<DataQueue.Order> order = DataQueue.Order.of(frame.int1(46) & 0xF);
    if (order.isEmpty()) {
      answer(frame, NOT_SUPPORTED);
      return;
    }
    DataQueue queue =
        new DataQueue(
            order.get(),
            frame.int4(40),
            frame.int2(47),
            frame.int1(45) == YES,
            frame.slice(50, 50));
    if (connection.host().addDataQueue(library, name, queue)) {
      answer(frame, OK);
    } else {
      fail(
          frame,
          "CPF9870",
          "Object " + name + " type *DTAQ already exists in library " + library + ".");
    }
  }

  private void read(Frame frame, DataQueue queue, byte @Nullable [] key)
      throws IOException, InterruptedException {
    int wait = frame.int4(43);
    boolean peek = frame.int1(47) == YES;
    String search = frame.text(41, 2, Ebcdic.CCSID_37);
    Optional<DataQueue.Entry> entry;
    try {
      entry = queue.next(wait < 0 ? -1 : wait * 1_000_000_000L, peek, key, search);
    } catch (HostError e) {
      answer(frame, DESTROYED);
      return;
    }
    if (entry.isEmpty()) {
      answer(frame, EMPTY);
      return;
    }
    DataQueue.Entry taken = entry.get();
    Bytes body = new Bytes().int2(OK);
    if (queue.senders() && taken.sender().length == 36) {
      body.raw(taken.sender());
    } else {
      body.fill(0x40, 36);
    }
    body.field(ENTRY, taken.data());
    if (queue.order() == DataQueue.Order.KEYED) {
      body.field(KEY, taken.key());
    }
    connection.send(frame.reply(0x8003, 38, body));
  }

  private void write(Frame frame, DataQueue queue, byte @Nullable [] key) throws IOException {
    byte[] data = frame.required(ENTRY);
    if (data.length > queue.maxLength()) {
      fail(frame, "CPF9503", "Entry is longer than the maximum of " + queue.maxLength() + ".");
      return;
    }
    byte[] stored =
        key == null ? new byte[0] : Arrays.copyOf(key, Math.max(key.length, queue.keyLength()));
    Job job = connection.requireJob();
    Bytes sender =
        new Bytes()
            .padded(job.service().jobName(), 10)
            .padded("QUSER", 10)
            .padded(job.number(), 6)
            .padded(job.user(), 10);
    try {
      queue.put(new DataQueue.Entry(stored, data, sender.toArray()));
    } catch (HostError e) {
      fail(frame, "CPF950A", "Storage limit exceeded for data queue.");
      return;
    }
    // Only where the client wants to wait for it.
    if (frame.int1(41) == YES) {
      answer(frame, OK);
    }
  }

  private void answer(Frame frame, int code) throws IOException {
    connection.send(frame.reply(0x8002, 2, new Bytes().int2(code)));
  }

  /** The text begins with the message's id, which the client looks at. */
  private void fail(Frame frame, String id, String text) throws IOException {
    connection.send(
        frame.reply(
            0x8002,
            2,
            new Bytes().int2(FAILED).field(0x5003, new Bytes().ebcdic(id + "  " + text))));
  }
}
