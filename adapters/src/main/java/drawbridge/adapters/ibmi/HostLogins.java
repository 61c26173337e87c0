package drawbridge.adapters.ibmi;

import drawbridge.adapters.Call;
import drawbridge.adapters.FaultException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The logins of a source: its own, and one for each profile that works for callers. Immutable. */
final class HostLogins {
  private final Optional<CallerProfiles> callers;
  private final HostLogin own;
  private final Map<String, HostLogin> profiles = new LinkedHashMap<>();

  HostLogins(IbmiSettings settings) {
    this.callers = settings.callers();
    this.own =
        settings.tokens()
            ? new HostLogin(
                settings.living(HostTokens.USED), settings.user(), new HostTokens(Optional.empty()))
            : new HostLogin(settings, settings.user(), null);
    callers.ifPresent(
        all ->
            all.lines()
                .forEach(
                    line ->
                        profiles.putIfAbsent(line.profile(), login(settings, line, all.size()))));
  }

  private static HostLogin login(IbmiSettings settings, CallerProfiles.Line line, int size) {
    IbmiSettings bounded = settings.sized(size);
    return line.password()
        .map(file -> new HostLogin(bounded.as(line.profile(), file), line.profile(), null))
        .orElseGet(
            () ->
                new HostLogin(
                    bounded.living(HostTokens.USED),
                    line.profile(),
                    new HostTokens(Optional.of(line.profile()))));
  }

  HostLogin own() {
    return own;
  }

  /** Those of callers, by profile. */
  Map<String, HostLogin> profiles() {
    return profiles;
  }

  /**
   * Of whoever works for the caller; empty: the source's own user.
   *
   * @throws FaultException FORBIDDEN: nobody does
   */
  Optional<HostLogin> of(Call call) throws FaultException {
    return callers.isEmpty()
        ? Optional.empty()
        : callers.get().of(call.request().caller()).map(line -> profiles.get(line.profile()));
  }
}
