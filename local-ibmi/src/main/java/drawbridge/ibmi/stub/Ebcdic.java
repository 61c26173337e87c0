package drawbridge.ibmi.stub;

import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import java.util.Optional;

/** Coded character sets by their number. */
final class Ebcdic {
  static final Charset CCSID_37 = Charset.forName("IBM037");

  private Ebcdic() {}

  /** Empty: the JDK has none for this number. */
  static Optional<Charset> of(int ccsid) {
    return switch (ccsid) {
      case 0, 37, 65535 -> Optional.of(CCSID_37);
      case 1208 -> Optional.of(StandardCharsets.UTF_8);
      case 1200, 13488, 61952 -> Optional.of(StandardCharsets.UTF_16BE);
      case 819 -> Optional.of(StandardCharsets.ISO_8859_1);
      default ->
          named(String.format(Locale.ROOT, "IBM%03d", ccsid))
              .or(() -> named("IBM0" + ccsid))
              .or(() -> named("x-IBM" + ccsid));
    };
  }

  /** The same, where the text is ours and any set will do. */
  static Charset near(int ccsid) {
    return of(ccsid).orElse(CCSID_37);
  }

  private static Optional<Charset> named(String name) {
    try {
      return Optional.of(Charset.forName(name));
    } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
      return Optional.empty();
    }
  }
}
