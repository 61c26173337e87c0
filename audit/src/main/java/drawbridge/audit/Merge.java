package drawbridge.audit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Searches several logs at once, each on a thread of its own, and hands on what fits in the order
 * of time. Holds a bounded number of records of each. For one thread, which closes it.
 */
final class Merge implements AutoCloseable {
  private static final int AHEAD = 256;

  /** What is looked for in one folder: values are hashed under keys of its own. */
  record Search(AuditFolder folder, Query query) {}

  private final List<Source> sources = new ArrayList<>();
  private volatile boolean closed;

  Merge(List<Search> searches) {
    for (Search search : searches) {
      sources.add(new Source(search));
    }
  }

  /**
   * The next one; null: there is none.
   *
   * @throws IOException where a folder cannot be read
   */
  @Nullable Found next() throws IOException, InterruptedException {
    Source first = null;
    Found earliest = null;
    for (Source source : sources) {
      Found head = source.head();
      if (head != null && (earliest == null || head.time().isBefore(earliest.time()))) {
        first = source;
        earliest = head;
      }
    }
    if (first != null) {
      first.taken();
    }
    return earliest;
  }

  /** The threads that still search end by themselves, with the block that they are at. */
  @Override
  public void close() {
    closed = true;
    sources.forEach(source -> source.ready.clear());
  }

  /** One folder's records, as far as they were read ahead. */
  private final class Source {
    private final BlockingQueue<Object> ready = new ArrayBlockingQueue<>(AHEAD);
    private @Nullable Found head;
    private boolean ended;

    Source(Search search) {
      Thread.ofPlatform()
          .name("audit-find")
          .daemon()
          .start(
              () -> {
                Object last = this;
                try {
                  search.folder().each(search.query(), (found, fields) -> hand(found));
                } catch (IOException | RuntimeException e) {
                  last = e;
                } catch (Error e) { // somebody waits for this thread's last word
                  last = new IOException(e);
                }
                var _ = hand(last);
              });
    }

    /** False: nobody wants more. After {@link #close} there is room, so nobody waits for good. */
    private boolean hand(Object one) {
      try {
        ready.put(one);
        return !closed;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }

    @Nullable Found head() throws IOException, InterruptedException {
      if (head == null && !ended) {
        switch (ready.take()) {
          case Found found -> head = found;
          case Exception failure -> {
            ended = true;
            throw new IOException(failure.getMessage(), failure);
          }
          default -> ended = true;
        }
      }
      return head;
    }

    void taken() {
      head = null;
    }
  }
}
