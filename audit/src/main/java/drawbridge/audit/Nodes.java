package drawbridge.audit;

import java.io.IOException;

/**
 * The inner nodes of a tree, kept in post-order: each leaf is followed by the nodes that it
 * completes. So the place of a node follows from its level and number alone, and nothing that was
 * written ever moves.
 */
interface Nodes {
  /**
   * The root of the whole subtree over the leaves from {@code index << level} on.
   *
   * @throws IOException where it cannot be read, or is older than what is kept
   */
  byte[] node(int level, long index) throws IOException;

  /** How many nodes stand before this leaf. */
  static long before(long leaf) {
    return 2 * leaf - Long.bitCount(leaf);
  }

  /** The last leaf below a node: with it the node is written. */
  static long lastLeaf(int level, long index) {
    return ((index + 1) << level) - 1;
  }
}
