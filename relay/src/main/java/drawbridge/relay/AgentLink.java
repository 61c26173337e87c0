package drawbridge.relay;

import io.grpc.Channel;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * An open channel to an agent, as the gateway uses it. Thread-safe; whoever made it closes what
 * stands behind it.
 *
 * @param calls the gRPC channel: one TLS connection to this agent and no other
 * @param suspect an answer is overdue: start no new call here
 * @param clock milliseconds of this end's channel clock, for {@code Head.clock}
 * @param ask has the channel find out whether the agent is still there: while nothing is sent it
 *     need not notice
 */
public record AgentLink(
    String site,
    String agent,
    Channel calls,
    BooleanSupplier suspect,
    LongSupplier clock,
    Runnable ask) {}
