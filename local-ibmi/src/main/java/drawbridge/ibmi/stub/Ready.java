package drawbridge.ibmi.stub;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the ready file says, as JSON: names and numbers only, so nothing needs escaping. */
final class Ready {
  private Ready() {}

  static String json(HostSystem host) {
    return "{\"address\": \""
        + host.name()
        + "\", \"ports\": {"
        + ports(host, false)
        + "}, \"tlsPorts\": {"
        + ports(host, true)
        + "}, \"pid\": "
        + ProcessHandle.current().pid()
        + "}";
  }

  /** By the names that sources.yaml has for them. */
  private static String ports(HostSystem host, boolean tls) {
    return Stream.of(HostService.values())
        .filter(service -> host.listens(service, tls))
        .map(
            service ->
                "\""
                    + service.name().toLowerCase(Locale.ROOT).replace('_', '-')
                    + "\": "
                    + (tls ? host.tlsPort(service) : host.port(service)))
        .collect(Collectors.joining(", "));
  }
}
