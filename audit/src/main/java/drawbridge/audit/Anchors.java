package drawbridge.audit;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads checkpoints wherever they were kept. */
final class Anchors {
  private static final String IN_JSON = "{\"checkpoint\":\"";

  private Anchors() {}

  /**
   * The checkpoints of a file with the place they were kept at.
   *
   * @param witnesses one of these must have cosigned each; empty: none need have
   */
  static List<Verdict.Anchor> in(Path file, List<VerifierKey> witnesses) throws IOException {
    List<Verdict.Anchor> anchors = new ArrayList<>();
    for (Checkpoint checkpoint : read(file)) {
      if (witnesses.isEmpty()) {
        anchors.add(new Verdict.Anchor(file.toString(), checkpoint));
      }
      for (VerifierKey witness : witnesses) {
        Witness.signed(checkpoint, witness)
            .map(time -> "%s, seen by %s at %s".formatted(file, witness.name(), time))
            .ifPresent(place -> anchors.add(new Verdict.Anchor(place, checkpoint)));
      }
    }
    return anchors;
  }

  /** Of a file of signed notes, or of what a syslog receiver wrote down. */
  static List<Checkpoint> read(Path file) throws IOException {
    List<Checkpoint> read =
        new ArrayList<>(NoteFile.read(file).notes().stream().map(NoteFile.At::checkpoint).toList());
    if (!read.isEmpty()) {
      return read;
    }
    try (LineReader lines = new LineReader(Files.newInputStream(file))) {
      while (lines.next()) {
        String line =
            new String(
                lines.buffer(),
                lines.offset(),
                lines.length(),
                java.nio.charset.StandardCharsets.UTF_8);
        int at = line.indexOf(IN_JSON);
        if (at >= 0) {
          try (JsonParser json = Lines.JSON.createParser(line.substring(at))) {
            json.nextToken();
            json.nextToken();
            json.nextToken();
            read.add(Checkpoint.parse(json.getText()));
          }
        }
      }
    }
    return read;
  }
}
