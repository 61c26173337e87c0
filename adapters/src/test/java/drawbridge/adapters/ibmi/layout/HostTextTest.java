package drawbridge.adapters.ibmi.layout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ibm.as400.access.CharConverter;
import java.io.UnsupportedEncodingException;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Text of the host's pages, beside JTOpen's own tables. */
final class HostTextTest {
  private static final int[] PAGES = {
    37, 273, 277, 280, 284, 285, 297, 420, 424, 500, 838, 870, 871, 875, 930, 933, 935, 937, 939,
    1025, 1026, 1140, 1141, 1148, 1252, 819, 1364, 1388, 1399, 5026, 5035, 1200, 1208, 13488, 300
  };

  @Provide
  static Arbitrary<Integer> pages() {
    return Arbitraries.of(java.util.Arrays.stream(PAGES).boxed().toList());
  }

  @Property
  void textComesBackOrIsRefused(@ForAll("pages") int ccsid, @ForAll String text) {
    HostText page = Leaves.text(ccsid);
    byte[] bytes = page.encode(text);
    if (bytes != null) {
      assertEquals(text, page.decode(bytes, 0, bytes.length));
    }
  }

  @Property
  void whatIsTakenIsEncodedAsJtopenDoes(@ForAll("pages") int ccsid, @ForAll String text)
      throws UnsupportedEncodingException {
    byte[] bytes = Leaves.text(ccsid).encode(text);
    if (bytes != null && ccsid != 1208) {
      assertArrayEquals(new CharConverter(ccsid).stringToByteArray(text), bytes);
    }
  }

  @Property
  void anyBytesAreTextOrNoneAndNeverAnError(@ForAll("pages") int ccsid, @ForAll byte[] bytes) {
    String text = Leaves.text(ccsid).decode(bytes, 0, bytes.length);
    assertTrue(
        text == null
            || text.indexOf('\ufffd') < 0
            || ccsid == 1208
            || ccsid == 1200
            || ccsid == 13488);
  }

  @Example
  void whatAPageLacksIsRefusedAndNotReplaced() {
    assertNull(Leaves.text(37).encode("日本"));
    assertNull(Leaves.text(37).encode("€"), "the euro came with 1140");
    assertEquals("9f", Described.hex(Leaves.text(1140).encode("€")));
    assertEquals("0e456645750f", Described.hex(Leaves.text(939).encode("本京")));
    assertNull(Leaves.text(13488).encode("\ud83d\ude00"), "UCS-2 has no pairs of surrogates");
    assertNotNull(Leaves.text(1200).encode("\ud83d\ude00"));
    assertNull(Leaves.text(1208).encode("\ud83d"), "half a character");
    assertNull(Leaves.text(939).encode("a\u000eb"), "a caller can't shift by himself");
  }

  @Example
  void shiftsThatAreNotClosedAreNoText() {
    HostText japanese = Leaves.text(939);
    assertNull(japanese.decode(Described.hex("0e45"), 0, 2));
    assertNull(japanese.decode(Described.hex("0eFFFF0f"), 0, 4));
    assertNull(Leaves.text(1208).decode(Described.hex("c3"), 0, 1));
    assertNull(Leaves.text(1200).decode(Described.hex("d83d"), 0, 2));
  }

  @Example
  void unknownPagesAreNone() {
    assertTrue(HostText.of(65535).isEmpty());
    assertTrue(HostText.of(99).isEmpty());
    assertTrue(HostText.of(-1).isEmpty());
    assertTrue(HostText.of(70000).isEmpty());
  }
}
