package drawbridge.ibmi.stub;

import java.nio.charset.Charset;

/** The system's programs that work on message queues: receive, send, reply, remove. */
final class MessagePrograms {
  private static final Charset EBCDIC = Ebcdic.CCSID_37;

  private final HostSystem host;

  private MessagePrograms(HostSystem host) {
    this.host = host;
  }

  static void register(HostSystem host) {
    MessagePrograms programs = new MessagePrograms(host);
    host.program("QSYS", "QMHRCVM", programs::receive);
    host.program("QSYS", "QMHSNDM", programs::send);
    host.program("QSYS", "QMHSNDRM", programs::reply);
    host.program("QSYS", "QMHRMVM", programs::remove);
  }

  private MessageQueue queue(Parameters call, int parameter) {
    String name = call.text(parameter, 0, 10);
    String library = call.text(parameter, 10, 10);
    return host.findMessageQueue(call.job(), library, name)
        .orElseThrow(
            () ->
                HostError.of(
                    "CPF2403", 40, "Message queue " + name + " in " + library + " not found."));
  }

  /** Result, its length, format RCVM0200, queue, type, key, wait, action, error code. */
  private void receive(Parameters call) throws InterruptedException {
    MessageQueue queue = queue(call, 3);
    int wait = call.int4(6, 0);
    byte[] key = call.bytes(5);
    boolean none = key[0] == 0x40 && key[1] == 0x40 && key[2] == 0x40 && key[3] == 0x40;
    Bytes result =
        queue
            .receive(
                call.text(4, 0, 10),
                none ? 0 : call.int4(5, 0),
                wait < 0 ? -1 : wait * 1_000_000_000L,
                call.text(7, 0, 10))
            .map(MessagePrograms::rcvm0200)
            // None found: 8 bytes returned, none available.
            .orElseGet(() -> new Bytes().int4(8).int4(0));
    call.put(0, result.toArray());
  }

  private static Bytes rcvm0200(MessageQueue.Entry entry) {
    HostMessage m = entry.message;
    String[] sender = entry.sender.split("/", -1);
    byte[] data = m.data();
    byte[] text = m.text().getBytes(EBCDIC);
    byte[] help = m.help().getBytes(EBCDIC);
    // An impromptu message has its text as data, and no id.
    boolean impromptu = m.id().isEmpty();
    byte[] first = impromptu ? text : data;
    byte[] second = impromptu ? new byte[0] : text;
    int length = 176 + first.length + second.length + help.length;
    return new Bytes()
        .int4(length)
        .int4(length)
        .int4(m.severity())
        .padded(m.id(), 7)
        .padded(String.format(java.util.Locale.ROOT, "%02d", m.type()), 2)
        .int4(entry.key)
        .padded(m.file(), 10)
        .padded(m.library(), 10)
        .padded(m.library(), 10)
        .padded(sender[2], 10)
        .padded(sender[1], 10)
        .padded(sender[0], 6)
        .padded("QUOTE", 12)
        .padded("", 4)
        .padded(entry.date, 7)
        .padded(entry.time, 6)
        .fill(0x40, 25)
        .padded("*NO", 9)
        .fill(0x40, 4)
        .int4(0)
        .int4(first.length)
        .int4(first.length)
        .int4(second.length)
        .int4(second.length)
        .int4(help.length)
        .int4(help.length)
        .raw(first)
        .raw(second)
        .raw(help);
  }

  /** Id, file, text, its length, type, queues, how many, reply queue, key, error code. */
  private void send(Parameters call) {
    String text = call.text(2, 0, call.int4(3, 0));
    String id = call.text(0, 0, 7);
    int type =
        switch (call.text(4, 0, 10)) {
          case "*INQ" -> HostMessage.INQUIRY;
          case "*COMP" -> HostMessage.COMPLETION;
          case "*DIAG" -> HostMessage.DIAGNOSTIC;
          default -> HostMessage.INFORMATIONAL;
        };
    HostMessage message =
        new HostMessage(
            id,
            type == HostMessage.INQUIRY ? 99 : 0,
            type,
            call.text(1, 0, 10),
            call.text(1, 10, 10),
            text,
            "",
            new byte[0]);
    Job job = call.job();
    String sender = job.number() + "/" + job.user() + "/" + job.service().jobName();
    call.int4(8, 0, queue(call, 5).send(message, sender));
  }

  /** Key, queue, text, its length, whether to remove, error code. */
  private void reply(Parameters call) {
    queue(call, 1)
        .answer(
            call.int4(0, 0), call.text(2, 0, call.int4(3, 0)), call.text(4, 0, 10).equals("*YES"));
  }

  /** Queue, key, what, error code. */
  private void remove(Parameters call) {
    queue(call, 0).remove(call.text(2, 0, 10), call.int4(1, 0));
  }
}
