package drawbridge.gateway;

import drawbridge.relay.wire.Api;
import drawbridge.relay.wire.Catalogue;
import drawbridge.relay.wire.Operation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What of an agent's catalogue is believed: APIs that its site owns, well formed and bounded in
 * number. An agent is authenticated, but not thereby right.
 *
 * @param apis believed
 * @param operations ids of their operations, and {@code api/version/} of each API
 * @param problems sentences for the log
 */
record Offer(Catalogue catalogue, List<Api> apis, Set<String> operations, List<String> problems) {
  static final Offer NONE =
      new Offer(Catalogue.getDefaultInstance(), List.of(), Set.of(), List.of());

  /** More than a site of any size has files for; each costs memory and a label in the metrics. */
  static final int OPERATIONS = 4096;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,79}");
  private static final Pattern PATH =
      Pattern.compile(
          "/|(/([A-Za-z0-9._~$()-]{1,80}|\\{[A-Za-z_$][A-Za-z0-9_.$-]{0,79}\\})){1,16}");
  private static final Set<String> METHODS = Set.of("GET", "POST", "PUT", "PATCH", "DELETE");

  static Offer judge(GatewaySettings.Site site, Catalogue catalogue) {
    List<Api> believed = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    List<String> problems = new ArrayList<>();
    for (Api api : catalogue.getApisList()) {
      if (!site.apis().contains(api.getName())) {
        problems.add("the API " + printable(api.getName()) + " is not owned by the site");
        continue;
      }
      if (!NAME.matcher(api.getVersion()).matches()) {
        problems.add("the API " + api.getName() + " has no proper version");
        continue;
      }
      Api.Builder good = api.toBuilder().clearOperations();
      String key = api.getName() + "/" + api.getVersion() + "/";
      if (!ids.add(key)) {
        problems.add("the API " + key + " is offered twice");
        continue;
      }
      for (Operation operation : api.getOperationsList()) {
        if (!NAME.matcher(operation.getName()).matches()
            || !PATH.matcher(operation.getPath()).matches()
            || !METHODS.contains(operation.getMethod())
            || ids.size() >= OPERATIONS
            || !ids.add(key + operation.getName())) {
          problems.add(
              "the operation "
                  + key
                  + printable(operation.getName())
                  + " is malformed, there twice, or one too many");
        } else {
          good.addOperations(operation);
        }
      }
      believed.add(good.build());
    }
    return new Offer(catalogue, List.copyOf(believed), Set.copyOf(ids), List.copyOf(problems));
  }

  private static String printable(String text) {
    String shown = text.replaceAll("[^A-Za-z0-9._-]", "?");
    return shown.length() > 80 ? shown.substring(0, 80) + "…" : shown;
  }
}
