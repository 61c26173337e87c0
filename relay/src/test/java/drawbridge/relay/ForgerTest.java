package drawbridge.relay;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

/** Chance as the {@link Forger}; {@link WireFuzzTest} has one that learns. */
final class ForgerTest {
  @Property
  void whateverIsSaidNothingBreaksOrGrows(@ForAll @Size(max = 1_500) byte[] script) {
    Forger.run(script);
  }
}
