package drawbridge.audit;

import drawbridge.settings.Program;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code drawbridge audit find} and {@code export}, which differ in what they do with many. */
@Command(
    name = "find",
    aliases = "export",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Prints the records that fit all conditions, of one folder or several.")
final class FindCommand implements Callable<Integer> {
  private static final Map<String, String[]> FIELDS =
      Map.of(
          "--caller",
          new String[] {Identity.SUBJECT, Identity.FINGERPRINT, Identity.APP},
          "--user",
          new String[] {Identity.USER, Identity.USER_NAME, Identity.OBJECT},
          "--operation",
          new String[] {"operation"},
          "--reference",
          new String[] {"reference"},
          "--outcome",
          new String[] {"outcome"},
          "--call",
          new String[] {"call"},
          "--kind",
          new String[] {"kind"},
          "--gateway",
          new String[] {"gateway"},
          "--rule",
          new String[] {"rule"});

  @Spec @Nullable CommandSpec spec;

  @Parameters(paramLabel = "FOLDER", arity = "1..*", description = "of a log each")
  private List<Path> folders = List.of();

  @Option(names = "--caller", description = "subject, fingerprint or app id of the caller")
  private @Nullable String caller;

  @Option(
      names = "--user",
      description = "object id or name of the end user, or object id of an application")
  private @Nullable String user;

  @Option(names = "--operation", description = "such as orders/v1/FindOrders")
  private @Nullable String operation;

  @Option(names = "--reference", description = "that a caller was given with a fault")
  private @Nullable String reference;

  @Option(names = "--outcome", description = "ok, refused, failed, cancelled, unknown")
  private @Nullable String outcome;

  @Option(names = "--call", description = "id of a call")
  private @Nullable String call;

  @Option(names = "--kind", description = "begin, end, call, refused, security, …")
  private @Nullable String kind;

  @Option(names = "--gateway", description = "by which it came")
  private @Nullable String gateway;

  @Option(names = "--rule", description = "that decided")
  private @Nullable String rule;

  @Option(names = "--argument", paramLabel = "NAME=VALUE", description = "of the call")
  private List<String> arguments = List.of();

  @Option(names = "--returned", paramLabel = "COLUMN=VALUE", description = "key of a returned row")
  private List<String> returned = List.of();

  @Option(
      names = "--values",
      paramLabel = "FOLDER",
      description = "keys of hashed values; default: beside each log, as it is named by default")
  private @Nullable Path values;

  @Option(names = "--from", paramLabel = "TIME", description = "earliest: 2026-01-31[T12:00:00Z]")
  private @Nullable String from;

  @Option(names = "--to", paramLabel = "TIME", description = "before: 2026-01-31[T12:00:00Z]")
  private @Nullable String to;

  @Option(
      names = "--limit",
      description = "at most so many; default: 1000 for find, all for export")
  private @Nullable Integer limit;

  @Option(names = "--format", description = "json (default), csv, cef")
  private Export.Format format = Export.Format.JSON;

  @Override
  public Integer call() throws IOException, InterruptedException {
    CommandSpec used = used();
    PrintWriter out = used.commandLine().getOut();
    boolean export = used.commandLine().getParseResult().originalArgs().contains("export");
    int most = limit != null ? limit : export ? Integer.MAX_VALUE : 1_000;
    Export printer = new Export(out, format);
    if (folders.size() == 1) {
      int[] count = {0};
      AuditFolder.of(checked(folders.getFirst()))
          .each(
              query(folders.getFirst()),
              (found, fields) -> {
                printer.print(found, fields);
                return ++count[0] < most;
              });
    } else {
      List<Merge.Search> searches = new ArrayList<>();
      for (Path folder : folders) {
        searches.add(new Merge.Search(AuditFolder.of(checked(folder)), query(folder)));
      }
      try (Merge merge = new Merge(searches)) {
        Found found = merge.next();
        for (int count = 0; found != null && count < most; count++) {
          printer.print(found);
          found = merge.next();
        }
      }
    }
    out.flush();
    return Program.DONE;
  }

  private Query query(Path folder) throws IOException {
    Query.Builder query = Query.builder();
    any(query, "--caller", caller);
    any(query, "--user", user);
    any(query, "--operation", operation);
    any(query, "--reference", reference);
    any(query, "--outcome", outcome);
    any(query, "--call", call);
    any(query, "--kind", kind);
    any(query, "--gateway", gateway);
    any(query, "--rule", rule);
    if (!arguments.isEmpty() || !returned.isEmpty()) {
      Path beside = folder.resolveSibling(folder.getFileName() + "-values");
      Path chosen = values == null ? beside : values;
      ValueKeys keys =
          values != null || Files.isDirectory(beside) ? ValueKeys.read(chosen) : ValueKeys.none();
      for (String one : arguments) {
        query.argument(name(one), value(one), keys);
      }
      for (String one : returned) {
        query.key(name(one), value(one), keys);
      }
    }
    if (from != null) {
      query.from(time(from));
    }
    if (to != null) {
      query.to(time(to));
    }
    return query.build();
  }

  private static void any(Query.Builder query, String option, @Nullable String value) {
    String[] paths = FIELDS.get(option);
    if (value != null && paths != null) {
      query.any(value, paths);
    }
  }

  private String name(String pair) {
    int equals = pair.indexOf('=');
    if (equals < 1) {
      throw wrong("“" + pair + "” is not NAME=VALUE");
    }
    return pair.substring(0, equals);
  }

  private String value(String pair) {
    return pair.substring(name(pair).length() + 1);
  }

  private Instant time(String text) {
    try {
      return text.length() == 10
          ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
          : Instant.parse(text);
    } catch (DateTimeException e) {
      throw wrong("“" + text + "” is not a time: write 2026-01-31 or 2026-01-31T12:00:00Z");
    }
  }

  private Path checked(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw wrong(folder + " is not a folder");
    }
    return folder;
  }

  private ParameterException wrong(String message) {
    return new ParameterException(used().commandLine(), message);
  }

  private CommandSpec used() {
    if (spec == null) {
      throw new IllegalStateException("not run by a command line");
    }
    return spec;
  }
}
