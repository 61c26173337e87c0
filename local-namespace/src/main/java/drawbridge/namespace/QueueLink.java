package drawbridge.namespace;

import org.apache.qpid.proton.engine.Link;

/** A client's link to a queue, in either direction. Belongs to the event loop. */
interface QueueLink {
  Link link();

  Queue queue();

  /** What the client needs the right for. */
  Right right();

  /** When it last carried something, by the loop's clock. */
  long lastUsed();

  /** The link is gone, for whatever reason. */
  void ended();
}
