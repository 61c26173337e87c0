package drawbridge.adapters;

import drawbridge.adapters.ibmi.IbmiSource;
import drawbridge.adapters.sql.Drivers;
import drawbridge.adapters.sql.SqlSource;
import drawbridge.settings.Section;
import drawbridge.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The systems and APIs of a site, read from its folder: {@code sources.yaml} and {@code
 * apis/*.yaml}; {@code policy.yaml} is the agent's. Immutable once open, so a reload opens another
 * one and closes this one when its calls are done. Thread-safe.
 */
public final class Site implements AutoCloseable {
  /** How long opening waits for sources that don't answer before it goes on without columns. */
  private static final Duration DESCRIBING = Duration.ofSeconds(5);

  private static final int ATTEMPTS = 3;
  private static final System.Logger LOG = System.getLogger(Site.class.getName());

  private final String digest;
  private final List<Source> sources;
  private final List<Api> apis;
  private final List<OutOfService> outOfService;
  private final Map<String, Operation> operations = new HashMap<>();

  private Site(
      String digest, List<Source> sources, List<Api> apis, List<OutOfService> outOfService) {
    this.outOfService = outOfService;
    this.digest = digest;
    this.sources = sources;
    this.apis = apis;
    apis.forEach(api -> api.operations().forEach(o -> operations.put(o.id(), o)));
  }

  /**
   * Reads the folder and asks the sources, for some seconds at most, which columns their operations
   * have; a source that can't be reached doesn't hinder.
   *
   * @throws SettingsException where a file is wrong: file, line, key and fix
   */
  public static Site open(Path folder) {
    return open(folder, DESCRIBING);
  }

  /** As {@link #open(Path)}; with a time of zero no source is asked, so no column is known. */
  public static Site open(Path folder, Duration describing) {
    return open(folder, describing, Drivers.SHIPPED, Map.of());
  }

  /** As {@link #open(Path, Duration)}, with drivers that an admin added. */
  public static Site open(Path folder, Duration describing, Drivers drivers) {
    return open(folder, describing, drivers, Map.of());
  }

  /**
   * As {@link #open(Path, Duration, Drivers)}.
   *
   * @param instead texts that count in place of files of {@code apis/}, or beside them
   */
  public static Site open(
      Path folder, Duration describing, Drivers drivers, Map<Path, String> instead) {
    for (int attempt = 1; ; attempt++) {
      SiteDigest.Moment before = SiteDigest.Moment.of(folder);
      Site site = read(folder, before.digest(), describing, drivers, instead);
      if (SiteDigest.Moment.of(folder).equals(before)) {
        return site;
      }
      site.close();
      if (attempt == ATTEMPTS) {
        throw SiteDigest.changing(folder);
      }
    }
  }

  private static Site read(
      Path folder, String digest, Duration describing, Drivers drivers, Map<Path, String> instead) {
    Map<String, Source> sources = new LinkedHashMap<>();
    boolean complete = false;
    try {
      Section.read(folder.resolve("sources.yaml"))
          .each()
          .forEach((name, section) -> sources.put(name, source(name, section, drivers)));
      List<Api> apis = apis(folder.resolve("apis"), sources, instead);
      List<Source> opened = List.copyOf(sources.values());
      List<OutOfService> out = new ArrayList<>();
      if (describing.isPositive()) {
        apis = described(apis, together(opened, source -> source.columns(describing)));
        out = misfits(apis, opened);
        List<String> away = out.stream().map(OutOfService::api).toList();
        apis =
            apis.stream().filter(api -> !away.contains(api.name() + "/" + api.version())).toList();
      }
      complete = true;
      return new Site(digest, opened, apis, List.copyOf(out));
    } finally {
      if (!complete) {
        sources.values().forEach(Source::close);
      }
    }
  }

  private static Source source(String name, Section section, Drivers drivers) {
    if (!Words.NAME.matcher(name).matches()) {
      throw section.wrong(
          "", "“" + name + "” is not a name", "use 1 to 40 of a-z, 0-9 and - for the source");
    }
    String adapter = section.text("adapter");
    Source source =
        switch (adapter) {
          case "sql" -> SqlSource.open(name, section, drivers);
          case "ibmi" -> IbmiSource.open(name, section);
          default ->
              throw section.wrong(
                  "adapter", "there is no adapter “" + adapter + "”", "write sql or ibmi");
        };
    section.done();
    return source;
  }

  private static List<Api> apis(
      Path folder, Map<String, Source> sources, Map<Path, String> instead) {
    Map<String, Path> files = new HashMap<>();
    Map<String, Api> apis = new TreeMap<>();
    SortedSet<Path> all = new TreeSet<>(list(folder));
    all.addAll(instead.keySet());
    for (Path file : all) {
      if (!file.toString().endsWith(".yaml") || Files.isDirectory(file)) {
        throw new SettingsException(
            file, 0, "", "is not read, since APIs are files *.yaml", "rename it, or move it away");
      }
      String text = instead.get(file);
      Section section = text == null ? Section.read(file) : Section.parse(file, text);
      Api api = ApiFile.read(section, sources);
      String id = api.name() + "/" + api.version();
      Path other = files.putIfAbsent(id, file);
      if (other != null) {
        throw new SettingsException(
            file,
            section.line("version"),
            "version",
            id + " stands in " + other + " too",
            "give one of the two another version, or make them one file");
      }
      apis.put(id, api);
    }
    return List.copyOf(apis.values());
  }

  private static List<Path> list(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new SettingsException(
          folder, 0, "", "no such folder", "create it, with a file for each API");
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> !String.valueOf(file.getFileName()).startsWith("."))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new SettingsException(folder, 0, "", "cannot be read", "check its rights", e);
    }
  }

  /**
   * An API whose file no longer fits its source.
   *
   * @param api {@code name/version}
   * @param differences a sentence for each operation
   */
  public record OutOfService(String api, List<String> differences) {}

  private static List<OutOfService> misfits(List<Api> apis, List<Source> sources) {
    Map<String, String> all = new HashMap<>();
    sources.forEach(source -> all.putAll(source.misfits()));
    List<OutOfService> out = new ArrayList<>();
    for (Api api : apis) {
      List<String> differences =
          api.operations().stream()
              .filter(operation -> all.containsKey(operation.id()))
              .map(operation -> operation.id() + ": " + all.get(operation.id()))
              .toList();
      if (!differences.isEmpty()) {
        String id = api.name() + "/" + api.version();
        out.add(new OutOfService(id, differences));
        LOG.log(
            System.Logger.Level.WARNING,
            "API {0} is out of service, since its file does not fit its source: {1}",
            id,
            String.join("; ", differences));
      }
    }
    return out;
  }

  /** What stands in the folder and is not served; the log said so too. */
  public List<OutOfService> outOfService() {
    return outOfService;
  }

  private static List<Api> described(List<Api> apis, List<Map<String, List<Column>>> bySource) {
    Map<String, List<Column>> columns = new HashMap<>();
    bySource.forEach(columns::putAll);
    return apis.stream()
        .map(
            api ->
                api.with(
                    api.operations().stream()
                        .map(o -> described(o, columns.getOrDefault(o.id(), o.columns())))
                        .toList()))
        .toList();
  }

  private static Operation described(Operation o, List<Column> columns) {
    return new Operation(
        o.id(),
        o.name(),
        o.summary(),
        o.description(),
        o.method(),
        o.path(),
        o.parameters(),
        columns,
        o.safe(),
        o.single(),
        o.traits(),
        o.action(),
        o.audit());
  }

  /** The APIs, by name and version. */
  public List<Api> apis() {
    return apis;
  }

  /** By {@code api/version/name}. */
  public Optional<Operation> operation(String id) {
    return Optional.ofNullable(operations.get(id));
  }

  /** In the order of the file. Doesn't wait. */
  public List<SourceState> sources() {
    return sources.stream().map(Source::state).toList();
  }

  /** Figures of each source, by its name and theirs, such as {@code active}. Doesn't wait. */
  public Map<String, Map<String, Long>> figures() {
    Map<String, Map<String, Long>> all = new LinkedHashMap<>();
    sources.forEach(source -> all.put(source.name(), source.figures()));
    return all;
  }

  /** Connects to all sources at once and proves their operations; in the order of the file. */
  public List<SourceCheck> checkSources(Duration patience) {
    return together(sources, source -> source.check(patience));
  }

  /**
   * A first API file for a table of a source.
   *
   * @return empty: there is no such source or table
   */
  public Optional<String> draft(String source, String table, Duration patience) {
    return sources.stream()
        .filter(s -> s.name().equals(source))
        .findFirst()
        .flatMap(s -> s.draft(table, patience));
  }

  /** SHA-256 over all files of the folder, in lower-case hex; docs/sql.md says of what exactly. */
  public String digest() {
    return digest;
  }

  /** Ends every connection; calls under way fail. */
  @Override
  public void close() {
    sources.forEach(Source::close);
  }

  /** Runs a step that bounds its own time for all sources at once. */
  private static <T> List<T> together(List<Source> sources, Function<Source, T> step) {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<T>> futures =
          sources.stream().map(source -> threads.submit(() -> step.apply(source))).toList();
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(future.get());
      }
      return results;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the sources", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a source failed in an unforeseen way", e.getCause());
    }
  }
}
