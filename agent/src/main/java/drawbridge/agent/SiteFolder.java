package drawbridge.agent;

import drawbridge.adapters.Arguments;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Operation;
import drawbridge.adapters.Parameter;
import drawbridge.adapters.Site;
import drawbridge.adapters.SiteDigest;
import drawbridge.adapters.SourceState;
import drawbridge.adapters.sql.Drivers;
import drawbridge.agent.policy.Policy;
import drawbridge.relay.wire.Argument;
import drawbridge.relay.wire.Source;
import drawbridge.settings.Finding;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The site folder with its sources open, as the agent serves it. Closing it closes the sources. */
public final class SiteFolder implements Surroundings.OpenSite {
  private static final Duration DESCRIBING = Duration.ofSeconds(5);
  private static final int ATTEMPTS = 3;
  private static final Duration CHECKING = Duration.ofSeconds(10);

  private final Site site;
  private final Served served;
  private final Map<String, List<String>> refused;

  private SiteFolder(
      Site site,
      Policy policy,
      Set<String> outOfService,
      Map<String, List<String>> refused,
      Map<String, String> files) {
    this.site = site;
    this.refused = refused;
    List<Served.Api> apis =
        site.apis().stream()
            .filter(api -> !outOfService.contains(api.name() + "/" + api.version()))
            .map(Served.Api::of)
            .toList();
    this.served = new Served(site.digest(), apis, policy, files);
  }

  /**
   * Reads {@code sources.yaml}, {@code apis/} and {@code policy.yaml} of the folder.
   *
   * @param offline ask no source about its columns
   * @throws drawbridge.settings.SettingsException where a file is wrong
   */
  public static SiteFolder open(Path folder, boolean offline) {
    return open(folder, offline, Drivers.SHIPPED);
  }

  /** The same with drivers that an admin added. Policy and APIs are those of one moment. */
  static SiteFolder open(Path folder, boolean offline, Drivers drivers) {
    for (int attempt = 1; ; attempt++) {
      // That the APIs are of one moment says nothing of a policy that was read before them.
      SiteDigest.Moment before = SiteDigest.Moment.of(folder);
      SiteFolder read = read(folder, offline, drivers);
      if (SiteDigest.Moment.of(folder).equals(before)) {
        return read;
      }
      read.close();
      if (attempt == ATTEMPTS) {
        throw SiteDigest.changing(folder);
      }
    }
  }

  private static SiteFolder read(Path folder, boolean offline, Drivers drivers) {
    Policy policy = Policy.read(folder.resolve("policy.yaml"));
    Duration describing = offline ? Duration.ZERO : DESCRIBING;
    Contracts contracts = Contracts.read(folder);
    Site site = Site.open(folder, describing, drivers);
    Map<String, List<String>> refused = contracts.differences(site.apis(), policy);
    Map<Path, String> instead = contracts.instead(site.apis(), policy);
    if (!instead.isEmpty()) {
      // What connectors were made of goes on, from its own file.
      site.close();
      site = Site.open(folder, describing, drivers, instead);
    }
    return new SiteFolder(
        site, policy, contracts.unfit(site.apis(), policy), refused, SiteDigest.each(folder));
  }

  /** As its files say, whatever was published. */
  static SiteFolder unjudged(Path folder, Drivers drivers) {
    return new SiteFolder(
        Site.open(folder, DESCRIBING, drivers),
        Policy.read(folder.resolve("policy.yaml")),
        Set.of(),
        Map.of(),
        Map.of());
  }

  /** The APIs with what their files say of them. */
  List<drawbridge.adapters.Api> files() {
    return site.apis();
  }

  @Override
  public Served served() {
    return served;
  }

  @Override
  public ArgumentReader arguments() {
    return SiteFolder::read;
  }

  private static Map<String, Object> read(Operation operation, List<Argument> given, byte[] body)
      throws FaultException {
    List<Arguments.Given> raw = new ArrayList<>(given.size());
    for (Argument argument : given) {
      raw.add(new Arguments.Given(argument.getName(), argument.getValue(), in(argument.getIn())));
    }
    return Arguments.read(operation, raw, body);
  }

  private static Parameter.In in(drawbridge.relay.wire.Parameter.In in) {
    return switch (in) {
      case PATH -> Parameter.In.PATH;
      case HEADER -> Parameter.In.HEADER;
      case BODY -> Parameter.In.BODY;
      case QUERY, UNRECOGNIZED -> Parameter.In.QUERY;
    };
  }

  @Override
  public List<Source> sources() {
    return site.sources().stream().map(SiteFolder::source).toList();
  }

  @Override
  public Map<String, Map<String, Long>> figures() {
    return site.figures();
  }

  private static Source source(SourceState state) {
    return Source.newBuilder()
        .setName(state.name())
        .setAvailable(state.available())
        .setDetail(state.detail())
        .build();
  }

  @Override
  public List<Finding> contracts() {
    return refused.entrySet().stream()
        .map(
            api ->
                Finding.failed(
                    "contract of " + api.getKey(),
                    String.join("; ", api.getValue()),
                    "undo the change, or say breaking-change: true and publish"))
        .toList();
  }

  @Override
  public Optional<String> draft(String source, String table) {
    return site.draft(source, table, CHECKING);
  }

  @Override
  public List<Finding> check() {
    List<Finding> all = new ArrayList<>();
    for (Site.OutOfService api : site.outOfService()) {
      all.add(
          Finding.failed(
              "API " + api.api(),
              String.join("; ", api.differences()),
              "mend the file, or give the source's user what it lacks"));
    }
    site.checkSources(CHECKING)
        .forEach(
            source -> {
              String what = "source " + source.name();
              String detail = detail(source.message(), source.details());
              all.add(
                  (source.ok()
                          ? Finding.ok(what, detail)
                          : Finding.failed(what, detail, "see docs/troubleshooting.md, “Sources”"))
                      .after(source.latency()));
              source
                  .excess()
                  .forEach(
                      right ->
                          all.add(
                              Finding.warning(
                                  "rights of " + what,
                                  "its user " + right,
                                  "give it a user with just what its operations use")));
            });
    return all;
  }

  private static String detail(String message, List<String> details) {
    return message + (details.isEmpty() ? "" : " (" + String.join("; ", details) + ")");
  }

  @Override
  public void close() {
    site.close();
  }
}
