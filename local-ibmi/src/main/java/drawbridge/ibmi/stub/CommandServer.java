package drawbridge.ibmi.stub;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Runs CL commands and calls programs, one after the other, in one job. */
final class CommandServer implements HostServer {
  private static final int DATA_STREAM_LEVEL = 11;

  private static final int EXCHANGE = 0x1001;
  private static final int COMMAND = 0x1002;
  private static final int CALL = 0x1003;
  private static final int END = 0x1004;

  private static final int COMMAND_FAILED = 0x0400;
  private static final int NOT_RESOLVED = 0x0500;
  private static final int CALL_FAILED = 0x0501;

  private static final int INPUT = 1;
  private static final int OUTPUT = 2;
  private static final int NULL = 255;
  private static final int MOST_PARAMETERS = 1000;
  private static final int MOST_BYTES = 32 << 20;

  private final HostConnection connection;

  CommandServer(HostConnection connection) {
    this.connection = connection;
  }

  @Override
  public boolean serve(Frame frame) throws IOException, InterruptedException {
    HostSettings settings = connection.host().settings();
    switch (frame.request()) {
      case EXCHANGE ->
          connection.send(
              frame.reply(
                  0x8001,
                  16,
                  new Bytes()
                      .int2(0)
                      .int4(settings.ccsid())
                      .raw(frame.slice(24, 4))
                      .int4(settings.vrm())
                      .int2(DATA_STREAM_LEVEL)));
      case COMMAND -> command(frame);
      case CALL -> call(frame);
      case END -> {
        return false;
      }
      default ->
          connection.send(
              frame.reply(0x8000 | frame.request(), 4, new Bytes().int2(0x0205).int2(0)));
    }
    return true;
  }

  private void command(Frame frame) throws IOException, InterruptedException {
    Optional<byte[]> wide = frame.field(0x1104);
    String text;
    if (wide.isPresent()) {
      Frame field = new Frame(wide.get());
      text = field.text(4, field.length() - 4, Ebcdic.near(field.int4(0)));
    } else {
      text = new String(frame.required(0x1101), Ebcdic.near(connection.host().settings().ccsid()));
    }
    int code = 0;
    List<HostMessage> messages;
    try {
      messages = connection.host().commands().run(connection.requireJob(), text.strip());
    } catch (HostError e) {
      code = COMMAND_FAILED;
      messages = e.messages();
    }
    Bytes body = new Bytes().int2(code);
    messages(body, frame.int1(20), messages);
    connection.send(frame.reply(0x8002, 4, body));
  }

  private void call(Frame frame) throws IOException, InterruptedException {
    String name = frame.name(20);
    String library = frame.name(30);
    int option = frame.int1(40);
    int count = frame.int2(41);
    if (count > MOST_PARAMETERS) {
      throw new Frame.BadFrame(count + " parameters");
    }
    int[] usages = new int[count];
    byte[] @Nullable [] areas = areas(frame, usages);
    Job job = connection.requireJob();
    Optional<HostProgram> program = connection.host().programs().find(job, library, name);
    if (program.isEmpty()) {
      boolean known = library.startsWith("*") || connection.host().hasLibrary(library);
      refuse(frame, NOT_RESOLVED, option, List.of(unresolved(known ? name : library, known)));
      return;
    }
    try {
      program
          .get()
          .call(new Parameters(job, Ebcdic.near(connection.host().settings().ccsid()), areas));
    } catch (HostError e) {
      refuse(frame, CALL_FAILED, option, e.messages());
      return;
    } catch (IndexOutOfBoundsException e) {
      refuse(
          frame,
          CALL_FAILED,
          option,
          List.of(
              HostMessage.of(
                  "MCH0601", 40, HostMessage.ESCAPE, "Space offset outside current limit.")));
      return;
    }
    Bytes body = new Bytes().int2(0).int2(0);
    for (int i = 0; i < count; i++) {
      byte[] area = areas[i];
      if (area != null && usages[i] != INPUT) {
        answer(body, area, usages[i]);
      }
    }
    connection.send(frame.reply(0x8003, 4, body));
  }

