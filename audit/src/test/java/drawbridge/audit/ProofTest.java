package drawbridge.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The tree and its proofs against the definitions of RFC 6962, written down once more. */
class ProofTest {
  private static final int MOST = 70;

  private static byte[] data(int i) {
    return ("record " + i).getBytes(UTF_8);
  }

  private static List<byte[]> leaves(int count) {
    List<byte[]> leaves = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      leaves.add(data(i));
    }
    return leaves;
  }

  private static Nodes nodes(int size) {
    List<byte[]> all = new ArrayList<>();
    Tree tree = new Tree();
    for (byte[] leaf : leaves(size)) {
      tree.append(tree.leaf(leaf, 0, leaf.length), all::add);
    }
    return (level, index) -> all.get((int) (Nodes.before(Nodes.lastLeaf(level, index)) + level));
  }

  @Test
  void theRootIsTheRfcsAtEverySize() {
    Tree tree = new Tree();
    assertEquals(
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        HexFormat.of().formatHex(tree.root()));
    for (int size = 1; size <= 300; size++) {
      byte[] leaf = data(size - 1);
      tree.append(tree.leaf(leaf, 0, leaf.length));
      assertArrayEquals(Independent.root(leaves(size)), tree.root(), "size " + size);
      assertArrayEquals(tree.root(), Tree.of(size, tree.roots()).root());
    }
  }

  @Test
  void everyLeafIsProvenAtEverySizeAndNoOther() throws Exception {
    for (int size = 1; size <= MOST; size++) {
      Nodes nodes = nodes(size);
      byte[] root = Independent.root(leaves(size));
      for (int leaf = 0; leaf < size; leaf++) {
        List<byte[]> path = Proof.inclusion(nodes, leaf, size);
        byte[] hash = Independent.leaf(data(leaf));
        assertTrue(Proof.included(hash, leaf, size, path, root), leaf + " of " + size);
        assertFalse(Proof.included(Independent.leaf(data(leaf + 1)), leaf, size, path, root));
        assertFalse(Proof.included(hash, leaf + 1L, size, path, root), leaf + " of " + size);
        for (byte[] one : path) {
          one[7] ^= 1;
          assertFalse(Proof.included(hash, leaf, size, path, root));
          one[7] ^= 1;
        }
      }
    }
  }

  @Test
  void everyTreeBeginsWithEveryTreeBeforeAndNoOther() throws Exception {
    for (int size = 1; size <= MOST; size++) {
      Nodes nodes = nodes(size);
      byte[] root = Independent.root(leaves(size));
      for (int old = 1; old <= size; old++) {
        byte[] oldRoot = Independent.root(leaves(old));
        List<byte[]> path = Proof.consistency(nodes, old, size);
        assertTrue(Proof.consistent(old, oldRoot, size, root, path), old + " of " + size);
        byte[] other = oldRoot.clone();
        other[3] ^= 4;
        assertFalse(Proof.consistent(old, other, size, root, path), old + " of " + size);
        for (byte[] one : path) {
          one[9] ^= 1;
          assertFalse(Proof.consistent(old, oldRoot, size, root, path));
          one[9] ^= 1;
        }
      }
    }
  }

  @Test
  void aCheckpointIsReadBackToTheByteAndNothingElseIs() throws Exception {
    Checkpoint checkpoint = Checkpoint.sign(AuditFiles.KEY, 7, Independent.root(leaves(7)));
    VerifierKey key = VerifierKey.parse(AuditFiles.KEY.verifier().text());
    assertEquals(checkpoint, Checkpoint.parse(checkpoint.note()));
    assertTrue(Checkpoint.parse(checkpoint.note()).signedBy(key));
    assertFalse(checkpoint.signedBy(AuditKey.generate(key.name()).verifier()));
    String note = checkpoint.note();
    for (int i = 0; i < note.length(); i++) {
      String altered = note.substring(0, i) + (char) (note.charAt(i) ^ 1) + note.substring(i + 1);
      boolean believed;
      try {
        believed = Checkpoint.parse(altered).signedBy(key);
      } catch (java.io.IOException e) {
        believed = false;
      }
      assertFalse(believed, altered);
    }
  }
}
