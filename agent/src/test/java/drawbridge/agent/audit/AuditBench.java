package drawbridge.agent.audit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Durable records a second by 1, 64 and 256 virtual threads, in the folder given. */
final class AuditBench {
  private AuditBench() {}

  public static void main(String... args) throws Exception {
    Path folder = Files.createTempDirectory(Path.of(args[0]), "audit-bench");
    try (AuditLog log = AuditLog.open(folder)) {
      for (int callers : new int[] {64, 1, 64, 256}) {
        int each = callers == 1 ? 2_000 : 100_000 / callers;
        long[] waits = new long[callers * each];
        long from = System.nanoTime();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
          List<Future<?>> all = new ArrayList<>();
          for (int t = 0; t < callers; t++) {
            int first = t * each;
            all.add(
                threads.submit(
                    () -> {
                      for (int i = 0; i < each; i++) {
                        long start = System.nanoTime();
                        log.record(
                            AuditRecord.call(
                                AuditFiles.about("0123456789abcdef0123456789abcdef"),
                                AuditFiles.ok()));
                        waits[first + i] = System.nanoTime() - start;
                      }
                      return null;
                    }));
          }
          for (Future<?> one : all) {
            one.get();
          }
        }
        double seconds = (System.nanoTime() - from) / 1e9;
        java.util.Arrays.sort(waits);
        System.out.printf(
            "%d callers: %.0f records/s, p50 %.2f ms, p99 %.2f ms%n",
            callers,
            waits.length / seconds,
            waits[waits.length / 2] / 1e6,
            waits[waits.length * 99 / 100] / 1e6);
      }
    }
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