  /** Each as long as the client says it may become; what it cut off are zeros. */
  private static byte[] @Nullable [] areas(Frame frame, int[] usages) throws IOException {
    byte[] @Nullable [] areas = new byte[usages.length][];
    int at = 43;
    long bytes = 0;
    for (int i = 0; i < usages.length; i++) {
      int length = frame.int4(at);
      int most = frame.int4(at + 6);
      int usage = frame.int2(at + 10);
      bytes += most;
      if (length < 12 || most < 0 || bytes > MOST_BYTES) {
        throw new Frame.BadFrame("parameter of " + most + " bytes in a field of " + length);
      }
      if (usage == NULL) {
        usages[i] = NULL;
      } else if (usage == 21 || usage == 23) {
        usages[i] = usage % 10;
        areas[i] = RunLength.expand(frame.slice(at + 12, length - 12), 0, length - 12, most);
      } else {
        // 1, 2, 3 as they are; 11, 12, 13, 22 and 33 differ in what may have been cut off.
        usages[i] = usage % 10;
        areas[i] = Arrays.copyOf(frame.slice(at + 12, length - 12), most);
      }
      at += length;
    }
    return areas;
  }

  private static void answer(Bytes body, byte[] area, int usage) {
    byte[] folded = area.length > 1024 ? RunLength.compress(area) : null;
    byte[] sent = folded == null ? area : folded;
    int plain = usage == OUTPUT ? 12 : 13;
    body.int4(12 + sent.length)
        .int2(0x1103)
        .int4(area.length)
        .int2(folded == null ? plain : plain + 10)
        .raw(sent);
  }

  private static HostMessage unresolved(String name, boolean libraryKnown) {
    String type = libraryKnown ? "0201" : "0401";
    return HostMessage.of(
            "MCH3401",
            40,
            HostMessage.ESCAPE,
            "Cannot resolve to object "
                + name
                + ". Type and Subtype X'"
                + type
                + "' Authority X'0000'.")
        .withData(new Bytes().int2(Integer.parseInt(type, 16)).padded(name, 30).toArray());
  }

  private void refuse(Frame frame, int code, int option, List<HostMessage> messages)
      throws IOException {
    Bytes body = new Bytes().int2(code);
    messages(body, option, messages);
    connection.send(frame.reply(0x8003, 4, body));
  }

  /** 0: up to ten, 1: none, 2: all; 3 and 4, 5 and 6 the same as 0 and 2 in richer forms. */
  private void messages(Bytes body, int option, List<HostMessage> all) {
    List<HostMessage> messages =
        switch (option) {
          case 1 -> List.of();
          case 0, 3, 5 -> all.subList(0, Math.min(10, all.size()));
          default -> new ArrayList<>(all);
        };
    body.int2(messages.size());
    for (HostMessage message : messages) {
      if (option <= 2) {
        body.field(0x1102, brief(message));
      } else if (option <= 4) {
        body.field(0x1106, long3(message));
      } else {
        body.field(0x1107, long5(message));
      }
    }
  }

  private static String type(HostMessage message) {
    return String.format(Locale.ROOT, "%02d", message.type());
  }

  private static Bytes brief(HostMessage m) {
    byte[] text = m.text().getBytes(Ebcdic.CCSID_37);
    byte[] data = m.data();
    return new Bytes()
        .padded(m.id(), 7)
        .padded(type(m), 2)
        .int2(m.severity())
        .padded(m.file(), 10)
        .padded(m.library(), 10)
        .int2(data.length)
        .int2(text.length)
        .raw(data)
        .raw(text);
  }

  private static Bytes long3(HostMessage m) {
    return new Bytes()
        .int4(37)
        .int4(37)
        .int2(m.severity())
        .counted(type(m))
        .counted(m.id())
        .counted(m.file())
        .counted(m.library())
        .counted(m.text())
        .counted(m.data())
        .counted(m.help());
  }

  private Bytes long5(HostMessage m) {
    String program = "QZRCSRVS";
    return new Bytes()
        .int4(4)
        .int4(m.severity())
        .counted(m.id())
        .counted(type(m))
        .counted(new byte[] {0, 0, 0, 1})
        .counted(m.file())
        .counted(m.library())
        .counted(m.library())
        // The sending job, user and number, which stay blank.
        .counted(" ")
        .counted(" ")
        .counted(" ")
        .counted(program)
        .counted("0001")
        .counted(connection.host().hostDate())
        .counted(connection.host().hostTime())
        .counted(program)
        .counted("0001")
        .counted("1")
        .counted("1")
        .int4(4)
        .int4(0)
        .int4(4)
        .int4(0)
        .counted("*NO")
        .int4(4)
        .int4(37)
        .int4(4)
        .int4(37)
        .counted(m.data())
        .counted(m.text())
        .counted(m.help());
  }
}
