package drawbridge.gateway;

import drawbridge.relay.wire.Operation;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerResponse;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/**
 * Tells callers on every reply that an operation is deprecated (RFC 9745) and when it ends (RFC
 * 8594).
 */
final class Retirement {
  private static final HeaderName DEPRECATION = HeaderNames.create("Deprecation");
  private static final HeaderName SUNSET = HeaderNames.create("Sunset");

  private Retirement() {}

  static void tell(Operation operation, ServerResponse response) {
    if (!operation.getDeprecated().isEmpty()) {
      date(operation.getDeprecated())
          .ifPresent(date -> response.header(DEPRECATION, "@" + date.toEpochSecond()));
    }
    if (!operation.getSunset().isEmpty()) {
      date(operation.getSunset())
          .ifPresent(
              date -> response.header(SUNSET, DateTimeFormatter.RFC_1123_DATE_TIME.format(date)));
    }
  }

  /** What an agent says wrongly is not told. */
  private static Optional<ZonedDateTime> date(String text) {
    try {
      return Optional.of(LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
