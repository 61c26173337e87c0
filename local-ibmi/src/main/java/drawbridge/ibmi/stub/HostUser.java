package drawbridge.ibmi.stub;

import java.time.LocalDateTime;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A user profile. Methods that change it return it; they work while clients are connected.
 * Thread-safe.
 */
public final class HostUser {
  private final String name;
  private String password;
  private boolean enabled = true;
  private boolean expired;
  private @Nullable LocalDateTime expires;
  private @Nullable String factor;
  private boolean factorOnce;
  private Set<String> specialAuthorities = Set.of();
  private Set<String> users = Set.of();
  private int failures;
  private int attempts;
  private int refusals;

  HostUser(String name, String password) {
    this.name = name.toUpperCase(Locale.ROOT);
    this.password = password;
  }

  public String name() {
    return name;
  }

  synchronized String password() {
    return password;
  }

  public synchronized HostUser password(String value) {
    password = value;
    return this;
  }

  /** False as after {@code CHGUSRPRF STATUS(*DISABLED)}, and after too many failures. */
  public synchronized HostUser enabled(boolean value) {
    enabled = value;
    failures = value ? 0 : failures;
    return this;
  }

  public synchronized boolean enabled() {
    return enabled;
  }

  /** The password is right and of no use until it is changed. */
  public synchronized HostUser expired(boolean value) {
    expired = value;
    return this;
  }

  synchronized boolean expired() {
    return expired || (expires != null && expires.isBefore(HostSystem.now()));
  }

  /** When the password will expire, on the host's clock; null: never. */
  public synchronized HostUser expires(@Nullable LocalDateTime value) {
    expires = value;
    return this;
  }

  synchronized @Nullable LocalDateTime expires() {
    return expires;
  }

  /** An additional factor (V7R6) that must come with the password. */
  public synchronized HostUser factor(String value) {
    factor = value;
    factorOnce = false;
    return this;
  }

  /** The same, good for one sign-on, as a code of a moment is. */
  public synchronized HostUser factorOnce(String value) {
    factor = value;
    factorOnce = true;
    return this;
  }

  /** True where none is wanted, or this is it; one that is good once is then used up. */
  synchronized boolean takesFactor(@Nullable String given) {
    if (factor == null) {
      return true;
    }
    if (!factor.equals(given)) {
      return false;
    }
    if (factorOnce) {
      factor = "used up " + System.nanoTime();
    }
    return true;
  }

  /** Some of {@code *ALLOBJ *SECADM *JOBCTL *SPLCTL *SAVSYS *SERVICE *AUDIT *IOSYSCFG}. */
  public synchronized HostUser specialAuthorities(String... names) {
    specialAuthorities = Set.of(names);
    return this;
  }

  synchronized Set<String> specialAuthorities() {
    return specialAuthorities;
  }

  /** Others that have *USE authority to this profile, and so may get tokens for it. */
  public synchronized HostUser usedBy(String... names) {
    users = Set.of(names);
    return this;
  }

  synchronized boolean usedBy(String other) {
    return other.equals(name) || users.contains(other);
  }

  synchronized void accepted() {
    attempts++;
    failures = 0;
  }

  /** Counts a wrong password; returns how many in a row there were. */
  synchronized int refused(int most) {
    attempts++;
    refusals++;
    failures++;
    if (failures >= most) {
      enabled = false;
    }
    return failures;
  }

  /** An attempt that had nothing to do with the password itself. */
  synchronized void turnedAway() {
    attempts++;
    refusals++;
  }

  synchronized int failures() {
    return failures;
  }

  /** How often somebody signed on as this user or tried to, on whatever server. */
  public synchronized int attempts() {
    return attempts;
  }

  /** How many of those were refused. */
  public synchronized int refusals() {
    return refusals;
  }
}
