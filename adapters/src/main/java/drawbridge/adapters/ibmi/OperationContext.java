package drawbridge.adapters.ibmi;

import drawbridge.adapters.Column;
import drawbridge.adapters.Operation;
import drawbridge.adapters.Outline;
import drawbridge.adapters.Traits;
import drawbridge.settings.Section;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What the reader of an operation needs of its source.
 *
 * @param pool for calls that don't wait on the host
 * @param listeners for those that do, so that they take no connection from others
 * @param announcement of callers to the host
 * @param ccsid of text where nothing else is said
 * @param commands that operations may run, as {@code LIBRARY/NAME}
 * @param folders that operations may reach into
 * @param needs is told the path of each object that an operation can't do without
 */
record OperationContext(
    HostPools pool,
    Supplier<HostPools> listeners,
    Optional<Announcement> announcement,
    int ccsid,
    Set<String> commands,
    List<String> folders,
    Consumer<String> needs) {

  /** An operation on the usual pool. */
  Operation operation(
      Section section,
      Outline outline,
      boolean single,
      List<Column> reply,
      int service,
      boolean keepsJob,
      HostAction.Work work) {
    return operation(section, outline, single, reply, service, keepsJob, pool, false, work);
  }

  /**
   * An operation, with the keys that all of them have beside their own section.
   *
   * @param reads it never changes anything, whatever the file says
   */
  Operation operation(
      Section section,
      Outline outline,
      boolean single,
      List<Column> reply,
      int service,
      boolean keepsJob,
      HostPools from,
      boolean reads,
      HostAction.Work work) {
    boolean safe = reads || section.flag("safe", false);
    if (outline.method().equals("GET") && !safe) {
      throw section.wrong(
          "get",
          "a get may be sent again by anything on its way, and this may change something",
          "use post, or write “safe: true” if it only reads");
    }
    HostAction.Manner manner =
        new HostAction.Manner(
            outline.id(),
            safe,
            service,
            section.flag("keeps-job", keepsJob),
            section.flag("end-job", false),
            outline.traits().produces().isEmpty()
                && (single || outline.traits().trigger() != Traits.Trigger.NONE),
            ChosenMessages.read(section));
    return outline.with(safe, single, reply, new HostAction(from, announcement, manner, work));
  }
}
