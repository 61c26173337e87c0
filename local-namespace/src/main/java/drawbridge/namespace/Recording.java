package drawbridge.namespace;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Writes every message that a queue takes to {@code FOLDER/QUEUE.messages}: its length in 4 bytes,
 * then its bytes, as the sender encoded them. So a test can search what a broker could have seen.
 * Belongs to the event loop.
 */
final class Recording implements AutoCloseable {
  private final Path folder;
  private final Map<String, DataOutputStream> files = new HashMap<>();

  Recording(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
  }

  void write(String queue, byte[] message) {
    try {
      DataOutputStream out = files.get(queue);
      if (out == null) {
        String name = queue.toLowerCase(Locale.ROOT).replace('/', '~') + ".messages";
        out =
            new DataOutputStream(
                new BufferedOutputStream(Files.newOutputStream(folder.resolve(name)), 1 << 16));
        files.put(queue, out);
      }
      out.writeInt(message.length);
      out.write(message);
    } catch (IOException e) {
      throw new UncheckedIOException("the recording in " + folder + " cannot be written", e);
    }
  }

  void flush() {
    for (DataOutputStream out : files.values()) {
      try {
        out.flush();
      } catch (IOException e) {
        throw new UncheckedIOException("the recording in " + folder + " cannot be written", e);
      }
    }
  }

  @Override
  public void close() throws IOException {
    for (DataOutputStream out : files.values()) {
      out.close();
    }
  }
}
