package drawbridge.gateway;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Collects what the gateway logs under one name. */
final class Heard extends Handler implements AutoCloseable {
  private final SimpleFormatter formatter = new SimpleFormatter();
  private final Logger logger;
  private final Queue<String> lines = new ConcurrentLinkedQueue<>();

  Heard(String name) {
    logger = Logger.getLogger(name);
    logger.addHandler(this);
    logger.setLevel(Level.ALL); // tests are quiet otherwise
  }

  String text() {
    return String.join("\n", lines);
  }

  /** The one line that has these words. */
  String line(String words) {
    return lines.stream()
        .filter(line -> line.contains(words))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no line with “" + words + "” in\n" + text()));
  }

  @Override
  public void publish(LogRecord record) {
    lines.add(formatter.formatMessage(record));
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
    logger.setLevel(null);
  }
}
