package drawbridge.relay;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import drawbridge.certs.SampleLeaf;
import drawbridge.certs.SampleTokens;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * Speaks what Entra ID speaks where programs sign in: the token endpoint of a tenant by HTTPS, and
 * by plain HTTP what a machine asks for its own identity. Issues tokens for Service Bus by a key of
 * its own, to whom it knows.
 */
final class TokenEndpoint implements AutoCloseable {
  static final String TENANT = SampleTokens.TENANT;
  static final String AUDIENCE = "https://servicebus.azure.net";
  static final String MACHINE = "99999999-0000-0000-0000-000000000009";
  static final String HEADER = "the-secret-header-of-the-machine";

  private final SampleTokens issuer = SampleTokens.create("entra");
  private final String host;
  private final HttpsServer https;
  private final HttpServer machine;
  private final Map<String, X509Certificate> certificates = new HashMap<>();
  private final Map<String, String> federated = new HashMap<>();

  /** Paths and grants that were asked for, in order. */
  final List<String> asked = new CopyOnWriteArrayList<>();

  TokenEndpoint(SampleLeaf server) throws IOException, GeneralSecurityException {
    this(server, "localhost", 0);
  }

  /** As others know it, on loopback all the same. */
  TokenEndpoint(SampleLeaf server, String host, int port)
      throws IOException, GeneralSecurityException {
    this.host = host;
    https = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    https.setHttpsConfigurator(configurator(server));
    https.createContext("/", this::token);
    https.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    https.start();
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    machine = HttpServer.create(any, 0);
    machine.createContext("/", this::ofMachine);
    machine.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    machine.start();
  }

  static HttpsConfigurator configurator(SampleLeaf server) throws GeneralSecurityException {
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(server.keyStore("x"), "x".toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return new HttpsConfigurator(context);
  }

  /** The application may sign in by what this certificate's key signed. */
  void register(String client, X509Certificate certificate) {
    certificates.put(client, certificate);
  }

  /** The application may sign in by this token of its cluster. */
  void federate(String client, String token) {
    federated.put(client, token);
  }

  String authority() {
    return "https://" + host + ":" + https.getAddress().getPort();
  }

  String machineAuthority() {
    return "http://127.0.0.1:" + machine.getAddress().getPort();
  }

  /** For the namespace. */
  String keys() {
    return SampleTokens.keys(issuer);
  }

  private String accessToken(String client) {
    Map<String, Object> claims = SampleTokens.claims(client, Instant.now());
    claims.put("aud", AUDIENCE);
    return issuer.token(claims);
  }

  private void token(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    Map<String, String> form =
        parameters(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    asked.add(path + " " + form.get("grant_type"));
    String client = form.getOrDefault("client_id", "");
    String assertion = form.getOrDefault("client_assertion", "");
    if (!path.equals("/" + TENANT + "/oauth2/v2.0/token")) {
      answer(exchange, 404, "{}");
    } else if (!"client_credentials".equals(form.get("grant_type"))
        || !List.of(form.getOrDefault("scope", "").split(" ")).contains(AUDIENCE + "/.default")
        || !"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            .equals(form.get("client_assertion_type"))) {
      answer(
          exchange,
          400,
          "{\"error\":\"invalid_request\",\"error_description\":\"AADSTS900144 %s\"}"
              .formatted(form.keySet()));
    } else if (assertion.equals(federated.get(client)) || signed(client, assertion)) {
      answer(
          exchange,
          200,
          "{\"token_type\":\"Bearer\",\"expires_in\":3600,\"access_token\":\"%s\"}"
              .formatted(accessToken(client)));
    } else {
      answer(
          exchange,
          401,
          "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS700027: The certificate with"
              + " identifier used to sign the client assertion is not registered on application.\","
              + "\"error_codes\":[700027]}");
    }
  }

  private boolean signed(String client, String assertion) {
    X509Certificate known = certificates.get(client);
    try {
      SignedJWT jwt = SignedJWT.parse(assertion);
      JWTClaimsSet claims = jwt.getJWTClaimsSet();
      return known != null
          && jwt.verify(new RSASSAVerifier((RSAPublicKey) known.getPublicKey()))
          && client.equals(claims.getSubject())
          && client.equals(claims.getIssuer())
          && claims.getAudience().equals(List.of(authority() + "/" + TENANT + "/oauth2/v2.0/token"))
          && Instant.now().isBefore(claims.getExpirationTime().toInstant());
    } catch (ParseException | JOSEException e) {
      return false;
    }
  }

  /** As App Service answers, which wants its header, and as a virtual machine does. */
  private void ofMachine(HttpExchange exchange) throws IOException {
    URI uri = exchange.getRequestURI();
    asked.add(uri.getPath());
    Map<String, String> query = parameters(uri.getRawQuery() == null ? "" : uri.getRawQuery());
    boolean allowed =
        HEADER.equals(exchange.getRequestHeaders().getFirst("X-IDENTITY-HEADER"))
            || uri.getPath().equals("/metadata/identity/oauth2/token")
                && "true".equals(exchange.getRequestHeaders().getFirst("Metadata"));
    if (!allowed || !AUDIENCE.equals(query.get("resource"))) {
      answer(exchange, 400, "{\"error\":\"invalid_request\",\"error_description\":\"not so\"}");
      return;
    }
    long until = Instant.now().plusSeconds(3600).getEpochSecond();
    answer(
        exchange,
        200,
        "{\"access_token\":\"%s\",\"expires_on\":\"%d\",\"expires_in\":\"3600\",\"resource\":\"%s\",\"token_type\":\"Bearer\",\"client_id\":\"%s\"}"
            .formatted(accessToken(MACHINE), until, AUDIENCE, MACHINE));
  }

  private static void answer(HttpExchange exchange, int status, String json) throws IOException {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  private static Map<String, String> parameters(String encoded) {
    Map<String, String> all = new HashMap<>();
    for (String pair : new ArrayList<>(List.of(encoded.split("&")))) {
      String[] parts = pair.split("=", 2);
      if (parts.length == 2) {
        all.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
      }
    }
    return all;
  }

  @Override
  public void close() {
    https.stop(0);
    machine.stop(0);
  }
}
