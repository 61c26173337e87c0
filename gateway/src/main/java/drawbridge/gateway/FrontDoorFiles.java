package drawbridge.gateway;

import drawbridge.settings.SettingsException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The front door's certificate, and whom it believes, as the files have it now. Whoever looks after
 * it calls {@link #look} every few seconds. New files that are wrong, or only half replaced yet,
 * leave what was before in force, with a warning. Thread-safe.
 */
final class FrontDoorFiles {
  private static final System.Logger LOG = System.getLogger("drawbridge.gateway.tls");

  private final GatewaySettings.Listen listen;
  private final GatewaySettings.Certificates callers;
  private final InstantSource clock;
  private final List<Path> files;
  private List<ByteBuffer> content;
  private String complaint = "";
  private volatile Front front;

  /**
   * Reads the files.
   *
   * @throws SettingsException names the file that is wrong
   */
  FrontDoorFiles(
      GatewaySettings.Listen listen, GatewaySettings.Certificates callers, InstantSource clock) {
    this.listen = listen;
    this.callers = callers;
    this.clock = clock;
    this.files =
        Stream.concat(
                Stream.of(listen.certificate(), listen.key(), callers.trust()),
                callers.crl().stream())
            .toList();
    // Before the files are read: what is replaced in between is then found at the next look.
    this.content = hashes();
    this.front = Front.read(listen, callers);
  }

  /** As it was found at the last look. */
  Front now() {
    return front;
  }

  Instant instant() {
    return clock.instant();
  }

  /** Reads the files again where one of them has changed. */
  synchronized void look() {
    try {
      List<ByteBuffer> found = hashes();
      if (!found.equals(content)) {
        // Kept only once it was found right: what is wrong now may be right at the next look.
        Front read = Front.read(listen, callers);
        front = read;
        content = found;
        LOG.log(
            Level.INFO,
            "files of the front door read again: certificate until {0}; callers are judged anew",
            read.notAfter());
      }
      complaint = "";
    } catch (SettingsException e) {
      if (!complaint.equals(e.getMessage())) {
        complaint = String.valueOf(e.getMessage());
        LOG.log(
            Level.WARNING,
            "the new files of the front door cannot be used, the old ones stay in force: {0}",
            complaint);
      }
    }
  }

  /** What keeps new files from being used; empty: nothing does. */
  synchronized String complaint() {
    return complaint;
  }

  private List<ByteBuffer> hashes() {
    List<ByteBuffer> hashes = new ArrayList<>();
    for (Path file : files) {
      try (InputStream in = Files.newInputStream(file)) {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        long ignored =
            new DigestInputStream(in, digest).transferTo(java.io.OutputStream.nullOutputStream());
        hashes.add(ByteBuffer.wrap(digest.digest()));
      } catch (IOException | GeneralSecurityException e) {
        throw new SettingsException(
            file,
            1,
            "",
            "cannot be read (" + e.getClass().getSimpleName() + ")",
            "give this program's user the right to read it",
            e);
      }
    }
    return hashes;
  }
}
