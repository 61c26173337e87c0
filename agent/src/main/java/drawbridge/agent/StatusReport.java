package drawbridge.agent;

import drawbridge.agent.console.Status;
import drawbridge.relay.AgentRelay;
import drawbridge.relay.wire.Source;
import drawbridge.settings.Finding;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts together how an agent stands, and what somebody should do about it. Thread-safe. */
final class StatusReport {
  /** The relay warns from 30 days on; by then it is everybody's. */
  private static final Duration CERTIFICATE = Duration.ofDays(14);

  /**
   * What the connections say of themselves.
   *
   * @param healthy the link to Service Bus works
   * @param way that it takes
   * @param problems what does not work by now, each a sentence
   * @param notAfter end of the agent's certificate
   */
  record Links(
      boolean healthy,
      String way,
      List<String> problems,
      List<AgentRelay.GatewayState> channels,
      Instant notAfter) {}

  private final Agent agent;
  private final LiveSite site;
  private volatile String console = "";

  StatusReport(Agent agent, LiveSite site) {
    this.agent = agent;
    this.site = site;
  }

  void console(String url) {
    console = url;
  }

  Status now() {
    AgentSettings settings = agent.settings();
    Instant now = Instant.now();
    Links links = agent.links();
    List<Status.Channel> channels = links == null ? List.of() : channels(links);
    List<Status.Source> sources = sources();
    List<Status.Trouble> troubles = troubles(now, links, sources);
    return new Status(
        troubles.isEmpty(),
        agent.version(),
        settings.site(),
        settings.name(),
        now,
        agent.started(),
        agent.catalogue().getDraining(),
        links != null && links.healthy(),
        links == null ? "" : links.way(),
        channels,
        agent.calls(),
        sources,
        links == null ? null : links.notAfter(),
        new Status.Audit(
            agent.audit().healthy(),
            settings.audit().folder().toString(),
            agent.audit().checkpoint().size()),
        agent.pauses().stream().map(Pauses.Pause::toString).toList(),
        new Status.Folder(settings.serves().toString(), agent.served().digest(), agent.loaded()),
        console,
        troubles,
        agent.tally().recent(),
        agent.tally().minutes());
  }

  private static List<Status.Channel> channels(Links links) {
    return links.channels().stream()
        .map(
            one ->
                new Status.Channel(
                    one.gateway(), one.open(), one.suspect(), one.since(), one.detail()))
        .toList();
  }

  private List<Status.Source> sources() {
    Map<String, Map<String, Long>> figures = site.figures();
    List<Status.Source> all = new ArrayList<>();
    for (Source source : site.sources()) {
      List<Status.Figure> of = new ArrayList<>();
      figures
          .getOrDefault(source.getName(), Map.of())
          .forEach((name, value) -> of.add(new Status.Figure(name, value)));
      all.add(new Status.Source(source.getName(), source.getAvailable(), source.getDetail(), of));
    }
    return all;
  }

  private List<Status.Trouble> troubles(
      Instant now, @Nullable Links links, List<Status.Source> sources) {
    List<Status.Trouble> all = new ArrayList<>();
    String check = "drawbridge agent check --config " + agent.settings().file();
    if (agent.catalogue().getDraining()) {
      all.add(new Status.Trouble("the agent is shutting down", "start it again when it has ended"));
    }
    if (links == null || !links.healthy()) {
      all.add(
          new Status.Trouble(
              "there is no connection to Service Bus", "run “" + check + "”: it names the hop"));
    } else {
      for (AgentRelay.GatewayState one : links.channels()) {
        if (!one.open()) {
          all.add(
              new Status.Trouble(
                  "no channel to " + one.gateway() + ": " + one.detail(),
                  "see whether that gateway runs and lists this agent; then run “" + check + "”"));
        } else if (one.suspect()) {
          all.add(
              new Status.Trouble(
                  one.gateway() + " does not answer; new calls wait or go elsewhere",
                  "it heals or is opened anew within a minute; then see that gateway's log"));
        }
      }
    }
    for (String problem : links == null ? List.<String>of() : links.problems()) {
      all.add(
          new Status.Trouble(
              problem,
              problem.startsWith(AgentRelay.SECOND)
                  ? "stop it, or give it a name and a queue of its own"
                  : problem.startsWith(Supervisor.OVERDUE)
                      ? "put the CA's newest CRL into identity.crl.file; no restart is needed"
                      : "run “" + check + "”: it names the hop"));
    }
    for (Status.Source source : sources) {
      if (!source.available()) {
        all.add(
            new Status.Trouble(
                "source " + source.name() + ": " + source.detail(),
                "run “" + check + "” for the cause; its calls are answered again by themselves"));
      }
    }
    if (links != null && links.notAfter().isBefore(now.plus(CERTIFICATE))) {
      all.add(
          new Status.Trouble(
              "the agent's certificate ends at " + links.notAfter(),
              "put a renewed one in its place; no restart is needed"));
    }
    site(all);
    return all;
  }

  private void site(List<Status.Trouble> all) {
    if (!agent.audit().healthy()) {
      all.add(
          new Status.Trouble(
              Agent.UNRECORDED,
              "make room or mend the disk of "
                  + agent.settings().audit().folder()
                  + "; no restart is needed"));
    }
    if (agent.pauses().stream().anyMatch(pause -> pause.kind() == Pauses.Kind.ALL)) {
      all.add(
          new Status.Trouble(
              "all calls are paused",
              "drawbridge agent resume --config " + agent.settings().file()));
    }
    String refused = site.refused();
    if (!refused.isEmpty()) {
      all.add(
          new Status.Trouble(
              "changed files of the site folder are not served: " + refused,
              "mend the file; it is read again by itself"));
    }
    for (Finding contract : site.contracts()) {
      if (!contract.good()) {
        all.add(
            new Status.Trouble(
                contract.what() + ": " + contract.detail(),
                "undo the change, or publish it as a breaking one"));
      }
    }
  }
}
