package drawbridge.acceptance.faults;

import java.io.IOException;
import java.time.Duration;

/** What the namespace, and the way to it, do. */
enum NetworkFault implements Fault {
  RESETS_OF_AGENT {
    @Override
    public void play(Scene scene) throws Exception {
      resets(scene, "/drop?key=" + Scene.AGENT);
    }
  },
  RESETS_OF_GATEWAY {
    @Override
    public void play(Scene scene) throws Exception {
      resets(scene, "/drop?key=" + Scene.GATEWAY);
    }
  },
  RESETS_OF_BOTH {
    @Override
    public void play(Scene scene) throws Exception {
      resets(scene, "/drop?all");
    }
  },
  /** Nobody listens at its address. */
  NAMESPACE_UNREACHABLE {
    @Override
    public void play(Scene scene) throws Exception {
      outage(scene, "/down");
    }

    @Override
    public boolean allows(Seen seen) {
      return Fault.impatient(seen);
    }
  },
  /** No reset, no end: packets vanish. */
  NAMESPACE_SILENT {
    @Override
    public void play(Scene scene) throws Exception {
      outage(scene, "/silence");
    }

    @Override
    public boolean allows(Seen seen) {
      return Fault.impatient(seen);
    }
  },
  /** Far fewer operations than the load asks for: the service says that it is busy. */
  THROTTLED {
    @Override
    public void play(Scene scene) throws Exception {
      long before = scene.metric("drawbridge_calls_resent_total");
      scene.stack().control("/behaviour?operations-per-second=100");
      scene.hold(scene.length());
      scene.stack().control("/normal");
      scene.mendedIn(Duration.ZERO);
      scene.hold(Duration.ofSeconds(2));
      long resent = scene.metric("drawbridge_calls_resent_total") - before;
      scene.figure("resent", resent);
      scene.check(resent <= 8, resent + " calls were sent once more for nothing");
    }

    @Override
    public boolean allows(Seen seen) {
      return Fault.impatient(seen);
    }
  },
  LOST_REPEATED_REORDERED {
    @Override
    public void play(Scene scene) throws Exception {
      scene.stack().control("/behaviour?lose=0.05&repeat=0.05&reorder=0.05&seed=7");
      scene.hold(scene.length());
      scene.stack().control("/normal");
    }
  };

  private static void outage(Scene scene, String request) throws IOException, InterruptedException {
    scene.stack().control(request + "?ms=" + scene.outage().toMillis());
    scene.mendedIn(scene.outage());
    scene.hold(scene.outage().plusSeconds(5));
  }

  private static void resets(Scene scene, String request) throws IOException, InterruptedException {
    long end = System.nanoTime() + scene.length().toNanos();
    while (System.nanoTime() < end) {
      scene.hold(Duration.ofSeconds(2));
      scene.stack().control(request);
    }
    scene.hold(Duration.ofSeconds(3));
  }

  @Override
  public String word() {
    return Fault.word(this);
  }

  @Override
  public boolean allows(Seen seen) {
    return false;
  }
}
