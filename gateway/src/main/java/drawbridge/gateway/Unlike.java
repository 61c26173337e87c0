package drawbridge.gateway;

import com.google.protobuf.ByteString;
import drawbridge.relay.wire.Catalogue;
import drawbridge.relay.wire.File;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Looks whether the agents of a site serve the same files. While files are being rolled out they
 * may differ; after five minutes it is a mistake, for a call's answer then depends on who gets it.
 * Said once, until they agree again. Thread-safe.
 */
final class Unlike implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("drawbridge.gateway.agents");

  /** As long as a rollout may take. */
  static final long PATIENCE = TimeUnit.MINUTES.toNanos(5);

  private static final long LOOK_SECONDS = 10;

  /** Files that are named; more are counted. */
  private static final int NAMED = 10;

  private final Collection<Site> sites;
  private final Measures measures;
  private final LongSupplier clock;
  private final CountDownLatch closing = new CountDownLatch(1);

  /** Since when the agents of a site differ. */
  private final Map<String, Long> since = new HashMap<>();

  /** What was said of a site. */
  private final Map<String, String> said = new ConcurrentHashMap<>();

  /**
   * Of these sites.
   *
   * @param clock as {@link System#nanoTime()}
   */
  Unlike(Collection<Site> sites, Measures measures, LongSupplier clock) {
    this.sites = sites;
    this.measures = measures;
    this.clock = clock;
  }

  void start() {
    Thread.ofVirtual()
        .name("unlike files")
        .start(
            () -> {
              try {
                while (!closing.await(LOOK_SECONDS, TimeUnit.SECONDS)) {
                  look();
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  /** Sentences that name the agents and the files, for the health page. */
  List<String> problems() {
    return said.values().stream().sorted().toList();
  }

  synchronized void look() {
    long now = clock.getAsLong();
    for (Site site : sites) {
      Map<String, Catalogue> agents = agents(site);
      if (agents.values().stream().map(Catalogue::getDigest).distinct().count() < 2) {
        since.remove(site.name());
        if (said.remove(site.name()) != null) {
          LOG.log(Level.INFO, "the agents of the site {0} serve the same files again", site.name());
        }
      } else if (now - since.computeIfAbsent(site.name(), name -> now) >= PATIENCE
          && !said.containsKey(site.name())) {
        String sentence = sentence(site.name(), agents);
        said.put(site.name(), sentence);
        LOG.log(Level.WARNING, sentence);
        measures.alarm("files-differ");
      }
    }
  }

  /** Those that are up; of two channels of one name the later one counts. */
  private static Map<String, Catalogue> agents(Site site) {
    Map<String, Catalogue> agents = new TreeMap<>();
    for (Link link : site.links()) {
      if (link.described()) {
        agents.put(link.agent().agent(), link.offer().catalogue());
      }
    }
    return agents;
  }

  private static String sentence(String site, Map<String, Catalogue> agents) {
    Map<String, List<String>> groups = new TreeMap<>();
    agents.forEach(
        (name, catalogue) ->
            groups.computeIfAbsent(catalogue.getDigest(), d -> new ArrayList<>()).add(name));
    String who =
        groups.values().stream()
            .map(names -> String.join(", ", names))
            .sorted()
            .collect(Collectors.joining(" and "));
    List<String> files = List.copyOf(differing(agents.values()));
    String which =
        agents.values().stream().anyMatch(catalogue -> catalogue.getFilesCount() == 0)
            ? "one of them does not tell its files"
            : files.isEmpty()
                ? "files beyond the first 500"
                : files.stream().limit(NAMED).collect(Collectors.joining(", "))
                    + (files.size() > NAMED ? " and %d more".formatted(files.size() - NAMED) : "");
    return "agents of the site %s have served different files for five minutes: %s differ in: %s"
        .formatted(site, who, which);
  }

  private static Set<String> differing(Collection<Catalogue> catalogues) {
    Set<String> paths = new TreeSet<>();
    Map<String, ByteString> first = null;
    for (Catalogue catalogue : catalogues) {
      Map<String, ByteString> files =
          catalogue.getFilesList().stream()
              .collect(Collectors.toMap(File::getPath, File::getHash, (one, other) -> one));
      if (first == null) {
        first = files;
        continue;
      }
      for (String path : union(first, files)) {
        if (!Objects.equals(first.get(path), files.get(path))) {
          paths.add(path);
        }
      }
    }
    return paths;
  }

  private static Set<String> union(Map<String, ?> one, Map<String, ?> other) {
    Set<String> all = new TreeSet<>(one.keySet());
    all.addAll(other.keySet());
    return all;
  }

  @Override
  public void close() {
    closing.countDown();
  }
}
