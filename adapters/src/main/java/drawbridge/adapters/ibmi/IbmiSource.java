package drawbridge.adapters.ibmi;

import drawbridge.adapters.Column;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Operation;
import drawbridge.adapters.Outline;
import drawbridge.adapters.Source;
import drawbridge.adapters.SourceCheck;
import drawbridge.adapters.SourceState;
import drawbridge.settings.Section;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An IBM i behind a pool of connections, which fills as calls need it. */
public final class IbmiSource implements Source {
  /** So many days before it expires, the password is spoken of. */
  private static final int WARN_DAYS = 14;

  private final String name;
  private final IbmiSettings settings;
  private final HostPool pool;

  /** For operations that wait on the host; null: there is none. */
  private @Nullable HostPool listeners;

  private IbmiSource(String name, IbmiSettings settings, HostPool pool) {
    this.name = name;
    this.settings = settings;
    this.pool = pool;
  }

  /** Reads the source's keys in {@code sources.yaml}; connects later. */
  public static IbmiSource open(String name, Section section) {
    IbmiSettings settings = IbmiSettings.read(section);
    try {
      return new IbmiSource(name, settings, new HostPool(name, settings));
    } catch (IOException | GeneralSecurityException e) {
      throw section.wrong(
          "tls", "its trust file cannot be read: " + e.getMessage(), "name a PEM file of CAs");
    }
  }

  @Override
  public String name() {
    return name;
  }

  HostPool pool() {
    return pool;
  }

  IbmiSettings settings() {
    return settings;
  }

  @Override
  public Operation operation(Section section, Outline outline) {
    return IbmiOperations.read(
        new OperationContext(
            pool,
            this::listeners,
            settings.ccsid().orElse(37),
            settings.commands(),
            settings.folders()),
        section,
        outline);
  }

  /** Called while the source is not shared yet. */
  private HostPool listeners() {
    HostPool there = listeners;
    if (there == null) {
      try {
        there = new HostPool(name + "-listening", settings);
      } catch (IOException | GeneralSecurityException e) {
        throw new IllegalStateException("the trust file was there a moment ago", e);
      }
      listeners = there;
    }
    return there;
  }

  @Override
  public Map<String, List<Column>> columns(Duration patience) {
    return Map.of();
  }

  @Override
  public SourceState state() {
    String detail =
        pool.failure()
            .map(HostPool.Failure::sentence)
            .orElse(pool.reached() ? "available" : "not connected yet");
    if (detail.equals("available")
        && pool.passwordDays().isPresent()
        && pool.passwordDays().getAsInt() <= WARN_DAYS) {
      return new SourceState(
          name,
          true,
          "available; the password expires in " + pool.passwordDays().getAsInt() + " days");
    }
    return new SourceState(name, detail.equals("available"), detail);
  }

  @Override
  public Map<String, Long> figures() {
    return pool.figures();
  }

  @Override
  public SourceCheck check(Duration patience) {
    long start = System.nanoTime();
    List<String> details = new ArrayList<>();
    try (HostJob job = pool.borrow(start + patience.toNanos())) {
      Duration latency = Duration.ofNanos(System.nanoTime() - start);
      details.add("signed on as " + settings.user() + ", job " + job.jobName());
      details.addAll(HostCheck.of(job.system(), settings));
      return new SourceCheck(name, true, state().detail(), details, latency);
    } catch (FaultException e) {
      Throwable cause = e.fault().cause();
      details.add(cause == null ? e.fault().message() : String.valueOf(cause.getMessage()));
      return new SourceCheck(
          name, false, e.fault().message(), details, Duration.ofNanos(System.nanoTime() - start));
    }
  }

  @Override
  public void close() {
    pool.close();
    HostPool there = listeners;
    if (there != null) {
      there.close();
    }
  }
}
