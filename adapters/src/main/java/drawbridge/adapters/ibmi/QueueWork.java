package drawbridge.adapters.ibmi;

import com.ibm.as400.access.AS400SecurityException;
import com.ibm.as400.access.DataQueue;
import com.ibm.as400.access.DataQueueEntry;
import com.ibm.as400.access.ErrorCompletingRequestException;
import com.ibm.as400.access.IllegalObjectTypeException;
import com.ibm.as400.access.KeyedDataQueue;
import com.ibm.as400.access.KeyedDataQueueEntry;
import com.ibm.as400.access.ObjectDoesNotExistException;
import drawbridge.adapters.Answer;
import drawbridge.adapters.Call;
import drawbridge.adapters.Fault;
import drawbridge.adapters.Fault.Code;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.ibmi.layout.HostText;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Sends to a data queue and takes from it; docs/mainframe.md says what each way guarantees. */
record QueueWork(QueueWork.Settings settings) implements HostAction.Work {
  /** What a wait on the host leaves of the time of the call, for the answer. */
  private static final Duration MARGIN = Duration.ofSeconds(2);

  /** JTOpen gives job name, user, number and current user, each padded. */
  private static final int SENDER = 26;

  /**
   * What the file says.
   *
   * @param keyLength 0: not keyed
   * @param longestWait zero: none
   * @param most entries of one call
   */
  record Settings(
      String path,
      DataQueueOperation.Do what,
      EntryForm form,
      int keyLength,
      DataQueueOperation.Search search,
      Duration longestWait,
      int most) {}

  @Override
  public void run(HostJob job, Call call, Answer answer, HostAction.Step step)
      throws FaultException,
          IOException,
          InterruptedException,
          AS400SecurityException,
          ErrorCompletingRequestException,
          ObjectDoesNotExistException,
          IllegalObjectTypeException {
    switch (settings.what()) {
      case SEND -> {
        send(job, call, step);
        JsonTree.answer(answer, Map.of("done", true));
      }
      case REMOVE -> {
        remove(job, call, step);
        JsonTree.answer(answer, Map.of("done", true));
      }
      case RECEIVE, PEEK -> JsonTree.answer(answer, names(), take(job, call, step));
    }
  }

  private List<String> names() {
    List<String> names = new ArrayList<>(List.of(EntryForm.NAME));
    if (settings.keyLength() > 0) {
      names.add("key");
      if (settings.what() == DataQueueOperation.Do.PEEK) {
        names.add("receipt");
      }
    }
    names.addAll(List.of("job", "user"));
    return names;
  }

  private void send(HostJob job, Call call, HostAction.Step step)
      throws FaultException,
          IOException,
          InterruptedException,
          AS400SecurityException,
          ErrorCompletingRequestException,
          ObjectDoesNotExistException,
          IllegalObjectTypeException {
    byte[] entry =
        settings.form().encode(Objects.requireNonNull(call.arguments().get(EntryForm.NAME)));
    if (entry.length == 0) {
      throw Fault.argument(EntryForm.NAME, "“entry” must not be empty").thrown();
    }
    byte[] key = settings.keyLength() > 0 ? key(call) : null;
    step.begun();
    if (key != null) {
      keyed(job).write(key, entry);
    } else {
      plain(job).write(entry);
    }
    step.done();
  }

  private DataQueue plain(HostJob job) {
    String path = settings.path();
    return job.kept(DataQueue.class, path, () -> new DataQueue(job.system(), path));
  }

  private KeyedDataQueue keyed(HostJob job) {
    String path = settings.path();
    return job.kept(KeyedDataQueue.class, path, () -> new KeyedDataQueue(job.system(), path));
  }

  private byte[] key(Call call) throws FaultException {
    Object given = call.arguments().get("key");
    int length = settings.keyLength();
    if (given == null) {
      return new byte[length];
    }
    HostText page = DataQueueOperation.page(settings.form().ccsid());
    byte[] key = page.encode(given.toString());
    if (key == null || key.length > length) {
      throw Fault.argument(
              "key",
              key == null
                  ? "“key” has a character that CCSID " + page.ccsid() + " lacks"
                  : "“key” needs " + key.length + " bytes, and there is room for " + length)
          .thrown();
    }
    byte[] blank = page.blank();
    byte[] padded = Arrays.copyOf(key, length);
    for (int i = key.length; i < length; i++) {
      padded[i] = blank[(i - key.length) % blank.length];
    }
    return padded;
  }

