package drawbridge.gateway;

import drawbridge.relay.wire.Caller;
import drawbridge.relay.wire.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.util.List;

/**
 * Where a call says that it comes from, for the audit logs: nobody proved any of it, and nothing is
 * decided by it.
 */
final class From {
  private static final int LONGEST = 256;

  /** What proxies add, and what Logic Apps and Power Automate say of the run that calls. */
  static final List<String> HEADERS =
      List.of(
          "x-forwarded-for",
          "x-ms-workflow-id",
          "x-ms-workflow-name",
          "x-ms-workflow-run-id",
          "x-ms-workflow-run-tracking-id",
          "x-ms-workflow-operation-name",
          "x-ms-workflow-subscription-id",
          "x-ms-workflow-resourcegroup-name",
          "x-ms-client-request-id",
          "x-ms-user-agent");

  private static final List<HeaderName> NAMES = HEADERS.stream().map(HeaderNames::create).toList();

  private From() {}

  /** The caller with those of the headers that came. */
  static Caller of(Caller proven, ServerRequest request) {
    Caller.Builder caller = null;
    for (HeaderName name : NAMES) {
      String value = request.headers().value(name).orElse("");
      if (!value.isEmpty()) {
        caller = caller == null ? proven.toBuilder() : caller;
        caller.addHeaders(
            Header.newBuilder()
                .setName(name.lowerCase())
                .setValue(value.length() > LONGEST ? value.substring(0, LONGEST) : value));
      }
    }
    return caller == null ? proven : caller.build();
  }
}
