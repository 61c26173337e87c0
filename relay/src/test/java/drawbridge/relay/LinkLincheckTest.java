package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What was heard last of the link is how it is. */
@Tag("instrumented")
final class LinkLincheckTest {
  private static final class Heard implements Link.Listener {
    private volatile boolean last = true;

    @Override
    public void link(boolean healthy) {
      last = healthy;
    }
  }

  @Test
  void changesAreHeardInTheirOrder() {
    Schedules.checkMany(
        () -> {
          Link link = Schedules.shared(new Link());
          Heard heard = Schedules.shared(new Heard());
          link.join(heard);
          Schedules.together(() -> link.set(false), () -> link.set(true));
          assertEquals(link.healthy(), heard.last);
        });
  }

  @Test
  void whoJoinsMeanwhileMissesNothing() {
    Schedules.checkMany(
        () -> {
          Link link = Schedules.shared(new Link());
          link.set(false);
          Heard heard = Schedules.shared(new Heard());
          Schedules.together(() -> link.set(true), () -> link.join(heard));
          assertEquals(link.healthy(), heard.last);
        });
  }
}
