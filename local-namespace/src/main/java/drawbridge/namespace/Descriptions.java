package drawbridge.namespace;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the service's management API says of a queue over HTTP: its settings and what it holds, as
 * an Atom entry. That is all of it: there is nothing to list, to make or to change. Belongs to the
 * event loop.
 */
final class Descriptions {
  /**
   * An answer of HTTP.
   *
   * @param status code and reason
   * @param body XML, or empty
   */
  record Answer(String status, String body) {}

  /** To a name that nobody has, the service answers with the list of what is public: nothing. */
  private static final String NOTHING =
      """
      <feed xmlns="http://www.w3.org/2005/Atom"><title type="text">Publicly Listed Services</title></feed>
      """;

  private final Namespace namespace;

  Descriptions(Namespace namespace) {
    this.namespace = namespace;
  }

  /**
   * Answers a GET.
   *
   * @param path without a query
   * @param authorization the header; empty: there is none
   */
  Answer answer(String path, String authorization) {
    Grants.Grant grant;
    Address address;
    try {
      address = Address.of(URLDecoder.decode(path, StandardCharsets.UTF_8));
      if (authorization.isEmpty()) {
        return refusal(401, "Unauthorized", "MissingToken: The authorization header is missing.");
      }
      grant = namespace.cbs().check(authorization.replaceFirst("^Bearer ", ""), address);
    } catch (InvalidToken e) {
      return refusal(401, "Unauthorized", String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      return refusal(400, "Bad Request", "The path is not URL-encoded.");
    }
    if (namespace.access().denied(grant.name())) {
      return refusal(401, "Unauthorized", AmqpError.revoked(grant.name()).description());
    }
    if (!namespace.budget().take(1)) {
      return refusal(503, "Service Unavailable", AmqpError.busy().description());
    }
    Queue queue = namespace.queue(new Address(address.queue(), Address.Node.MESSAGES));
    if (queue == null) {
      return new Answer("200 OK", NOTHING);
    }
    if (!namespace.access().allows(grant, queue.baseName(), Right.MANAGE)) {
      return refusal(401, "Unauthorized", "Manage,EntityRead claims required for this operation.");
    }
    return new Answer("200 OK", entry(queue));
  }

  private static Answer refusal(int code, String reason, String detail) {
    return new Answer(
        code + " " + reason,
        "<Error><Code>%d</Code><Detail>%s</Detail></Error>\n".formatted(code, text(detail)));
  }

  private static String entry(Queue queue) {
    QueueSettings settings = queue.settings();
    NamespaceStats.QueueStats stats = queue.stats();
    int active = stats.depth() + stats.locked();
    Map<String, String> elements = new LinkedHashMap<>();
    elements.put("LockDuration", settings.lock().toString());
    elements.put("MaxSizeInMegabytes", Long.toString(Math.max(1, settings.maxSize() >> 20)));
    elements.put("RequiresDuplicateDetection", "false");
    elements.put("RequiresSession", "false");
    elements.put("DefaultMessageTimeToLive", settings.timeToLive().toString());
    elements.put(
        "DeadLetteringOnMessageExpiration", Boolean.toString(settings.deadLetterOnExpiry()));
    elements.put("MaxDeliveryCount", Integer.toString(settings.maxDelivery()));
    elements.put("EnableBatchedOperations", "true");
    elements.put("SizeInBytes", Long.toString(stats.bytes()));
    elements.put("MessageCount", Integer.toString(active + stats.deadLetters()));
    elements.put("Status", "Active");
    elements.put("AutoDeleteOnIdle", "P10675199DT2H48M5.4775807S");
    elements.put("EnablePartitioning", "false");
    elements.put("EntityAvailabilityStatus", "Available");
    elements.put("MaxMessageSizeInKilobytes", Integer.toString(settings.maxMessage() >> 10));
    elements.putAll(settings.described());
    StringBuilder text = new StringBuilder();
    elements.forEach(
        (name, value) -> {
          text.append('<').append(name).append('>').append(text(value));
          text.append("</").append(name).append('>');
        });
    return """
        <?xml version="1.0" encoding="utf-8"?>
        <entry xmlns="http://www.w3.org/2005/Atom">\
        <id>sb://local/%1$s</id><title type="text">%1$s</title><content type="application/xml">\
        <QueueDescription xmlns="http://schemas.microsoft.com/netservices/2010/10/servicebus/connect">\
        %2$s%3$s</QueueDescription></content></entry>
        """
        .formatted(queue.baseName(), text, counts(active, stats.deadLetters()));
  }

  private static String counts(int active, int dead) {
    return """
    <CountDetails xmlns:d2p1="http://schemas.microsoft.com/netservices/2011/06/servicebus">\
    <d2p1:ActiveMessageCount>%d</d2p1:ActiveMessageCount>\
    <d2p1:DeadLetterMessageCount>%d</d2p1:DeadLetterMessageCount>\
    <d2p1:ScheduledMessageCount>0</d2p1:ScheduledMessageCount>\
    <d2p1:TransferMessageCount>0</d2p1:TransferMessageCount>\
    <d2p1:TransferDeadLetterMessageCount>0</d2p1:TransferDeadLetterMessageCount>\
    </CountDetails>"""
        .formatted(active, dead);
  }

  private static String text(String value) {
    return value.replace("&", "&amp;").replace("<", "&lt;");
  }
}
