package drawbridge.agent;

import drawbridge.relay.ManageOption;
import drawbridge.relay.wire.Source;
import drawbridge.settings.Finding;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the agent's program needs of the modules around it: the site folder, read by the adapters,
 * and the connections, kept by the relay.
 */
public interface Surroundings {
  /**
   * Reads the site folder and opens its sources.
   *
   * @param offline ask no source anything
   * @throws drawbridge.settings.SettingsException where a file is wrong
   */
  OpenSite open(AgentSettings settings, boolean offline);

  /**
   * Connects the agent to its gateways and keeps it connected until closed; returns without waiting
   * for them.
   *
   * @throws drawbridge.settings.SettingsException where namespace, network or identity are wrong
   */
  AutoCloseable connect(AgentSettings settings, Agent agent, OpenSite site);

  /**
   * Reads the settings of the connections and, where asked, tries each of them.
   *
   * @throws drawbridge.settings.SettingsException where namespace, network or identity are wrong
   */
  List<Finding> check(AgentSettings settings, boolean offline);

  /**
   * Looks at the settings of the mailboxes, with the right Manage that the option lends.
   *
   * @throws drawbridge.settings.SettingsException where what it lends is of no use
   */
  default List<Finding> queues(AgentSettings settings, ManageOption manage) {
    return List.of();
  }

  /**
   * Tries a channel to each gateway, or asks the agent that runs for its own; blocks for some
   * seconds.
   */
  default List<Finding> channels(AgentSettings settings) {
    return List.of();
  }

  /** A site folder and its sources; closing it closes them. */
  interface OpenSite extends AutoCloseable {
    Served served();

    ArgumentReader arguments();

    /** How the sources stand, for the catalogue. */
    List<Source> sources();

    /** Figures of the sources' pools, such as {@code active}, by source. */
    default Map<String, Map<String, Long>> figures() {
      return Map.of();
    }

    /** Files that break what was published of them, so that they don't count. */
    default List<Finding> contracts() {
      return List.of();
    }

    /** A first API file from what a source says of a table; empty: there is no such one. */
    default Optional<String> draft(String source, String table) {
      return Optional.empty();
    }

    /** Tries each source. */
    List<Finding> check();

    @Override
    void close();
  }
}
