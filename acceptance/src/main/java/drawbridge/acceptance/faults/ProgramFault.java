package drawbridge.acceptance.faults;

import drawbridge.acceptance.Connector;
import drawbridge.acceptance.RunningProgram;
import drawbridge.settings.Program;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** What happens to the bridge's own programs and to the system of record. */
enum ProgramFault implements Fault {
  AGENT_KILLED {
    @Override
    public void play(Scene scene) throws Exception {
      scene.hold(scene.length().dividedBy(4));
      scene.stack().kill(Scene.OTHER_AGENT);
      scene.hold(scene.length().dividedBy(2));
      backInService(scene);
      scene.hold(scene.length().dividedBy(4));
    }

    @Override
    public boolean allows(Seen seen) {
      return Fault.unknownWrite(seen);
    }
  },
  AGENT_DRAINED {
    @Override
    public void play(Scene scene) throws Exception {
      scene.hold(scene.length().dividedBy(4));
      scene.stack().stop(Scene.OTHER_AGENT);
      scene.hold(scene.length().dividedBy(2));
      backInService(scene);
      scene.hold(scene.length().dividedBy(4));
    }
  },
  /** Its callers come again when it is back. */
  GATEWAY_DRAINED {
    @Override
    public void play(Scene scene) throws Exception {
      scene.hold(scene.length().dividedBy(4));
      scene.stack().stop(Scene.GATEWAY);
      scene.promised("back_ms", gatewayBack(scene), 2_000);
      scene.hold(scene.length().dividedBy(4));
    }

    @Override
    public boolean allows(Seen seen) {
      return Fault.impatient(seen);
    }
  },
  GATEWAY_KILLED {
    @Override
    public void play(Scene scene) throws Exception {
      scene.hold(scene.length().dividedBy(4));
      Connector orphan = scene.connector();
      Thread caller =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      orphan.get("/orders/v1/wait/60");
                    } catch (IOException | InterruptedException e) {
                      // what is meant to happen
                    }
                  });
      scene.await(
          "the statement of a call that will be an orphan",
          () -> scene.stack().database().sleepingStatements() == 1);
      scene.stack().kill(Scene.GATEWAY);
      scene.promised("back_ms", gatewayBack(scene), 2_000);
      scene.figure(
          "orphan_cancelled_ms",
          scene.await(
              "the orphan is cancelled", () -> scene.stack().database().sleepingStatements() == 0));
      orphan.close();
      caller.join();
      scene.hold(scene.length().dividedBy(4));
    }

    @Override
    public boolean allows(Seen seen) {
      return seen.status() == 0 || Fault.impatient(seen);
    }
  },
  DATABASE_GONE {
    @Override
    public void play(Scene scene) throws Exception {
      scene.hold(scene.length().dividedBy(4));
      scene.stack().breaker().cut();
      try (Connector connector = scene.connector()) {
        long end = System.nanoTime() + scene.outage().toNanos();
        while (System.nanoTime() < end) {
          int status = connector.get("/spare/v1/ping").statusCode();
          scene.check(status == 200, "the other source answered " + status);
          scene.hold(Duration.ofMillis(200));
        }
        scene.stack().breaker().mend();
        scene.figure(
            "healed_ms",
            scene.await(
                "the source is back",
                () -> connector.get("/orders/v1/order/1").statusCode() == 200));
      }
      scene.hold(scene.length().dividedBy(4));
    }

    @Override
    public boolean allows(Seen seen) {
      return Fault.unknownWrite(seen)
          || ((seen.code().equals("source-unavailable") || seen.code().equals("busy"))
              && (seen.status() == 503) == seen.retryAfter())
          || Fault.impatient(seen);
    }
  },
  /** A second process with an agent's name, mailbox and certificate. */
  TWIN_AGENT {
    @Override
    public void play(Scene scene) throws Exception {
      scene.hold(Duration.ofSeconds(1));
      Path audit = scene.stack().folder().resolve("audit-of-the-twin");
      RunningProgram old = scene.stack().running(Scene.OTHER_AGENT);
      RunningProgram twin = scene.stack().twin(Scene.OTHER_AGENT, audit);
      twin.awaitReady();
      long named =
          scene.await(
              "health names the twin",
              () -> scene.privately("/healthz").contains("a second process"));
      scene.promised("named_ms", named, 5_000);
      Process ended = old.onExit().get(60, TimeUnit.SECONDS);
      scene.check(
          ended.exitValue() == Program.SUPERSEDED,
          "the older process ended with exit code " + ended.exitValue());
      scene.hold(scene.length());
      scene.check(!twin.onExit().isDone(), "the newer process ended too");
      twin.stop();
      scene.stack().restart(Scene.OTHER_AGENT);
    }

    @Override
    public boolean allows(Seen seen) {
      return Fault.unknownWrite(seen);
    }
  };

  /** The agent takes calls again: the gateway has as many links as before. */
  private static void backInService(Scene scene) throws Exception {
    scene.await("the dead channel is gone", () -> scene.metric("drawbridge_links") <= 1);
    long began = System.nanoTime();
    scene.stack().restart(Scene.OTHER_AGENT);
    scene.await("two links again", () -> scene.metric("drawbridge_links") == 2);
    scene.promised("back_ms", (System.nanoTime() - began) / 1_000_000, 3_000);
  }

  /** From its ready file, which it writes when it listens, to the first agent that takes calls. */
  private static long gatewayBack(Scene scene) throws Exception {
    scene.stack().restart(Scene.GATEWAY);
    long began = System.nanoTime();
    scene.stack().awaitReady(Scene.GATEWAY);
    return (System.nanoTime() - began) / 1_000_000;
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
