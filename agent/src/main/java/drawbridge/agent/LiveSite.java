package drawbridge.agent;

import drawbridge.adapters.SiteDigest;
import drawbridge.relay.wire.Source;
import drawbridge.settings.Finding;
import drawbridge.settings.SettingsException;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The site folder as it is served now, and read again when its files change. A reload is all or
 * nothing: what is wrong, unsigned or older leaves the last good one in force. Thread-safe.
 */
final class LiveSite implements Surroundings.OpenSite {
  private static final int MOST_FILES = 10_000;

  private final AgentSettings settings;
  private final Surroundings surroundings;
  private volatile Surroundings.OpenSite current;
  private volatile String looked;
  private String refused = "";

  /** Replaced, but calls may still use their sources. */
  private final List<Surroundings.OpenSite> old = new ArrayList<>();

  private LiveSite(
      AgentSettings settings,
      Surroundings surroundings,
      Surroundings.OpenSite first,
      String looked) {
    this.settings = settings;
    this.surroundings = surroundings;
    this.current = first;
    this.looked = looked;
  }

  /**
   * Opens the folder for the first time.
   *
   * @throws SettingsException where a file is wrong, or the folder is not signed as it must be
   */
  static LiveSite open(AgentSettings settings, Surroundings surroundings) {
    String looked = look(settings.serves());
    return new LiveSite(settings, surroundings, verified(settings, surroundings), looked);
  }

  private static Surroundings.OpenSite verified(AgentSettings settings, Surroundings surroundings) {
    Path folder = settings.serves();
    Optional<SiteSeal> seal =
        settings.signed().map(key -> SiteSeal.verify(folder, SiteDigest.of(folder), key(key)));
    Surroundings.OpenSite site = surroundings.open(settings, false);
    boolean good = false;
    try {
      Served served = site.served();
      if (served.policy().needsTokens() && settings.tokens().isEmpty()) {
        throw new SettingsException(
            folder.resolve("policy.yaml"),
            0,
            "",
            "has rules that ask for tokens, and this agent verifies none",
            "add “tokens: { tenant: …, audience: …, keys: … }” to " + settings.file());
      }
      if (seal.isPresent()) {
        if (!seal.get().digest().equals(served.digest())) {
          throw new SettingsException(
              folder, 0, "", "changed while it was read", "finish the copy, then try again");
        }
        seal.get().accept(folder, new StateFolder(settings.state()).serial());
      }
      good = true;
      return site;
    } finally {
      if (!good) {
        site.close();
      }
    }
  }

  private static java.security.PublicKey key(Path file) {
    try {
      return SiteSeal.publicKey(Files.readAllBytes(file));
    } catch (IOException | GeneralSecurityException e) {
      throw new SettingsException(
          file, 0, "", "is no Ed25519 public key", "name one made by: openssl pkey -pubout", e);
    }
  }

  /** What came of a look at the folder. */
  sealed interface Look {}

  /** The files are as they were, or are being written. */
  record Same() implements Look {}

  /** Something else is served from now on. */
  record Changed(Served before, Served now) implements Look {}

  /** New files cannot be served; said once for each content. */
  record Refused(String why) implements Look {}

  /** Reads the folder again if its files have changed since, and not just now. */
  synchronized Look again() {
    String now = look(settings.serves());
    if (now.equals(looked)) {
      return new Same();
    }
    looked = now;
    Surroundings.OpenSite before = current;
    try {
      if (settings.signed().isEmpty()
          && SiteDigest.of(settings.serves()).equals(before.served().digest())) {
        refused = "";
        return new Same();
      }
      Surroundings.OpenSite next = verified(settings, surroundings);
      current = next;
      old.add(before);
      refused = "";
      return new Changed(before.served(), next.served());
    } catch (SettingsException e) {
      String why = String.valueOf(e.getMessage());
      if (why.equals(refused)) {
        return new Same();
      }
      refused = why;
      return new Refused(why);
    }
  }

  /** Closes the sources that no call needs any more. */
  synchronized void closeOld(Predicate<Served> inUse) {
    old.removeIf(
        site -> {
          if (inUse.test(site.served())) {
            return false;
          }
          site.close();
          return true;
        });
  }

  /** Cheap enough to be done all the time: names, sizes and times, not contents. */
  private static String look(Path folder) {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files =
        Files.walk(
            folder, 8, EnumSet.of(FileVisitOption.FOLLOW_LINKS).toArray(FileVisitOption[]::new))) {
      files
          .limit(MOST_FILES)
          .sorted()
          .forEach(
              file -> {
                all.append(file).append(' ');
                try {
                  all.append(Files.size(file)).append(' ').append(Files.getLastModifiedTime(file));
                } catch (IOException e) {
                  all.append(e.getClass().getSimpleName());
                }
                all.append('\n');
              });
    } catch (IOException | java.io.UncheckedIOException e) {
      all.append(e.getClass().getSimpleName());
    }
    return all.toString();
  }

  @Override
  public Served served() {
    return current.served();
  }

  @Override
  public ArgumentReader arguments() {
    return current.arguments();
  }

  @Override
  public List<Source> sources() {
    return current.sources();
  }

  @Override
  public Map<String, Map<String, Long>> figures() {
    return current.figures();
  }

  @Override
  public List<Finding> contracts() {
    return current.contracts();
  }

  /** Why the files as they are now are not served; empty: they are. */
  synchronized String refused() {
    return refused;
  }

  @Override
  public List<Finding> check() {
    return current.check();
  }

  @Override
  public synchronized void close() {
    old.forEach(Surroundings.OpenSite::close);
    current.close();
  }
}
