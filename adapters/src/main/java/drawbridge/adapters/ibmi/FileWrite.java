package drawbridge.adapters.ibmi;

import com.ibm.as400.access.AS400SecurityException;
import com.ibm.as400.access.ExtendedIOException;
import com.ibm.as400.access.IFSFile;
import com.ibm.as400.access.IFSFileOutputStream;
import com.ibm.as400.access.IFSRandomAccessFile;
import drawbridge.adapters.Call;
import drawbridge.adapters.Fault;
import drawbridge.adapters.Fault.Code;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.ibmi.layout.HostText;
import drawbridge.adapters.ibmi.layout.Layout;
import java.beans.PropertyVetoException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One write of a file, at once or as a piece of it. The content becomes a file of another name
 * first, so that nobody sees half of it; a name that can't be guessed, so that nobody puts a link
 * there beforehand, and that two who write the same file don't meet. For one call.
 */
final class FileWrite {
  static final String UPLOAD = "upload";
  static final String AT = "at";
  static final String MORE = "more";

  /** What the names of new content and of content that steps aside end with. */
  private static final String PART = ".part";

  private static final String OLD = ".old";

  /** Of the id of an upload, in hex. */
  static final int ID_LENGTH = 32;

  private static final System.Logger LOG = System.getLogger(FileWrite.class.getName());

  private static final Pattern ID = Pattern.compile("[0-9a-f]{" + ID_LENGTH + "}");
  private static final Pattern UNFINISHED = Pattern.compile(".*\\.[0-9a-f]{32}\\.(part|old)");

  private static final SecureRandom RANDOM = new SecureRandom();

  private final FileWork work;
  private final IFSFile file;
  private final Call call;

  FileWrite(FileWork work, IFSFile file, Call call) {
    this.work = work;
    this.file = file;
    this.call = call;
  }

  /** The name of a file that is still being written, or of one that is being replaced. */
  static boolean unfinished(String name) {
    return UNFINISHED.matcher(name).matches();
  }

  /**
   * Writes.
   *
   * @return how long the file is now, and of what goes on, by which id
   */
  Map<String, @Nullable Object> run(HostAction.Step step)
      throws FaultException, IOException, AS400SecurityException, PropertyVetoException {
    byte[] content = content();
    boolean more = Boolean.TRUE.equals(call.arguments().get(MORE));
    long at = call.arguments().get(AT) instanceof Number given ? given.longValue() : 0;
    String given = call.arguments().get(UPLOAD) instanceof String id ? id : "";
    checkPlace(given, at);
    boolean there = file.exists();
    if (there && (work.exists() == FileOperation.Exists.REFUSE || !file.isFile())) {
      throw Fault.of(Code.CONFLICT, "there is a file of this name").thrown();
    }
    if (there && file.isSymbolicLink()) {
      throw FileWork.missing().thrown();
    }
    String id = given.isEmpty() ? newId() : given;
    IFSFile part = named(file.getPath() + "." + id + PART);
    try {
      if (given.isEmpty()) {
        step.begun();
        try (OutputStream out =
            new IFSFileOutputStream(part, IFSFileOutputStream.SHARE_NONE, false, tag())) {
          out.write(content);
        }
      } else {
        goOn(part, at, content, step);
      }
      if (!more) {
        finish(part, there);
      }
    } catch (ExtendedIOException e) {
      if (given.isEmpty()) {
        part.delete();
      }
      throw e;
    }
    step.done();
    Map<String, @Nullable Object> written = new LinkedHashMap<>();
    written.put("bytes", at + content.length);
    if (work.pieces()) {
      written.put(UPLOAD, more ? id : null);
    }
    return written;
  }

  private static void checkPlace(String upload, long at) throws FaultException {
    if (!upload.isEmpty() && !ID.matcher(upload).matches()) {
      throw Fault.argument(UPLOAD, "“upload” is not what the first piece was answered with")
          .thrown();
    }
    if (at < 0 || (upload.isEmpty() && at > 0)) {
      throw Fault.argument(
              AT, at < 0 ? "“at” must not be negative" : "“at” needs the “upload” that it goes on")
          .thrown();
    }
  }

  private static String newId() {
    byte[] id = new byte[ID_LENGTH / 2];
    RANDOM.nextBytes(id);
    return HexFormat.of().formatHex(id);
  }

