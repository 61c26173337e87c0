package drawbridge.namespace;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * The one thread on which the whole namespace runs, so nothing below it needs a lock. A turn runs
 * what is due by time, then what other threads asked for, then serves every connection that has
 * something to read or to write, each once, before it looks at the sockets again.
 *
 * <p>Thread-safe are {@link #call} and {@link #close}; all else belongs to the loop itself.
 */
final class EventLoop implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(EventLoop.class.getName());
  private static final long ANSWER_SECONDS = 10;
  private static final long LONGEST_WAIT_MS = 1000;

  /** Something with a socket of its own. */
  interface Member {
    /** The socket can be read, written or accepted from. */
    void ready(SelectionKey key) throws IOException;

    /** Once a turn, after {@link EventLoop#touch}. */
    void serve();

    /** After a silence: look at the socket anew. */
    void resume();
  }

  /** Something that happens later; can be cancelled. */
  static final class Timer {
    private final long due;
    private final long order;
    private final Runnable action;
    private boolean cancelled;

    private Timer(long due, long order, Runnable action) {
      this.due = due;
      this.order = order;
      this.action = action;
    }

    void cancel() {
      cancelled = true;
    }
  }

  private final Selector selector;
  private final Thread thread;
  private final ConcurrentLinkedQueue<Runnable> inbox = new ConcurrentLinkedQueue<>();
  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>(
          Comparator.<Timer>comparingLong(t -> t.due).thenComparingLong(t -> t.order));
  private final ArrayDeque<Member> touched = new ArrayDeque<>();
  private final long origin = System.nanoTime();
  private long order;
  private boolean silent;
  private long silentUntil;
  private volatile boolean stopped;

  EventLoop() throws IOException {
    selector = Selector.open();
    thread = new Thread(this::run, "local-namespace");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Milliseconds since the loop was made, monotonic. */
  long millis() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - origin);
  }

  Timer after(long millis, Runnable action) {
    Timer timer = new Timer(millis() + millis, order++, action);
    timers.add(timer);
    return timer;
  }

  SelectionKey register(SelectableChannel channel, int operations, Member member)
      throws IOException {
    channel.configureBlocking(false);
    return channel.register(selector, silent ? 0 : operations, member);
  }

  /** {@link Member#serve} is called in this turn; members call this once until they are served. */
  void touch(Member member) {
    touched.add(member);
  }

  /** Reads nothing, writes nothing and accepts nobody for a while; sockets stay open. */
  void silence(long millis) {
    silent = true;
    silentUntil = millis() + millis;
    for (SelectionKey key : selector.keys()) {
      if (key.isValid()) {
        key.interestOps(0);
      }
    }
    long until = silentUntil;
    after(
        millis,
        () -> {
          if (silent && silentUntil <= until) {
            silent = false;
            for (SelectionKey key : new ArrayList<>(selector.keys())) {
              if (key.isValid()) {
                ((Member) key.attachment()).resume();
              }
            }
          }
        });
  }

  boolean silent() {
    return silent;
  }

  /** Runs {@code question} on the loop and waits for its answer. */
  <T> T call(Supplier<T> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    inbox.add(
        () -> {
          try {
            answer.complete(question.get());
          } catch (RuntimeException e) {
            answer.completeExceptionally(e);
          }
        });
    selector.wakeup();
    try {
      return answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the local namespace answers", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      throw new IllegalStateException("the local namespace does not answer", e);
    }
  }

  private void run() {
    while (!stopped) {
      try {
        turn();
      } catch (IOException | RuntimeException e) {
        LOG.log(Level.ERROR, "a turn of the event loop failed", e);
      }
    }
  }

  private void turn() throws IOException {
    runTimers();
    if (touched.isEmpty() || silent) {
      selector.select(waitMillis());
    } else {
      selector.selectNow();
    }
    Runnable request;
    while ((request = inbox.poll()) != null) {
      request.run();
    }
    for (SelectionKey key : selector.selectedKeys()) {
      if (key.isValid() && !silent) {
        ((Member) key.attachment()).ready(key);
      }
    }
    selector.selectedKeys().clear();
    if (!silent) {
      for (int n = touched.size(); n > 0; n--) {
        touched.remove().serve();
      }
    }
  }

  private void runTimers() {
    long now = millis();
    Timer timer;
    while ((timer = timers.peek()) != null && (timer.cancelled || timer.due <= now)) {
      timers.remove();
      if (!timer.cancelled) {
        timer.action.run();
      }
    }
  }

  private long waitMillis() {
    Timer next = timers.peek();
    return next == null ? LONGEST_WAIT_MS : Math.clamp(next.due - millis(), 1, LONGEST_WAIT_MS);
  }

  /** Ends the thread; the channels belong to others. */
  @Override
  public void close() {
    stopped = true;
    selector.wakeup();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(ANSWER_SECONDS));
      selector.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "the selector did not close", e);
    }
  }
}
