package drawbridge.ibmi.stub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The integrated file system, over a folder: list, open, read, write, create, rename, delete. */
final class FileServer implements HostServer {
  private static final int OPEN = 0x0002;
  private static final int READ = 0x0003;
  private static final int WRITE = 0x0004;
  private static final int SET_SIZE = 0x0005;
  private static final int FLUSH = 0x0006;
  private static final int LOCK = 0x0007;
  private static final int UNLOCK = 0x0008;
  private static final int CLOSE = 0x0009;
  private static final int LIST = 0x000A;
  private static final int CHANGE = 0x000B;
  private static final int DELETE = 0x000C;
  private static final int MAKE_FOLDER = 0x000D;
  private static final int REMOVE_FOLDER = 0x000E;
  private static final int RENAME = 0x000F;
  private static final int EXCHANGE = 0x0016;

  private static final int OK = 0;
  private static final int NOT_FOUND = 2;
  private static final int PATH_NOT_FOUND = 3;
  private static final int EXISTS = 4;
  private static final int DENIED = 5;
  private static final int INVALID_HANDLE = 6;
  private static final int NOT_EMPTY = 9;
  private static final int TOO_MANY = 11;
  private static final int NO_MORE_FILES = 18;
  private static final int NO_MORE_DATA = 22;
  private static final int NOT_SUPPORTED = 23;
  private static final int FAILED = 25;

  private static final int NAME = 0x0002;
  private static final int DATA = 0x0020;

  /** In what a client wants listed. */
  private static final int ATTRIBUTES_1 = 0x02;

  private static final int ATTRIBUTES_2 = 0x04;

  private static final int OWNER_OFFSET = 224;

  /** Among those attributes, at data stream level 16. */
  private static final int CCSID_OFFSET = 134;

  private static final int NAMES_CCSID = 13_488;
  private static final int LARGEST_TRANSFER = 1 << 20;
  private static final int MOST_OPEN = 500;

  private final HostConnection connection;
  private final Optional<Path> root;
  private final Map<Integer, Handle> open = new HashMap<>();
  private int lastHandle;

  /** An open file. */
  private record Handle(Path path, FileChannel channel) {}

  /** The number that the client gets. */
  private static final class Refusal extends IOException {
    final int code;

    Refusal(int code) {
      super("return code " + code);
      this.code = code;
    }
  }

  FileServer(HostConnection connection) {
    this.connection = connection;
    this.root = connection.host().settings().files();
  }

  @Override
  public boolean serve(Frame frame) throws IOException {
    try {
      answer(frame);
    } catch (Refusal e) {
      reply(frame, e.code);
    } catch (NoSuchFileException e) {
      Path parent = Path.of(e.getFile()).getParent();
      reply(frame, parent != null && Files.isDirectory(parent) ? NOT_FOUND : PATH_NOT_FOUND);
    } catch (FileAlreadyExistsException e) {
      reply(frame, EXISTS);
    } catch (DirectoryNotEmptyException e) {
      reply(frame, NOT_EMPTY);
    } catch (AccessDeniedException e) {
      reply(frame, DENIED);
    } catch (java.nio.file.FileSystemException e) {
      reply(frame, FAILED);
    }
    return true;
  }

  private void answer(Frame frame) throws IOException {
    switch (frame.request()) {
      case EXCHANGE ->
          connection.send(
              frame.reply(
                  0x8009,
                  10,
                  new Bytes()
                      .int2(0)
                      .int2(Math.min(frame.int2(22), 16))
                      .int2(frame.int2(24))
                      .int4(
                          frame.int4(26) < 0
                              ? LARGEST_TRANSFER
                              : Math.min(frame.int4(26), LARGEST_TRANSFER))
                      .int4(8)
                      .int2(0x000A)
                      .int2(NAMES_CCSID)));
      case OPEN -> open(frame);
      case READ -> read(frame);
      case WRITE -> write(frame);
      case SET_SIZE -> {
        handle(frame).channel.truncate(Math.max(0, frame.int4(26)));
        reply(frame, OK);
      }
      case FLUSH, LOCK, UNLOCK, CHANGE -> reply(frame, OK);
      case CLOSE -> {
        Handle handle = open.remove(frame.int4(22));
        if (handle != null) {
          handle.channel.close();
        }
        connection.send(frame.reply(0x8004, 4, new Bytes().int2(0).int2(0)));
      }
      case LIST -> list(frame);
      case DELETE -> {
        Path path = path(frame, NAME);
        if (Files.isDirectory(path)) {
          throw new Refusal(DENIED);
        }
        Files.delete(path);
        reply(frame, OK);
      }
      case MAKE_FOLDER -> {
        Files.createDirectory(path(frame, 0x0001));
        reply(frame, OK);
      }
      case REMOVE_FOLDER -> {
        Files.delete(path(frame, 0x0001));
        reply(frame, OK);
      }
      case RENAME -> {
        Files.move(path(frame, 0x0003), path(frame, 0x0004));
        reply(frame, OK);
      }
      default -> reply(frame, NOT_SUPPORTED);
    }
  }

