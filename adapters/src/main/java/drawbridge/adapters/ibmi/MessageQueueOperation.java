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
import drawbridge.adapters.Traits;
import drawbridge.adapters.Type;
import drawbridge.settings.Section;
import java.beans.PropertyVetoException;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.Deque;
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
 * @param trigger a list tells what is new since the call before, for platforms that poll
 */
record MessageQueueOperation(
    String path,
    Do what,
    int severity,
    boolean inquiries,
    int most,
    List<String> replies,
    boolean trigger)
    implements HostAction.Work {
  /** What is done with the queue. */
  enum Do {
    LIST,
    REPLY
  }

  private static final String SINCE = "since";

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
    boolean trigger = outline.traits().trigger() != Traits.Trigger.NONE;
    if (trigger && (what != Do.LIST || !outline.method().equals("GET"))) {
      throw section.wrong(
          "trigger", "only a list tells what is new, and only a get asks for it", "remove it");
    }
    MessageQueueOperation work =
        new MessageQueueOperation(
            path,
            what,
            what == Do.LIST ? keys.integer("severity", 0, 99, 0) : 0,
            what == Do.LIST && keys.flag("inquiries", false),
            what == Do.LIST ? keys.integer("most", 1, 1000, 100) : 1,
            what == Do.REPLY ? List.copyOf(keys.texts("replies")) : List.of(),
            trigger);
    keys.done();
    context.needs().accept(path);
    List<Column> asked =
        what == Do.LIST
            ? List.of(new Column(SINCE, trigger ? Type.STRING : Type.TIMESTAMP, true))
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
    if (trigger) {
      Map<String, @Nullable Object> news = news(queue, call);
      JsonTree.answer(answer, news, news.get("value") instanceof List<?> rows ? rows.size() : 0);
    } else if (what == Do.LIST) {
      JsonTree.answer(answer, columns().stream().map(Column::name).toList(), list(queue, call));
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
    Object since = call.arguments().get(SINCE);
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
      if (wanted(message)) {
        rows.add(row(message, at));
      }
      message = queue.receive(message.getKey(), 0, MessageQueue.SAME, MessageQueue.PREVIOUS);
    }
    return rows;
  }

  /**
   * What came since the call before, the newest first, and where things stand now: time and key of
   * the newest message, since several may come in one millisecond. The first call lists nothing.
   */
  private Map<String, @Nullable Object> news(MessageQueue queue, Call call)
      throws FaultException,
          IOException,
          InterruptedException,
          AS400SecurityException,
          ErrorCompletingRequestException,
          ObjectDoesNotExistException,
          PropertyVetoException {
    Object given = call.arguments().get(SINCE);
    Mark since = given == null ? null : Mark.read(given.toString());
    Deque<Map<String, @Nullable Object>> rows = new ArrayDeque<>();
    Deque<Mark> marks = new ArrayDeque<>();
    QueuedMessage message = queue.receive(null, 0, MessageQueue.SAME, MessageQueue.LAST);
    Mark newest = message == null ? (since == null ? Mark.FIRST : since) : Mark.of(message);
    long bound = Math.min(most, call.mostRows());
    for (int seen = 0; since != null && message != null && seen < MOST_SEEN; seen++) {
      Mark mark = Mark.of(message);
      if (!mark.after(since)) {
        break;
      }
      if (wanted(message)) {
        rows.addLast(row(message, at(message.getDate())));
        marks.addLast(mark);
        if (rows.size() > bound) {
          // The oldest are told first, and the rest with the next call.
          rows.removeFirst();
          marks.removeFirst();
          newest = marks.isEmpty() ? since : marks.getFirst();
        }
      }
      message = queue.receive(message.getKey(), 0, MessageQueue.SAME, MessageQueue.PREVIOUS);
    }
    Map<String, @Nullable Object> whole = new LinkedHashMap<>();
    whole.put("value", List.copyOf(rows));
    whole.put(SINCE, newest.toString());
    return whole;
  }

  /** A place in a queue: its messages' keys only grow, but start anew after it was cleared. */
  private record Mark(LocalDateTime at, long key) {
    private static final Mark FIRST = new Mark(LocalDateTime.of(1970, 1, 1, 0, 0), 0);

    static Mark of(QueuedMessage message) {
      LocalDateTime at = MessageQueueOperation.at(message.getDate());
      long key = Long.parseLong(HexFormat.of().formatHex(message.getKey()), 16);
      return new Mark(at == null ? FIRST.at : at, key);
    }

    static Mark read(String text) throws FaultException {
      int slash = text.indexOf('/');
      try {
        return new Mark(
            LocalDateTime.parse(text.substring(0, Math.max(0, slash))),
            Long.parseLong(text.substring(slash + 1), 16));
      } catch (DateTimeException | NumberFormatException e) {
        throw Fault.argument(SINCE, "This is no answer's “since”: begin without it.").thrown();
      }
    }

    boolean after(Mark other) {
      return at.isAfter(other.at) || (at.equals(other.at) && key > other.key);
    }

    @Override
    public String toString() {
      return at + "/" + Long.toHexString(key);
    }
  }

  private boolean wanted(QueuedMessage message) {
    return message.getSeverity() >= severity
        && (!inquiries || message.getType() == AS400Message.INQUIRY);
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