  /** The same piece once more, as after an answer that was lost, leaves the same file. */
  private static void goOn(IFSFile part, long at, byte[] content, HostAction.Step step)
      throws FaultException, IOException, AS400SecurityException {
    if (!part.exists() || !part.isFile() || part.isSymbolicLink()) {
      throw Fault.of(Code.NOT_FOUND, "there is no such upload of this file").thrown();
    }
    IFSRandomAccessFile out =
        new IFSRandomAccessFile(
            part, "rw", IFSRandomAccessFile.SHARE_NONE, IFSRandomAccessFile.OPEN_OR_FAIL);
    try {
      long length = out.length();
      if (at > length) {
        throw Fault.of(Code.CONFLICT, "what comes before this piece is missing").thrown();
      }
      step.begun();
      out.seek(at);
      out.write(content);
      if (length > at + content.length) {
        out.setLength(at + content.length);
      }
    } finally {
      out.close();
    }
  }

  /**
   * Gives the new content its name. JTOpen's rename never replaces a file, so the one that is there
   * steps aside, and comes back where the new one can't take its place: nothing is deleted before
   * the new content has its name.
   */
  private void finish(IFSFile part, boolean there)
      throws FaultException, IOException, PropertyVetoException {
    String path = file.getPath();
    String stem = part.getPath().substring(0, part.getPath().length() - PART.length());
    if (there && !rename(path, stem + OLD)) {
      part.delete();
      throw Fault.of(Code.CONFLICT, "something else on the source has it locked").thrown();
    }
    if (!rename(part.getPath(), path)) {
      if (there) {
        comeBack(stem + OLD, path);
      }
      part.delete();
      throw Fault.of(Code.CONFLICT, "there is a file of this name").thrown();
    }
    // Also what an earlier try of the same upload left, which broke off between the two renames.
    if (there || work.pieces()) {
      drop(stem + OLD);
    }
  }

  private void comeBack(String old, String path)
      throws FaultException, IOException, PropertyVetoException {
    if (rename(old, path)) {
      return;
    }
    if (named(path).exists()) {
      // Somebody else has just written a file of this name.
      drop(old);
      return;
    }
    LOG.log(Level.WARNING, path + " is missing: its content is in " + old);
    throw Fault.of(Code.OUTCOME_UNKNOWN, "the source took the old file away and no new one")
        .thrown();
  }

  /** The new content is in place, so what fails here fails no call. */
  private void drop(String old) throws IOException {
    try {
      IFSFile file = named(old);
      if (!file.exists() || file.delete()) {
        return;
      }
    } catch (ExtendedIOException e) {
      LOG.log(Level.DEBUG, old + " can't be deleted", e);
    }
    LOG.log(Level.WARNING, "replaced content stays as " + old + ", which may be deleted");
  }

  /** With objects of its own: JTOpen's take on the new name, and would be the file from then on. */
  private boolean rename(String from, String to) throws IOException, PropertyVetoException {
    try {
      return named(from).renameTo(named(to));
    } catch (ExtendedIOException e) {
      LOG.log(Level.DEBUG, from + " can't be renamed", e);
      return false;
    }
  }

  private IFSFile named(String path) {
    return new IFSFile(file.getSystem(), path);
  }

  /** What the file is tagged with: bytes and records are none of text. */
  private int tag() {
    return work.ccsid() > 0 ? work.ccsid() : HostText.BYTES;
  }

  private byte[] content() throws FaultException {
    if (work.layout().isPresent()) {
      return records(work.layout().get());
    }
    Object content = Objects.requireNonNull(call.arguments().get("content"));
    if (content instanceof byte[] bytes) {
      return bytes;
    }
    byte[] text = DataQueueOperation.page(work.ccsid()).encode(content.toString());
    if (text == null) {
      throw Fault.argument(
              "content", "“content” has a character that CCSID " + work.ccsid() + " lacks")
          .thrown();
    }
    return text;
  }

  private byte[] records(Layout layout) throws FaultException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    if (call.arguments().get("records") instanceof List<?> records) {
      for (int i = 0; i < records.size(); i++) {
        if (!(records.get(i) instanceof Map<?, ?> members)) {
          throw Fault.argument("records", "“records[" + i + "]” must be an object").thrown();
        }
        all.writeBytes(layout.encode(members(members)));
      }
    }
    return all.toByteArray();
  }

  @SuppressWarnings("unchecked") // JSON's names are strings.
  private static Map<String, ?> members(Map<?, ?> members) {
    return (Map<String, ?>) members;
  }
}