  private Path path(Frame frame, int codePoint) throws IOException {
    return path(new String(frame.required(codePoint), StandardCharsets.UTF_16BE));
  }

  /** Below the folder, whatever dots the name has; a link is followed as on the host. */
  private Path path(String name) throws IOException {
    if (root.isEmpty()) {
      throw new Refusal(DENIED);
    }
    Path path = root.get().resolve(name.replaceFirst("^/+", "")).normalize();
    if (!path.startsWith(root.get())) {
      throw new Refusal(DENIED);
    }
    return path;
  }

  private Handle handle(Frame frame) throws IOException {
    Handle handle = open.get(frame.int4(22));
    if (handle == null) {
      throw new Refusal(INVALID_HANDLE);
    }
    return handle;
  }

  /** What to do where the file exists or not: 1, 2 create; 4 create only; 8, 16 open only. */
  private void open(Frame frame) throws IOException {
    Path path = path(frame, NAME);
    int intent = frame.int2(30);
    int option = frame.int2(36);
    boolean existed = Files.exists(path);
    if (Files.isDirectory(path)) {
      throw new Refusal(DENIED);
    }
    if (existed && option == 4) {
      throw new Refusal(EXISTS);
    }
    if (!existed && option >= 8) {
      throw new NoSuchFileException(path.toString());
    }
    if (open.size() >= MOST_OPEN) {
      throw new Refusal(TOO_MANY);
    }
    Set<OpenOption> options = new HashSet<>(Set.of(StandardOpenOption.READ));
    boolean replace = existed && (option == 2 || option == 16);
    if ((intent & 2) != 0 || !existed || replace) {
      options.add(StandardOpenOption.WRITE);
    }
    if (!existed) {
      // To create only is never to follow a link, also one that leads to nothing.
      options.add(option == 4 ? StandardOpenOption.CREATE_NEW : StandardOpenOption.CREATE);
    }
    if (replace) {
      options.add(StandardOpenOption.TRUNCATE_EXISTING);
    }
    FileChannel channel = FileChannel.open(path, options);
    int handle = ++lastHandle;
    open.put(handle, new Handle(path, channel));
    if (!existed) {
      connection.host().ccsid(path, frame.int2(28));
    }
    Bytes body =
        new Bytes()
            .int2(0)
            .int4(handle)
            .int8(handle)
            .int2(connection.host().ccsid(path))
            .int2(existed ? 1 : 2);
    dates(body, path);
    body.int4((int) Math.min(Integer.MAX_VALUE, channel.size()))
        .int4(0x20)
        .int2(0)
        .int2(0)
        .int4(0)
        .int4(0)
        .int4(0)
        .int2(100)
        .int1(0)
        .int8(channel.size());
    connection.send(frame.reply(0x8002, 77, body));
  }

  private void read(Frame frame) throws IOException {
    FileChannel channel = handle(frame).channel;
    long offset = frame.templateLength() >= 38 ? frame.int8(50) : frame.int4(30) & 0xFFFF_FFFFL;
    int length = frame.int4(34);
    if (offset < 0 || length < 0) {
      throw new Refusal(FAILED);
    }
    ByteBuffer buffer = ByteBuffer.allocate(Math.min(length, LARGEST_TRANSFER));
    int count = channel.read(buffer, offset);
    if (count <= 0) {
      throw new Refusal(NO_MORE_DATA);
    }
    byte[] data = new byte[count];
    buffer.flip().get(data);
    connection.send(
        frame.reply(
            0x8003,
            4,
            new Bytes()
                .int2(0)
                .int2(connection.host().ccsid(handle(frame).path))
                .field(DATA, data)));
  }