  private List<Map<String, @Nullable Object>> take(HostJob job, Call call, HostAction.Step step)
      throws FaultException,
          IOException,
          InterruptedException,
          AS400SecurityException,
          ErrorCompletingRequestException,
          ObjectDoesNotExistException,
          IllegalObjectTypeException {
    boolean peek = settings.what() == DataQueueOperation.Do.PEEK;
    byte[] key = settings.keyLength() > 0 ? key(call) : null;
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    long most = Math.min(settings.most(), call.mostRows());
    while (rows.size() < most) {
      if (!peek) {
        step.begun();
      }
      DataQueueEntry taken = next(job, key, peek, rows.isEmpty() ? seconds(call) : 0);
      if (taken == null) {
        break;
      }
      if (!peek) {
        // It is off the queue: from here on a failure loses it, and must say so.
        step.done();
      }
      rows.add(row(taken, peek));
      if (peek) {
        break;
      }
    }
    return rows;
  }

  /** As long as the file says, and so that the answer still comes in time. */
  private int seconds(Call call) {
    long left = call.deadline() - System.nanoTime() - MARGIN.toNanos();
    return (int) Math.clamp(left / 1_000_000_000L, 0, settings.longestWait().toSeconds());
  }

  private @Nullable DataQueueEntry next(HostJob job, byte @Nullable [] key, boolean peek, int wait)
      throws IOException,
          InterruptedException,
          AS400SecurityException,
          ErrorCompletingRequestException,
          ObjectDoesNotExistException,
          IllegalObjectTypeException {
    if (key == null) {
      DataQueue queue = plain(job);
      return peek ? queue.peek(0) : queue.read(wait);
    }
    KeyedDataQueue queue = keyed(job);
    String search = settings.search().name();
    return peek ? queue.peek(key, 0, search) : queue.read(key, wait, search);
  }

  private Map<String, @Nullable Object> row(DataQueueEntry taken, boolean peek)
      throws FaultException {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put(EntryForm.NAME, settings.form().decode(taken.getData()));
    if (taken instanceof KeyedDataQueueEntry keyed) {
      byte[] bytes = keyed.getKey();
      HostText page = DataQueueOperation.page(settings.form().ccsid());
      String key = page.decode(bytes, 0, bytes.length);
      row.put("key", key == null ? null : key.stripTrailing());
      if (peek) {
        row.put("receipt", receipt(taken.getData()));
      }
    }
    sender(taken.getSenderInformation(), row);
    return row;
  }

  /** Null where the queue keeps no senders. */
  static void sender(@Nullable String sender, Map<String, @Nullable Object> row) {
    if (sender == null || sender.length() < SENDER || sender.isBlank()) {
      row.put("job", null);
      row.put("user", null);
    } else {
      String name = sender.substring(0, 10).strip();
      row.put(
          "job", sender.substring(20, 26) + "/" + sender.substring(10, 20).strip() + "/" + name);
      row.put("user", sender.substring(SENDER).strip());
    }
  }

  private static String receipt(byte[] data) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /** Takes the entry that was peeked off the queue, and none else. */
  private void remove(HostJob job, Call call, HostAction.Step step)
      throws FaultException,
          IOException,
          InterruptedException,
          AS400SecurityException,
          ErrorCompletingRequestException,
          ObjectDoesNotExistException,
          IllegalObjectTypeException {
    byte[] key = key(call);
    String receipt = String.valueOf(call.arguments().get("receipt"));
    KeyedDataQueue queue = keyed(job);
    KeyedDataQueueEntry there = queue.peek(key, 0, "EQ");
    if (there == null) {
      throw Fault.of(Code.NOT_FOUND, "there is no entry of this key").thrown();
    }
    if (!receipt(there.getData()).equals(receipt)) {
      throw changed().thrown();
    }
    step.begun();
    KeyedDataQueueEntry taken = queue.read(key, 0, "EQ");
    if (taken == null) {
      throw Fault.of(Code.NOT_FOUND, "there is no entry of this key").thrown();
    }
    if (!receipt(taken.getData()).equals(receipt)) {
      // Somebody else was faster: what came off instead goes back.
      queue.write(key, taken.getData());
      throw changed().thrown();
    }
    step.done();
  }

  private static Fault changed() {
    return Fault.of(Code.CONFLICT, "the entry of this key is not the one that was peeked");
  }
}
