package drawbridge.audit;

import drawbridge.settings.Program;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code drawbridge audit}: verifies, searches and proves what stands in audit folders. */
@Command(
    name = "audit",
    mixinStandardHelpOptions = true,
    description =
        "Verifies, searches and proves what stands in audit folders; changes none of them.",
    subcommands = {FindCommand.class, ReconcileCommand.class})
public final class Main {
  @Spec @Nullable CommandSpec spec;

  private Main() {}

  public static void main(String... arguments) {
    System.exit(Program.run(new Main(), arguments));
  }

  static Main command() {
    return new Main();
  }

  @Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      description = "Looks at every byte of a folder: broken, and where; consistent; or anchored.")
  int verify(
      @Parameters(paramLabel = "FOLDER", description = "of one log") Path folder,
      @Option(
              names = "--key",
              paramLabel = "PUB",
              description =
                  "public key that must have signed: PEM, or lines in the form of a signed note")
          List<Path> keys,
      @Option(
              names = "--checkpoint",
              paramLabel = "FILE",
              description = "checkpoints that were kept elsewhere, such as a gateway's; or syslog")
          List<Path> checkpoints,
      @Option(
              names = "--witness",
              paramLabel = "PUB",
              description =
                  "public key of a witness; only checkpoints that one of these cosigned count then")
          List<Path> witnesses)
      throws IOException {
    folder(folder);
    List<VerifierKey> eyes = keys(witnesses);
    List<Verdict.Anchor> anchors = new ArrayList<>();
    for (Path file : given(checkpoints)) {
      List<Verdict.Anchor> read = Anchors.in(file, eyes);
      if (read.isEmpty()) {
        throw wrong(
            "there is no checkpoint in "
                + file
                + (eyes.isEmpty() ? "" : " that one of the witnesses given cosigned"));
      }
      anchors.addAll(read);
    }
    Verdict verdict = AuditFolder.of(folder).verify(keys(keys), anchors);
    switch (verdict) {
      case Verdict.Broken broken -> {
        out().println("BROKEN: " + folder);
        broken.breaks().forEach(found -> out().println("  " + found));
      }
      case Verdict.Consistent consistent -> {
        out().println("CONSISTENT with itself, compared with nothing outside: " + folder);
        extent(consistent.extent());
        out()
            .println(
                "  The end could have been cut off, and whoever has the key could have written all of it"
                    + " anew: give --checkpoint.");
      }
      case Verdict.Anchored anchored -> {
        out()
            .println(
                "ANCHORED up to %s (record %d) at %s: %s"
                    .formatted(anchored.upTo(), anchored.record(), anchored.place(), folder));
        extent(anchored.extent());
      }
    }
    if (given(keys).isEmpty() && !(verdict instanceof Verdict.Broken)) {
      out().println("  The key is the one that the log itself names: give --key.");
    }
    out().flush();
    return verdict instanceof Verdict.Broken ? Program.FAILED : Program.DONE;
  }

  private void extent(Verdict.Extent extent) {
    out().println("  records %d to %d".formatted(extent.first(), extent.last()));
    if (extent.signed() < extent.last()) {
      out().println("  %d at the end not signed (yet)".formatted(extent.last() - extent.signed()));
    }
    if (!extent.key().isEmpty()) {
      out().println("  signed by " + extent.key());
    }
  }

  @Command(
      name = "prove",
      mixinStandardHelpOptions = true,
      description = "Writes a proof that a record is in the log (c2sp.org/tlog-proof@v1).")
  int prove(
      @Parameters(paramLabel = "FOLDER") Path folder,
      @Parameters(paramLabel = "RECORD", description = "number, call id or reference")
          String record,
      @Option(names = "--out", paramLabel = "FILE", description = "instead of standard output")
          @Nullable Path out)
      throws IOException {
    folder(folder);
    AuditFolder audit = AuditFolder.of(folder);
    long seq = 0;
    if (record.matches("\\d{1,18}")) {
      seq = Long.parseLong(record);
    } else {
      List<Found> found =
          audit.find(Query.builder().any(record, "call", "reference").build(), Integer.MAX_VALUE);
      if (found.isEmpty()) {
        System.err.println("drawbridge: no record of " + record);
        return Program.FAILED;
      }
      seq = found.getLast().seq(); // how it ended
    }
    write(audit.prove(seq), out);
    return Program.DONE;
  }

  @Command(
      name = "consistency",
      mixinStandardHelpOptions = true,
      description =
          "Writes a proof that the log grew from record A to record B and nothing before changed.")
  int consistency(
      @Parameters(paramLabel = "FOLDER") Path folder,
      @Parameters(paramLabel = "A", description = "records then") long from,
      @Parameters(
              paramLabel = "B",
              arity = "0..1",
              description = "records later, of which there is a checkpoint; default: the newest")
          @Nullable Long to,
      @Option(names = "--out", paramLabel = "FILE", description = "instead of standard output")
          @Nullable Path out)
      throws IOException {
    folder(folder);
    AuditFolder audit = AuditFolder.of(folder);
    Checkpoint later = to == null ? audit.checkpoint() : audit.checkpoint(to);
    if (from < 1 || from > later.size()) {
      throw wrong("A must be from 1 to " + later.size());
    }
    write(audit.consistency(from, later), out);
    return Program.DONE;
  }

  @Command(
      name = "check",
      mixinStandardHelpOptions = true,
      description = "Checks a proof with nothing but a public key.")
  int check(
      @Parameters(paramLabel = "PROOF") Path proof,
      @Option(names = "--key", paramLabel = "PUB", required = true) List<Path> keys,
      @Option(
              names = "--old",
              paramLabel = "FILE",
              description = "the older checkpoint, for a consistency proof")
          List<Path> olds)
      throws IOException {
    List<Checkpoint> old = new ArrayList<>();
    for (Path file : given(olds)) {
      old.addAll(Anchors.read(file));
    }
    try {
      ProofText.Shown shown = ProofText.check(Files.readString(proof), keys(keys), old);
      out()
          .println(
              shown.line().isEmpty()
                  ? "The log of " + shown.checkpoint() + " begins with its first " + shown.size()
                  : "Record " + shown.size() + " is in the log of " + shown.checkpoint());
      if (!shown.line().isEmpty()) {
        out().println(shown.line());
      }
      out().flush();
      return Program.DONE;
    } catch (IOException e) {
      System.err.println("drawbridge: " + proof + ": " + e.getMessage());
      return Program.FAILED;
    }
  }

  @Command(
      name = "checkpoint",
      mixinStandardHelpOptions = true,
      description = "Prints the newest checkpoint, to be kept elsewhere.")
  int checkpoint(@Parameters(paramLabel = "FOLDER") Path folder) throws IOException {
    folder(folder);
    write(AuditFolder.of(folder).checkpoint().note(), null);
    return Program.DONE;
  }

  @Command(
      name = "cosign",
      mixinStandardHelpOptions = true,
      description =
          "Adds a witness' signature to a checkpoint, if it follows all that the witness saw before.")
  int cosign(
      @Parameters(
              paramLabel = "REQUEST",
              description = "as “audit consistency” writes it; at first a checkpoint alone")
          Path request,
      @Option(names = "--key", paramLabel = "FILE", required = true, description = "the witness'")
          Path key,
      @Option(names = "--name", paramLabel = "NAME", required = true, description = "the witness'")
          String name,
      @Option(names = "--log", paramLabel = "PUB", required = true, description = "key of the log")
          Path log,
      @Option(
              names = "--seen",
              paramLabel = "FOLDER",
              required = true,
              description = "what the witness signed before; made where it is missing")
          Path seen,
      @Option(names = "--out", paramLabel = "FILE", description = "instead of standard output")
          @Nullable Path out)
      throws IOException {
    Witness witness =
        new Witness(
            AuditKey.read(key, name),
            AnchorStore.open(seen, InstantSource.system()),
            InstantSource.system());
    String text = Files.readString(request);
    List<VerifierKey> logs = VerifierKey.read(log);
    try {
      write(witness.cosign(logs.getFirst(), text).note(), out);
      return Program.DONE;
    } catch (IOException e) {
      System.err.println("drawbridge: not signed: " + e.getMessage());
      return Program.FAILED;
    }
  }

  @Command(
      name = "key",
      mixinStandardHelpOptions = true,
      description =
          "Makes a key that signs, and says its public half in the form of a signed note.")
  int key(
      @Parameters(paramLabel = "FILE", description = "an existing one is read, not replaced")
          Path file,
      @Option(
              names = "--name",
              paramLabel = "NAME",
              required = true,
              description =
                  "of the log: drawbridge/SITE/agent/NAME or drawbridge/gateway/NAME; or the witness'")
          String name,
      @Option(names = "--witness", description = "the key cosigns checkpoints of others")
          boolean witness)
      throws IOException {
    if (!name.matches("[a-z0-9./-]{1,200}")) {
      throw wrong("--name: “" + name + "” is not such a name");
    }
    if (!Files.exists(file)) {
      try (var channel = Segment.create(file)) {
        channel.write(
            java.nio.ByteBuffer.wrap(
                AuditKey.generate(name).pem().getBytes(java.nio.charset.StandardCharsets.UTF_8)));
      }
    }
    VerifierKey half = AuditKey.read(file, name).verifier();
    out().println((witness ? half.witness() : half).text());
    out().flush();
    return Program.DONE;
  }

  private static List<VerifierKey> keys(@Nullable List<Path> files) throws IOException {
    List<VerifierKey> keys = new ArrayList<>();
    for (Path file : given(files)) {
      keys.addAll(VerifierKey.read(file));
    }
    return keys;
  }

  /** An option that was not given is null. */
  private static <T> List<T> given(@Nullable List<T> all) {
    return all == null ? List.of() : all;
  }

  private void write(String text, @Nullable Path file) throws IOException {
    if (file == null) {
      out().print(text);
      out().flush();
    } else {
      Files.writeString(file, text);
    }
  }

  private void folder(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw wrong(folder + " is not a folder");
    }
  }

  private ParameterException wrong(String message) {
    if (spec == null) {
      throw new IllegalStateException("not run by a command line");
    }
    return new ParameterException(spec.commandLine(), message);
  }

  private PrintWriter out() {
    if (spec == null) {
      throw new IllegalStateException("not run by a command line");
    }
    return spec.commandLine().getOut();
  }
}
