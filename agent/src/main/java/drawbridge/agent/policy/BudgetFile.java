package drawbridge.agent.policy;

import static java.nio.charset.StandardCharsets.UTF_8;

import drawbridge.settings.Disk;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Keeps what callers have used up across restarts: one line a caller that is not at rest, by the
 * hash of its name. Written seldom and at the end, so a crash forgets the last seconds at most.
 */
public final class BudgetFile {
  private static final Logger LOG = System.getLogger("drawbridge.agent.policy");
  private static final String FORMAT = "drawbridge-budgets-1";
  private static final int HASH_BYTES = 16;
  private static final int MOST_LINES = 25_000;
  private static final long MOST_BYTES = 4 << 20;

  private final Path file;
  private final Budgets budgets;
  private final InstantSource clock;

  private BudgetFile(Path file, Budgets budgets, InstantSource clock) {
    this.file = file;
    this.budgets = budgets;
    this.clock = clock;
  }

  /** Takes over what the file says; one that cannot be read gives everybody a fresh budget. */
  public static BudgetFile open(Path file, Budgets budgets, InstantSource clock) {
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new IOException("longer than anything that we write");
      }
      budgets.restore(parse(Files.readAllLines(file, UTF_8), clock.instant()));
    } catch (NoSuchFileException e) {
      // the first start
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.WARNING, "the budgets of before cannot be read from {0}: {1}", file, e);
    }
    return new BudgetFile(file, budgets, clock);
  }

  private static Map<String, Account.Debts> parse(List<String> lines, Instant now)
      throws IOException {
    String[] head = lines.isEmpty() ? new String[0] : lines.getFirst().split(" ", -1);
    if (head.length != 2 || !head[0].equals(FORMAT) || lines.size() > MOST_LINES) {
      throw new IOException("not in the form " + FORMAT);
    }
    // A clock that was set back must not lengthen what anybody owes, nor shorten it.
    long passed = Math.max(0, now.toEpochMilli() - Long.parseLong(head[1])) * 1_000_000;
    Map<String, Account.Debts> all = new HashMap<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] words = line.split(" ", -1);
      long[] nanos = new long[Account.KINDS];
      for (int kind = 0; kind < Account.KINDS; kind++) {
        nanos[kind] = Math.max(0, Long.parseLong(words[kind + 1]) - passed);
      }
      all.put(words[0], new Account.Debts(nanos));
    }
    return all;
  }

  /** Writes it whole or not at all. */
  public synchronized void save() throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add(FORMAT + " " + clock.millis());
    budgets
        .debts()
        .forEach(
            (hash, debts) -> {
              if (lines.size() < MOST_LINES) {
                StringBuilder line = new StringBuilder(hash);
                for (long nanos : debts.nanos()) {
                  line.append(' ').append(nanos);
                }
                lines.add(line.toString());
              }
            });
    Path draft = file.resolveSibling(file.getFileName() + ".new");
    Files.write(draft, lines, UTF_8);
    Disk.replace(draft, file);
  }

  /** Bounds what a caller's name costs, and tells nobody who calls. */
  static String hash(Decision.Payer payer) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      for (String part :
          List.of(payer.rule(), payer.gateway(), payer.caller(), payer.operation())) {
        sha.update((part.length() + ":" + part).getBytes(UTF_8));
      }
      return HexFormat.of().formatHex(sha.digest(), 0, HASH_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
