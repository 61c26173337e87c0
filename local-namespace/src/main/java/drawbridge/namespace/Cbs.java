package drawbridge.namespace;

import java.util.HashMap;
import java.util.Map;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/** Claims-based security: the node where clients put their tokens. Belongs to the event loop. */
final class Cbs implements RequestNode {
  private static final int ACCEPTED = 202;
  private static final int BAD_REQUEST = 400;
  private static final int UNAUTHORIZED = 401;
  private static final int NOT_FOUND = 404;

  private final Namespace namespace;
  private final SasTokens sas;
  private final @Nullable JwtTokens jwt;

  Cbs(Namespace namespace, SasTokens sas, @Nullable JwtTokens jwt) {
    this.namespace = namespace;
    this.sas = sas;
    this.jwt = jwt;
  }

  @Override
  public Message answer(ClientConnection connection, Message request) {
    if (!RequestNode.property(request, "operation").equals("put-token")) {
      return status(BAD_REQUEST, "The only operation here is put-token.");
    }
    Address address = Address.of(RequestNode.property(request, "name"));
    Object token = request.getBody() instanceof AmqpValue body ? body.getValue() : null;
    if (!(token instanceof String text)) {
      return status(BAD_REQUEST, "MalformedToken: The token is no string.");
    }
    try {
      Grants.Grant grant = check(text, address);
      if (namespace.access().denied(grant.name())) {
        return status(UNAUTHORIZED, AmqpError.revoked(grant.name()).description());
      }
      if (!address.queue().isEmpty()
          && namespace.queue(address) == null
          && grant.permissions().allows(address.queue(), Right.MANAGE)) {
        return status(NOT_FOUND, AmqpError.notFound(address.queue()).description());
      }
      return connection.grants().put(address, grant)
          ? status(ACCEPTED, "Accepted")
          : status(BAD_REQUEST, "Too many tokens on one connection.");
    } catch (InvalidToken e) {
      return status(UNAUTHORIZED, String.valueOf(e.getMessage()));
    }
  }

  /** By its own look, since SDKs in emulator mode and others name the type differently. */
  Grants.Grant check(String token, Address address) throws InvalidToken {
    if (token.startsWith("SharedAccessSignature ")) {
      return sas.check(token, address);
    }
    if (jwt == null) {
      throw new InvalidToken("InvalidToken: This namespace takes shared access signatures only.");
    }
    return jwt.check(token);
  }

  private static Message status(int code, String description) {
    Map<String, Object> properties = new HashMap<>();
    properties.put("status-code", code);
    properties.put("status-description", description);
    return RequestNode.reply(properties, null);
  }
}
