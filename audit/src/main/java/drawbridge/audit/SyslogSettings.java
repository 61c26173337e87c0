package drawbridge.audit;

import drawbridge.settings.Section;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The section {@code audit.syslog}. Immutable.
 *
 * @param host to connect to; its certificate must name it
 * @param trust CAs that issue the receiver's certificate, PEM
 * @param certificate of ours, where the receiver asks for one, PEM
 * @param key of that certificate, PKCS #8 in PEM
 */
public record SyslogSettings(
    String host, int port, Path trust, Optional<Path> certificate, Optional<Path> key) {
  static final int PORT = 6514;

  static SyslogSettings read(Section syslog) {
    SyslogSettings read =
        new SyslogSettings(
            syslog.text("host"),
            syslog.integer("port", 1, 65_535, PORT),
            syslog.existing("trust"),
            syslog.has("certificate")
                ? Optional.of(syslog.existing("certificate"))
                : Optional.empty(),
            syslog.has("key") ? Optional.of(syslog.existing("key")) : Optional.empty());
    if (read.certificate.isPresent() != read.key.isPresent()) {
      throw syslog.wrong(
          read.key.isPresent() ? "key" : "certificate",
          "certificate and key belong together",
          "write both, or none");
    }
    syslog.done();
    return read;
  }
}
