package drawbridge.adapters.ibmi;

import com.ibm.as400.access.AS400;
import com.ibm.as400.access.AS400SecurityException;
import com.ibm.as400.access.ExtendedIOException;
import com.ibm.as400.access.IFSFile;
import com.ibm.as400.access.IFSFileInputStream;
import drawbridge.adapters.Answer;
import drawbridge.adapters.Call;
import drawbridge.adapters.Column;
import drawbridge.adapters.Fault;
import drawbridge.adapters.Fault.Code;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.ibmi.layout.HostText;
import drawbridge.adapters.ibmi.layout.Layout;
import java.beans.PropertyVetoException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Lists, reads and writes files of one folder. A caller names a file of it and nothing else: what
 * is no plain name, and what is a link, is not found.
 *
 * @param layout of records; empty: text or bytes
 * @param ccsid of text; 0: bytes
 * @param pieces a write may be one of several that make a file
 * @param most files of a list
 */
record FileWork(
    String folder,
    FileOperation.Do what,
    Optional<Layout> layout,
    int ccsid,
    FileOperation.Exists exists,
    boolean pieces,
    int most)
    implements HostAction.Work {
  static final int LONGEST_NAME = 100;
  private static final List<String> LISTED = List.of("name", "size", "changed");

  static final String TEXT = "text/plain; charset=utf-8";
  static final String BYTES = "application/octet-stream";

  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_. -]{0,98}[A-Za-z0-9_-]|[A-Za-z0-9_]");

  /** Text is converted as a whole: no character is cut in two. */
  private static final int LONGEST_TEXT = 8 << 20;

  private static final int BUFFER = 64 << 10;

  @Override
  public void run(HostJob job, Call call, Answer answer, HostAction.Step step)
      throws FaultException, IOException, AS400SecurityException, PropertyVetoException {
    try {
      switch (what) {
        case LIST -> JsonTree.answer(answer, LISTED, list(job.system(), call));
        case READ -> read(file(job.system(), call), call, answer);
        case WRITE -> {
          Map<String, @Nullable Object> written =
              new FileWrite(this, file(job.system(), call), call).run(step);
          JsonTree.answer(answer, written);
        }
      }
    } catch (ExtendedIOException e) {
      throw fault(e).thrown();
    }
  }

  private static Fault fault(ExtendedIOException e) throws ExtendedIOException {
    return switch (e.getReturnCode()) {
      case ExtendedIOException.FILE_NOT_FOUND, ExtendedIOException.PATH_NOT_FOUND -> missing();
      case ExtendedIOException.ACCESS_DENIED -> HostFaults.authority(e);
      case ExtendedIOException.FILE_IN_USE,
          ExtendedIOException.SHARING_VIOLATION,
          ExtendedIOException.LOCK_VIOLATION ->
          Fault.of(Code.CONFLICT, "something else on the source has it locked", e);
      default -> throw e;
    };
  }

  static Fault missing() {
    return Fault.of(Code.NOT_FOUND, "there is no such file");
  }

  private static boolean plain(String name) {
    return NAME.matcher(name).matches() && !name.contains("..") && !FileWrite.unfinished(name);
  }

  private IFSFile file(AS400 system, Call call) throws FaultException {
    String name = String.valueOf(Objects.requireNonNull(call.arguments().get("name")));
    if (!plain(name)) {
      throw (what == FileOperation.Do.WRITE
              ? Fault.argument("name", "“name” is no plain name of a file")
              : missing())
          .thrown();
    }
    return new IFSFile(system, folder + "/" + name);
  }

  private List<Map<String, @Nullable Object>> list(AS400 system, Call call)
      throws IOException, AS400SecurityException {
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    IFSFile[] files = new IFSFile(system, folder).listFiles();
    for (IFSFile file : files) {
      boolean shown = plain(file.getName()) && file.isFile() && !file.isSymbolicLink();
      if (shown && rows.size() < Math.min(most, call.mostRows())) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("name", file.getName());
        row.put("size", Long.toString(file.length()));
        row.put(
            "changed",
            Instant.ofEpochMilli(file.lastModified()).truncatedTo(ChronoUnit.SECONDS).toString());
        rows.add(row);
      }
    }
    return rows;
  }

  private void read(IFSFile file, Call call, Answer answer)
      throws FaultException, IOException, AS400SecurityException {
    checkFile(file);
    try (InputStream in = new IFSFileInputStream(file)) {
      if (layout.isPresent()) {
        records(layout.get(), in, call, answer);
      } else if (ccsid > 0) {
        text(in, answer);
      } else {
        bytes(in, answer);
      }
    }
  }

  /** A file, and no link to one, which could stand anywhere. */
  private static void checkFile(IFSFile file)
      throws FaultException, IOException, AS400SecurityException {
    if (!file.exists() || !file.isFile() || file.isSymbolicLink()) {
      throw missing().thrown();
    }
  }

  private static void bytes(InputStream in, Answer answer) throws FaultException, IOException {
    byte[] buffer = new byte[BUFFER];
    int n = in.read(buffer);
    OutputStream out = answer.begin(200, BYTES);
    while (n >= 0) {
      try {
        out.write(buffer, 0, n);
      } catch (IOException e) {
        throw JsonTree.undelivered(e).thrown();
      }
      n = in.read(buffer);
    }
    answer.rows(1);
  }

  private void text(InputStream in, Answer answer) throws FaultException, IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] buffer = new byte[BUFFER];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      all.write(buffer, 0, n);
      if (all.size() > LONGEST_TEXT) {
        throw Fault.of(Code.TOO_LARGE, "the file is longer than 8 MB of text").thrown();
      }
    }
    byte[] bytes = all.toByteArray();
    HostText page = DataQueueOperation.page(ccsid);
    String text = page.decode(bytes, 0, bytes.length);
    if (text == null) {
      throw Fault.of(Code.SOURCE_ERROR, "the file is no text of its CCSID").thrown();
    }
    try {
      answer.begin(200, TEXT).write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw JsonTree.undelivered(e).thrown();
    }
    answer.rows(1);
  }

  /** One at a time, so a file of any length takes no more room than a record. */
  private static void records(Layout layout, InputStream in, Call call, Answer answer)
      throws FaultException, IOException {
    byte[] record = new byte[layout.size()];
    long rows = 0;
    int n = in.readNBytes(record, 0, record.length);
    Map<String, @Nullable Object> next = n == 0 ? null : decoded(layout, record, n);
    List<String> names = layout.reply().stream().map(Column::name).toList();
    try (RowWriter writer = new RowWriter(answer, names)) {
      while (next != null) {
        if (++rows > call.mostRows()) {
          throw Fault.of(Code.TOO_LARGE, "the result has more than " + call.mostRows() + " rows")
              .thrown();
        }
        writer.write(next);
        n = in.readNBytes(record, 0, record.length);
        next = n == 0 ? null : decoded(layout, record, n);
      }
      writer.end();
    }
    answer.rows(rows);
  }

  private static Map<String, @Nullable Object> decoded(Layout layout, byte[] record, int length)
      throws FaultException {
    if (length < record.length) {
      throw Fault.of(Code.SOURCE_ERROR, "the file ends within a record").thrown();
    }
    return layout.decode(record);
  }
}
