package drawbridge.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import drawbridge.relay.wire.Catalogue;
import drawbridge.relay.wire.Source;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * {@code /healthz}: the process runs. {@code /readyz}: every site has an agent that takes calls;
 * both say what they see of the agents. {@code /metrics}: for Prometheus.
 */
final class PrivatePort {
  private static final JsonFactory JSON = new JsonFactory();

  private final GatewaySettings settings;
  private final Agents agents;
  private final Measures measures;
  private final Records records;
  private final BooleanSupplier draining;
  private final Supplier<List<String>> problems;
  private final Supplier<String> way;

  /**
   * @param draining no more calls should be sent here
   * @param problems that somebody should see to, by now
   * @param way to Service Bus, by now
   */
  PrivatePort(
      GatewaySettings settings,
      Agents agents,
      Measures measures,
      Records records,
      BooleanSupplier draining,
      Supplier<List<String>> problems,
      Supplier<String> way) {
    this.settings = settings;
    this.agents = agents;
    this.measures = measures;
    this.records = records;
    this.draining = draining;
    this.problems = problems;
    this.way = way;
  }

  void routes(HttpRouting.Builder routing) {
    routing.get("/healthz", (request, response) -> send(response, true));
    routing.get("/readyz", (request, response) -> send(response, ready()));
    routing.get(
        "/metrics",
        (request, response) -> {
          response.header(HeaderNames.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
          response.send(measures.text());
        });
  }

  private boolean ready() {
    return !draining.getAsBoolean()
        && records.healthy()
        && agents.sites().stream().allMatch(PrivatePort::ready);
  }

  private static boolean ready(Site site) {
    return site.links().stream().anyMatch(link -> link.described() && link.good());
  }

  private void send(ServerResponse response, boolean well) {
    response.status(well ? Status.OK_200 : Status.SERVICE_UNAVAILABLE_503);
    response.header(HeaderNames.CONTENT_TYPE, "application/json");
    response.send(report(well));
  }

  private byte[] report(boolean well) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("status", well ? "up" : "down");
      json.writeStringField("gateway", settings.name());
      json.writeStringField("version", Gateway.VERSION);
      json.writeBooleanField("audit", records.healthy());
      json.writeStringField("way", way.get());
      strings(json, "problems", problems.get());
      json.writeObjectFieldStart("sites");
      for (Site site : agents.sites()) {
        json.writeObjectFieldStart(site.name());
        json.writeBooleanField("ready", ready(site));
        json.writeArrayFieldStart("agents");
        for (Link link : site.links()) {
          agent(json, link);
        }
        json.writeEndArray();
        json.writeEndObject();
      }
      json.writeEndObject();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail", e);
    }
    return bytes.toByteArray();
  }

  private static void strings(JsonGenerator json, String name, List<String> values)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (String value : values) {
      json.writeString(value);
    }
    json.writeEndArray();
  }

  private static void agent(JsonGenerator json, Link link) throws IOException {
    Catalogue catalogue = link.offer().catalogue();
    json.writeStartObject();
    json.writeStringField("name", link.agent().agent());
    json.writeBooleanField("takesCalls", link.described() && link.good());
    json.writeBooleanField("suspect", link.suspect());
    json.writeBooleanField("draining", catalogue.getDraining());
    json.writeNumberField("callsInFlight", link.inFlight());
    json.writeStringField("version", catalogue.getVersion());
    json.writeStringField("digest", catalogue.getDigest());
    json.writeNumberField("certificateDays", catalogue.getCertificateDays());
    strings(json, "problems", catalogue.getProblemsList());
    json.writeObjectFieldStart("sources");
    for (Source source : catalogue.getSourcesList()) {
      json.writeObjectFieldStart(source.getName());
      json.writeBooleanField("available", source.getAvailable());
      json.writeStringField("detail", source.getDetail());
      json.writeEndObject();
    }
    json.writeEndObject();
    json.writeEndObject();
  }
}
