package drawbridge.relay;

import io.grpc.Context;
import java.util.function.LongUnaryOperator;

/**
 * The channel by which a call reached the agent: who sent it, proven by TLS, and how long it was
 * under way.
 *
 * @param gateway the name in the gateway's certificate
 * @param elapsed from the {@code Head.clock} of a call to the milliseconds that have passed since
 *     it was written
 */
public record GatewayLink(String gateway, LongUnaryOperator elapsed) {
  /** Set in the gRPC context of every call that the agent serves. */
  public static final Context.Key<GatewayLink> KEY = Context.key("drawbridge-gateway-link");
}
