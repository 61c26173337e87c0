package drawbridge.adapters.ibmi;

import com.ibm.as400.access.AS400;
import com.ibm.as400.access.AS400Message;
import com.ibm.as400.access.AS400SecurityException;
import com.ibm.as400.access.ErrorCompletingRequestException;
import com.ibm.as400.access.MessageQueue;
import com.ibm.as400.access.ObjectDoesNotExistException;
import com.ibm.as400.access.QueuedMessage;
import drawbridge.adapters.Answer;
import drawbridge.adapters.Call;
import drawbridge.adapters.Column;
import drawbridge.adapters.Fault;
import drawbridge.adapters.Fault.Code;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Operation;
import drawbridge.adapters.Outline;
import drawbridge.adapters.Schema;
import drawbridge.adapters.Type;
import drawbridge.settings.Section;
import java.beans.PropertyVetoException;
import java.io.IOException;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lists a message queue, such as the alerts of QSYSOPR, and replies to inquiries.
 *
 * @param severity the least
 * @param inquiries only messages that wait for a reply
 * @param most messages of one call
 * @param replies the only ones that may be given; empty: any
 */
record MessageQueueOperation(
    String path, Do what, int severity, boolean inquiries, int most, List<String> replies)
    implements HostAction.Work {
  /** What is done with the queue. */
  enum Do {
    LIST,
    REPLY
  }

  /** Of a queue that is full of what nobody asked for. */
  private static final int MOST_SEEN = 5_000;

  /** The host takes no longer reply. */
  private static final int LONGEST_REPLY = 132;

  /** The section {@code message-queue} of an operation. */
  static Operation read(OperationContext context, Section section, Outline outline) {
    Section keys = section.section("message-queue");
    String path = HostNames.path(keys, "MSGQ");
    keys.text("do");
    Do what = keys.choice("do", Do.class, Do.LIST);
    MessageQueueOperation work =
        new MessageQueueOperation(
            path,
            what,
            what == Do.LIST ? keys.integer("severity", 0, 99, 0) : 0,
            what == Do.LIST && keys.flag("inquiries", false),
            what == Do.LIST ? keys.integer("most", 1, 1000, 100) : 1,
            what == Do.REPLY ? List.copyOf(keys.texts("replies")) : List.of());
    keys.done();
    context.needs().accept(path);
    List<Column> asked =
        what == Do.LIST
            ? List.of(new Column("since", Type.TIMESTAMP, true))
            : List.of(
                new Column("key", Schema.of(Type.STRING, false).asText("^[0-9a-f]{8}$")),
                new Column("reply", Schema.of(Type.STRING, false).atMost(LONGEST_REPLY)));
    Set<String> required = what == Do.LIST ? Set.of() : new HashSet<>(List.of("key", "reply"));
    return context.operation(
        section,
        OperationParameters.of(section, outline, asked, required),
        what == Do.REPLY,
        what == Do.LIST ? columns() : List.of(new Column("done", Type.BOOLEAN, false)),
        AS400.COMMAND,
        true,
        context.pool(),
        what == Do.LIST,
        work);
  }

  private static List<Column> columns() {
    return List.of(
        new Column("key", Type.STRING, false),
        new Column("id", Type.STRING, true),
        new Column("severity", Type.INTEGER, false),
        new Column("type", Type.STRING, false),
        new Column("text", Type.STRING, true),
        new Column("at", Type.TIMESTAMP, true),
        new Column("job", Type.STRING, true),
        new Column("program", Type.STRING, true),
        new Column("inquiry", Type.BOOLEAN, false));
  }

  @Override
  public void run(HostJob job, Call call, Answer answer, HostAction.Step step)
      throws FaultException,
          IOException,
          InterruptedException,
          AS400SecurityException,
          ErrorCompletingRequestException,
          ObjectDoesNotExistException,
          PropertyVetoException {
    MessageQueue queue = new MessageQueue(job.system(), path);
    if (what == Do.LIST) {
      JsonTree.answer(answer, list(queue, call));
    } else {
      reply(queue, call, step);
      JsonTree.answer(answer, Map.of("done", true));
    }
  }

  private List<Map<String, @Nullable Object>> list(MessageQueue queue, Call call)
      throws IOException,
          InterruptedException,
          AS400SecurityException,
          ErrorCompletingRequestException,
          ObjectDoesNotExistException,
          PropertyVetoException {
    Object since = call.arguments().get("since");
    LocalDateTime after = since instanceof LocalDateTime time ? time : LocalDateTime.MIN;
    if (since instanceof java.time.OffsetDateTime time) {
      after = time.atZoneSameInstant(ZoneId.systemDefault()).toLocalDateTime();
    }
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    long bound = Math.min(most, call.mostRows());
    // The newest first: with a bound, they are what an alert is about. One by one, since a list
    // would stay open in the job.
    QueuedMessage message = queue.receive(null, 0, MessageQueue.SAME, MessageQueue.LAST);
    for (int seen = 0; message != null && seen < MOST_SEEN && rows.size() < bound; seen++) {
      LocalDateTime at = at(message.getDate());
      if (at != null && !at.isAfter(after)) {
        break;
      }
      if (message.getSeverity() >= severity
          && (!inquiries || message.getType() == AS400Message.INQUIRY)) {
        rows.add(row(message, at));
      }
      message = queue.receive(message.getKey(), 0, MessageQueue.SAME, MessageQueue.PREVIOUS);
    }
    return rows;
  }

  private static @Nullable LocalDateTime at(@Nullable Calendar date) {
    return date == null
        ? null
        : LocalDateTime.ofInstant(date.toInstant(), date.getTimeZone().toZoneId());
  }

  private static Map<String, @Nullable Object> row(
      QueuedMessage message, @Nullable LocalDateTime at) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("key", HexFormat.of().formatHex(message.getKey()));
    row.put("id", text(message.getID()));
    row.put("severity", message.getSeverity());
    row.put("type", HostMessageType.of(message.getType()));
    row.put("text", ChosenMessages.plain(message.getText()));
    row.put("at", at == null ? null : at.toString());
    row.put("job", job(message));
    row.put("program", text(message.getFromProgram()));
    row.put("inquiry", message.getType() == AS400Message.INQUIRY);
    return row;
  }

  private static @Nullable String job(QueuedMessage message) {
    String number = text(message.getFromJobNumber());
    return number == null
        ? null
        : number + "/" + text(message.getUser()) + "/" + text(message.getFromJobName());
  }

  private static @Nullable String text(@Nullable String text) {
    return text == null || text.isBlank() ? null : text.strip();
  }

  private void reply(MessageQueue queue, Call call, HostAction.Step step)
      throws FaultException,
          IOException,
          InterruptedException,
          AS400SecurityException,
          ErrorCompletingRequestException,
          ObjectDoesNotExistException {
    String reply = String.valueOf(Objects.requireNonNull(call.arguments().get("reply")));
    String key = String.valueOf(Objects.requireNonNull(call.arguments().get("key")));
    if (!replies.isEmpty() && !replies.contains(reply)) {
      throw Fault.argument("reply", "“reply” is none of those allowed").thrown();
    }
    if (reply.isEmpty() || reply.length() > LONGEST_REPLY) {
      throw Fault.argument("reply", "“reply” must have 1 to 132 characters").thrown();
    }
    if (!key.matches("[0-9a-f]{8}")) {
      throw Fault.argument("key", "“key” must be as the list of messages has it").thrown();
    }
    byte[] bytes = HexFormat.of().parseHex(key);
    QueuedMessage there = queue.receive(bytes, 0, MessageQueue.SAME, MessageQueue.ANY);
    if (there == null || there.getType() != AS400Message.INQUIRY) {
      throw Fault.of(Code.NOT_FOUND, "no message of this key waits for a reply").thrown();
    }
    step.begun();
    queue.reply(bytes, reply, false);
    step.done();
  }
}
