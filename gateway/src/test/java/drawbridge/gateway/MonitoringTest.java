package drawbridge.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.relay.wire.Fault;
import drawbridge.settings.Section;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The dashboard and the alert rules ask for metrics, labels and outcomes that there are. The table
 * of docs/gateway.md, which {@link GatewayDocsTest} holds against a running gateway, is the judge.
 */
final class MonitoringTest {
  private static final Path FILES = Path.of("../installer/monitoring");
  private static final Pattern METRIC = Pattern.compile("drawbridge_[a-z_]+");

  private static Set<String> documented() throws IOException {
    Set<String> names = new TreeSet<>();
    Matcher rows =
        Pattern.compile("^\\| `(drawbridge_[a-z_]+)`", Pattern.MULTILINE)
            .matcher(Files.readString(Path.of("../docs/gateway.md")));
    while (rows.find()) {
      names.add(rows.group(1));
    }
    return names;
  }

  private static Set<String> asked(String file) throws IOException {
    Set<String> names = new TreeSet<>();
    Matcher m = METRIC.matcher(Files.readString(FILES.resolve(file)));
    while (m.find()) {
      // A histogram's parts.
      names.add(m.group().replaceAll("_seconds_(bucket|count|sum)$", "_seconds"));
    }
    return names;
  }

  @Test
  void everyMetricThatIsAskedForIsThereAndTheDashboardShowsAll() throws Exception {
    Set<String> there = documented();
    Set<String> unknown = new TreeSet<>(asked("alerts.yaml"));
    unknown.addAll(asked("dashboard.json"));
    unknown.removeAll(there);
    assertEquals(Set.of(), unknown);
    assertEquals(there, asked("dashboard.json"), "what is measured is shown");
  }

  @Test
  void everyOutcomeThatIsAskedForIsOne() throws Exception {
    Set<String> known = new HashSet<>(Set.of("done", "broken-off", "hung-up", "refused"));
    for (Fault.Code code : Fault.Code.values()) {
      if (code != Fault.Code.UNRECOGNIZED) {
        known.add(Faults.word(code));
      }
    }
    int found = 0;
    for (String file : List.of("alerts.yaml", "dashboard.json")) {
      String text = Files.readString(FILES.resolve(file)).replace("\\\"", "\"");
      Matcher m = Pattern.compile("outcome(?:=|=~|!~|!=)\"([^\"]+)\"").matcher(text);
      while (m.find()) {
        for (String outcome : m.group(1).split("\\|", -1)) {
          found++;
          assertTrue(known.contains(outcome), outcome + " in " + file);
        }
      }
    }
    assertTrue(found > 8, "found " + found);
  }

  /** Labels in sums and in texts are those of the table's second column. */
  @Test
  void everyLabelThatIsAskedForIsOne() throws Exception {
    Set<String> labels = new TreeSet<>(Set.of("le", "instance", "job"));
    Matcher rows =
        Pattern.compile("^\\| `drawbridge_[a-z_]+` \\| ([^|]*)\\|", Pattern.MULTILINE)
            .matcher(Files.readString(Path.of("../docs/gateway.md")));
    while (rows.find()) {
      Matcher one = Pattern.compile("`([a-z]+)`").matcher(rows.group(1));
      while (one.find()) {
        labels.add(one.group(1));
      }
    }
    String text =
        Files.readString(FILES.resolve("alerts.yaml"))
            + Files.readString(FILES.resolve("dashboard.json"));
    Matcher m =
        Pattern.compile("by \\(([a-z, ]+)\\)|\\$labels\\.([a-z]+)|\\{\\{([a-z]+)}}").matcher(text);
    int found = 0;
    while (m.find()) {
      for (int group = 1; group <= 3; group++) {
        if (m.group(group) != null) {
          for (String label : m.group(group).split(", ", -1)) {
            found++;
            assertTrue(labels.contains(label), label);
          }
        }
      }
    }
    assertTrue(found > 15, "found " + found);
  }

  @Test
  void everyRuleSaysWhatItMeansAndForWhom() {
    Section file = Section.read(FILES.resolve("alerts.yaml"));
    Section group = file.sections("groups").getFirst();
    List<Section> rules = group.sections("rules");
    Set<String> names = new HashSet<>();
    for (Section rule : rules) {
      assertTrue(names.add(rule.text("alert")), "twice: " + rule.text("alert"));
      assertTrue(!rule.text("expr").isEmpty());
      assertTrue(rule.section("labels").text("severity").matches("critical|warning|info"));
      assertTrue(rule.section("annotations").text("summary").length() > 20);
    }
    assertTrue(rules.size() >= 8);
  }
}
