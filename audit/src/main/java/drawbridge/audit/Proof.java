package drawbridge.audit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Inclusion and consistency proofs of RFC 6962 (RFC 9162, 2.1.3 and 2.1.4): made from the nodes of
 * a tree, checked with nothing but hashes.
 */
public final class Proof {
  private Proof() {}

  /**
   * The hashes that lead from one leaf to the root.
   *
   * @param leaf counts from 0
   * @param size of the tree
   */
  static List<byte[]> inclusion(Nodes nodes, long leaf, long size) throws IOException {
    if (leaf < 0 || leaf >= size) {
      throw new IllegalArgumentException("a tree of " + size + " has no leaf " + leaf);
    }
    List<byte[]> path = new ArrayList<>();
    inclusion(nodes, leaf, 0, size, path);
    return path;
  }

  private static void inclusion(Nodes nodes, long leaf, long from, long to, List<byte[]> path)
      throws IOException {
    if (to - from == 1) {
      return;
    }
    long middle = from + split(to - from);
    if (leaf < middle) {
      inclusion(nodes, leaf, from, middle, path);
      path.add(root(nodes, middle, to));
    } else {
      inclusion(nodes, leaf, middle, to, path);
      path.add(root(nodes, from, middle));
    }
  }

  /** The hashes that show that the tree of {@code size} begins with the tree of {@code old}. */
  static List<byte[]> consistency(Nodes nodes, long old, long size) throws IOException {
    if (old < 0 || old > size) {
      throw new IllegalArgumentException("a tree of " + size + " never had " + old + " leaves");
    }
    List<byte[]> path = new ArrayList<>();
    if (old > 0 && old < size) {
      consistency(nodes, old, 0, size, true, path);
    }
    return path;
  }

  private static void consistency(
      Nodes nodes, long old, long from, long to, boolean whole, List<byte[]> path)
      throws IOException {
    if (old == to) {
      if (!whole) {
        path.add(root(nodes, from, to));
      }
      return;
    }
    long middle = from + split(to - from);
    if (old <= middle) {
      consistency(nodes, old, from, middle, whole, path);
      path.add(root(nodes, middle, to));
    } else {
      consistency(nodes, old, middle, to, false, path);
      path.add(root(nodes, from, middle));
    }
  }

  /** Of any range that a proof can name: its parts are whole subtrees, but for the last. */
  static byte[] root(Nodes nodes, long from, long to) throws IOException {
    long count = to - from;
    if (Long.bitCount(count) == 1) {
      int level = Long.numberOfTrailingZeros(count);
      return nodes.node(level, from >>> level);
    }
    long middle = from + split(count);
    return new Hasher().node(root(nodes, from, middle), root(nodes, middle, to));
  }

  /** The largest power of two below it. */
  private static long split(long count) {
    return Long.highestOneBit(count - 1);
  }

  /**
   * Whether a record is in the tree of this root.
   *
   * @param leaf SHA-256 of a zero byte and the record's line
   * @param index of the leaf, from 0
   */
  public static boolean included(
      byte[] leaf, long index, long size, List<byte[]> path, byte[] root) {
    if (index < 0 || index >= size) {
      return false;
    }
    Hasher hasher = new Hasher();
    long fn = index;
    long sn = size - 1;
    byte[] r = leaf;
    for (byte[] p : path) {
      if (sn == 0) {
        return false;
      }
      if ((fn & 1) == 1 || fn == sn) {
        r = hasher.node(p, r);
        while ((fn & 1) == 0 && fn != 0) {
          fn >>>= 1;
          sn >>>= 1;
        }
      } else {
        r = hasher.node(r, p);
      }
      fn >>>= 1;
      sn >>>= 1;
    }
    return sn == 0 && Arrays.equals(r, root);
  }

  /** Whether the tree of the second root begins with the tree of the first. */
  public static boolean consistent(
      long old, byte[] oldRoot, long size, byte[] root, List<byte[]> path) {
    if (old == size) {
      return path.isEmpty() && Arrays.equals(oldRoot, root);
    }
    if (old <= 0 || old > size || path.isEmpty()) {
      return old == 0 && path.isEmpty();
    }
    List<byte[]> whole = new ArrayList<>(path);
    if (Long.bitCount(old) == 1) {
      whole.addFirst(oldRoot);
    }
    Hasher hasher = new Hasher();
    long fn = old - 1;
    long sn = size - 1;
    while ((fn & 1) == 1) {
      fn >>>= 1;
      sn >>>= 1;
    }
    byte[] fr = whole.getFirst();
    byte[] sr = whole.getFirst();
    for (byte[] c : whole.subList(1, whole.size())) {
      if (sn == 0) {
        return false;
      }
      if ((fn & 1) == 1 || fn == sn) {
        fr = hasher.node(c, fr);
        sr = hasher.node(c, sr);
        while ((fn & 1) == 0 && fn != 0) {
          fn >>>= 1;
          sn >>>= 1;
        }
      } else {
        sr = hasher.node(sr, c);
      }
      fn >>>= 1;
      sn >>>= 1;
    }
    return sn == 0 && Arrays.equals(fr, oldRoot) && Arrays.equals(sr, root);
  }
}