  private void write(Frame frame) throws IOException {
    FileChannel channel = handle(frame).channel;
    long before = channel.size();
    long offset = frame.templateLength() >= 34 ? frame.int8(46) : frame.int4(30) & 0xFFFF_FFFFL;
    ByteBuffer data = ByteBuffer.wrap(frame.required(DATA));
    while (data.hasRemaining()) {
      channel.write(data, offset + data.position());
    }
    connection.send(
        frame.reply(0x800B, 12, new Bytes().int2(0).int2(0).int4((int) before).int4(0)));
  }

  /** One answer for each file, and a last one that ends them. */
  private void list(Frame frame) throws IOException {
    List<Path> found = new ArrayList<>();
    Optional<byte[]> named = frame.field(NAME);
    if (named.isEmpty()) {
      found.add(handle(frame).path);
    } else {
      String name = new String(named.get(), StandardCharsets.UTF_16BE);
      int slash = name.lastIndexOf('/');
      String last = name.substring(slash + 1);
      if (last.contains("*") || last.contains("?")) {
        Path folder = path(name.substring(0, slash + 1));
        if (!Files.isDirectory(folder)) {
          throw new NoSuchFileException(folder.resolve(last).toString());
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, last)) {
          files.forEach(found::add);
        }
        found.sort(null);
      } else {
        found.add(path(name));
      }
    }
    int n = 0;
    for (Path path : found) {
      entry(frame, path, ++n);
    }
    reply(frame, NO_MORE_FILES);
  }

  private void entry(Frame frame, Path path, int number) throws IOException {
    if (!Files.exists(path)) {
      throw new NoSuchFileException(path.toString());
    }
    boolean folder = Files.isDirectory(path);
    long size = folder ? 0 : Files.size(path);
    Bytes body = new Bytes().int2(1);
    dates(body, path);
    Path last = path.getFileName();
    body.int4((int) Math.min(Integer.MAX_VALUE, size))
        .int4(folder ? 0x10 : 0x20)
        .int2(folder ? 2 : 1)
        .int2(0)
        .int4(0)
        .int4(0)
        .int4(0)
        .int2(100)
        .int1(0)
        .int2(NAMES_CCSID)
        .int2(0)
        .int4(number)
        .int8(size)
        .int2(0)
        .int1(Files.isSymbolicLink(path) ? 1 : 0)
        .field(NAME, (last == null ? "" : last.toString()).getBytes(StandardCharsets.UTF_16BE));
    if ((frame.int2(36) & ATTRIBUTES_1) != 0) {
      body.field(0x0010, new Bytes().zeros(OWNER_OFFSET).padded("QSECOFR", 10));
    }
    if ((frame.int2(36) & ATTRIBUTES_2) != 0) {
      body.field(0x000F, attributes2(path));
    }
    connection.send(frame.reply(0x8005, 72, body));
  }

  /** Of an object's second set of attributes only the CCSID is told; the others are zeros. */
  private Bytes attributes2(Path path) {
    return new Bytes().zeros(CCSID_OFFSET).int2(connection.host().ccsid(path)).zeros(14);
  }

  /** Created, changed, used: seconds and milliseconds. */
  private static void dates(Bytes body, Path path) throws IOException {
    long millis = Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).toMillis();
    for (int i = 0; i < 3; i++) {
      body.int4((int) (millis / 1000)).int4((int) (millis % 1000));
    }
  }

  private void reply(Frame frame, int code) throws IOException {
    connection.send(code(frame, code));
  }

  /** The answer that is a return code alone. */
  static byte[] code(Frame frame, int code) throws Frame.BadFrame {
    return frame.reply(0x8001, 4, new Bytes().int2(0).int2(code));
  }

  @Override
  public void close() {
    for (Handle handle : open.values()) {
      try {
        handle.channel.close();
      } catch (IOException e) {
        System.getLogger(FileServer.class.getName())
            .log(System.Logger.Level.DEBUG, "a file could not be closed", e);
      }
    }
  }
}
