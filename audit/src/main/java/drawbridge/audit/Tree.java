package drawbridge.audit;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An RFC 6962 Merkle tree that grows, kept as the roots of its whole subtrees: one for each bit
 * that is set in its size. For one thread.
 */
final class Tree {
  private static final int LEVELS = 63;

  private final Hasher hasher;
  private final byte[] @Nullable [] peaks = new byte[LEVELS][];
  private long size;

  /** Takes the nodes that a new leaf completes, from the leaf upwards. */
  interface Sink {
    void node(byte[] hash);
  }

  Tree() {
    this(new Hasher());
  }

  private Tree(Hasher hasher) {
    this.hasher = hasher;
  }

  /**
   * A tree as it was written down.
   *
   * @param roots of its whole subtrees, the largest first, as {@link #roots()} gives them
   * @throws IllegalArgumentException where they are not as many as the size asks for
   */
  static Tree of(long size, List<byte[]> roots) {
    if (size < 0
        || Long.bitCount(size) != roots.size()
        || roots.stream().anyMatch(root -> root.length != Hasher.BYTES)) {
      throw new IllegalArgumentException("these are not the roots of a tree of " + size);
    }
    Tree tree = new Tree();
    tree.size = size;
    int next = roots.size();
    for (int level = 0; level < LEVELS; level++) {
      if ((size >>> level & 1) == 1) {
        tree.peaks[level] = roots.get(--next);
      }
    }
    return tree;
  }

  Tree copy() {
    Tree copy = new Tree(hasher);
    System.arraycopy(peaks, 0, copy.peaks, 0, LEVELS);
    copy.size = size;
    return copy;
  }

  long size() {
    return size;
  }

  /** The leaf's hash, which {@link #append} takes. */
  byte[] leaf(byte[] bytes, int from, int length) {
    return hasher.leaf(bytes, from, length);
  }

  void append(byte[] leaf) {
    append(leaf, hash -> {});
  }

  void append(byte[] leaf, Sink sink) {
    byte[] node = leaf;
    sink.node(node);
    int level = 0;
    for (byte[] left = peaks[0]; left != null; left = peaks[level]) {
      node = hasher.node(left, node);
      sink.node(node);
      peaks[level++] = null;
    }
    peaks[level] = node;
    size++;
  }

  byte[] root() {
    byte[] root = null;
    for (byte[] peak : peaks) {
      if (peak != null) {
        root = root == null ? peak : hasher.node(peak, root);
      }
    }
    return root == null ? Hasher.sha256().digest() : root;
  }

  /** Of the whole subtrees, the largest first. */
  List<byte[]> roots() {
    List<byte[]> roots = new ArrayList<>();
    for (byte[] peak : peaks) {
      if (peak != null) {
        roots.addFirst(peak);
      }
    }
    return roots;
  }
}
