package drawbridge.agent;

import com.code_intelligence.jazzer.junit.FuzzTest;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Request;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Whatever text a caller sends for a page, it opens none unless the agent sealed it. Runs its seeds
 * as a test; with {@code JAZZER_FUZZ=1} in the environment it searches.
 */
final class PageFuzzTest {
  private static final Request.PageSeal SEAL =
      PageKey.random().seal("a caller", "orders/v1/FindOrders");

  @FuzzTest(maxDuration = "60s")
  void nothingOpensAPageButWhatWasSealed(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    try {
      throw new AssertionError("opened: " + Arrays.toString(SEAL.open(text)));
    } catch (FaultException e) {
      if (e.fault().code() != Fault.Code.INVALID_ARGUMENT) {
        throw new AssertionError(e);
      }
    }
  }

  /** A position is whatever the adapter says. */
  @FuzzTest(maxDuration = "60s")
  void whatWasSealedIsOpenedToTheByte(byte[] position) throws FaultException {
    if (!Arrays.equals(position, SEAL.open(SEAL.seal(position)))) {
      throw new AssertionError("another position");
    }
  }
}
