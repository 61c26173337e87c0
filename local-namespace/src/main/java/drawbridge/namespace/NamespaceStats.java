package drawbridge.namespace;

import java.util.Map;

/**
 * What the namespace has done since its start, and what it holds now.
 *
 * @param connections open now
 * @param connectionsAccepted since the start
 * @param links to queues, open now
 * @param operations messages sent, received and settled, and management requests
 * @param operationsRefused with ServerBusy
 * @param queues by name, without the dead-letter queues
 */
public record NamespaceStats(
    int connections,
    long connectionsAccepted,
    int links,
    long operations,
    long operationsRefused,
    Map<String, QueueStats> queues) {

  /** One queue, by the name that the settings write; throws where there is none. */
  public QueueStats queue(String name) {
    QueueStats stats = queues.get(name);
    if (stats == null) {
      throw new IllegalArgumentException("no queue “" + name + "”");
    }
    return stats;
  }

  /**
   * One queue.
   *
   * @param sends transfers taken; a batch is one
   * @param messagesIn messages taken, before faults
   * @param bytesIn their encoded bytes
   * @param unitsIn each message in begun pieces of 64 KB, as the service bills
   * @param messagesOut deliveries to receivers, repeated ones too
   * @param bytesOut their encoded bytes
   * @param depth messages ready now
   * @param locked messages that receivers hold now
   * @param deadLetters messages in the dead-letter queue now
   * @param bytes of all three now
   * @param lost by {@link Faults}
   * @param repeated by {@link Faults}
   * @param reordered by {@link Faults}
   * @param corrupted by {@link Faults}
   */
  public record QueueStats(
      long sends,
      long messagesIn,
      long bytesIn,
      long unitsIn,
      long messagesOut,
      long bytesOut,
      int depth,
      int locked,
      int deadLetters,
      long bytes,
      long lost,
      long repeated,
      long reordered,
      long corrupted) {}
}
