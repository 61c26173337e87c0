package drawbridge.agent;

import drawbridge.agent.Surroundings.OpenSite;
import drawbridge.relay.wire.Source;
import drawbridge.settings.Finding;
import java.util.List;
import java.util.Map;

/** A test's site: what it serves, and nothing else. */
class PlainSite implements OpenSite {
  private final Served served;

  PlainSite(Served served) {
    this.served = served;
  }

  @Override
  public final Served served() {
    return served;
  }

  @Override
  public ArgumentReader arguments() {
    return (operation, given, body) -> Map.of();
  }

  @Override
  public final List<Source> sources() {
    return List.of();
  }

  @Override
  public List<Finding> check() {
    return List.of();
  }

  @Override
  public void close() {}
}
