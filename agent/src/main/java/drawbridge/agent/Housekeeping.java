package drawbridge.agent;

import drawbridge.agent.policy.BudgetFile;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Looks after the files of a running agent: heeds pauses at once, reloads the site folder when it
 * changes, and keeps the budgets. Closing it ends the looking and keeps the budgets a last time.
 */
final class Housekeeping implements AutoCloseable {
  private static final Logger LOG = System.getLogger("drawbridge.agent");

  /** Leaves most of the second within which a pause or a reload ends what is no longer allowed. */
  private static final Duration LOOKS = Duration.ofMillis(100);

  /** Looking at a large site folder costs more: it rests so many times as long as that took. */
  private static final int REST = 20;

  /** Which must leave most of the second too. */
  private static final Duration MOST_REST = Duration.ofMillis(250);

  private static final Duration BUDGETS = Duration.ofSeconds(10);

  private final Agent agent;
  private final LiveSite site;
  private final BudgetFile budgets;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;

  private Housekeeping(Agent agent, LiveSite site, BudgetFile budgets) {
    this.agent = agent;
    this.site = site;
    this.budgets = budgets;
    this.thread = Thread.ofVirtual().name("housekeeping").unstarted(this::run);
  }

  static Housekeeping start(Agent agent, LiveSite site) {
    Housekeeping housekeeping = new Housekeeping(agent, site, agent.budgets());
    housekeeping.thread.start();
    return housekeeping;
  }

  private void run() {
    long siteDue = System.nanoTime();
    long budgetsDue = siteDue + BUDGETS.toNanos();
    try {
      while (!closing.await(LOOKS.toMillis(), TimeUnit.MILLISECONDS)) {
        long now = System.nanoTime();
        agent.heedPauses();
        if (now - siteDue >= 0) {
          look();
          siteDue = now + Math.min(MOST_REST.toNanos(), (System.nanoTime() - now) * REST);
        }
        if (now - budgetsDue >= 0) {
          budgetsDue = now + BUDGETS.toNanos();
          keep();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What breaks here must not end the looking: pauses have to work whatever a file contains. */
  private void look() {
    try {
      switch (site.again()) {
        case LiveSite.Same _ -> {}
        case LiveSite.Changed changed -> agent.reloaded(changed.before(), changed.now());
        case LiveSite.Refused refused -> agent.reloadRefused(refused.why());
      }
      site.closeOld(agent::uses);
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "looking at the site folder failed", e);
    }
  }

  private void keep() {
    try {
      budgets.save();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the budgets cannot be kept: {0}", e.toString());
    }
  }

  @Override
  public void close() throws InterruptedException {
    closing.countDown();
    thread.join(BUDGETS);
    keep();
  }
}
