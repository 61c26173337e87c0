package drawbridge.relay;

import java.util.List;

/**
 * Takes messages to mailboxes. It may lose, repeat, reorder and delay them: the channel relies on
 * nothing but that most arrive. Service Bus is one, the simulation of the tests another.
 * Thread-safe.
 */
interface Carrier extends AutoCloseable {
  /** Hears of a message that was handed over: at most once, on any thread, maybe never. */
  interface Report {
    void taken(boolean taken);
  }

  /** Hears what comes from our own mailbox, on any thread; must not block. */
  interface Receiver {
    void message(Message message);

    /** Our own link works and is not throttled, or it does not. */
    void link(boolean healthy);
  }

  /** Does not block for longer than the hand-over takes. */
  void send(String mailbox, Message message, Report report);

  /** Once, before anything is sent. */
  void start(Receiver receiver);

  /** Takes nothing out of the mailbox for so many milliseconds, during which the link is down. */
  default void standAside(long milliseconds) {}

  /** What does not work by now, each a safe sentence for the admin; empty: all does. */
  default List<String> problems() {
    return List.of();
  }

  /** How it gets out, for the admin; empty: there is nothing to say. */
  default String way() {
    return "";
  }

  @Override
  void close();
}
