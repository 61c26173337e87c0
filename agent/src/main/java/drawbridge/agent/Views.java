package drawbridge.agent;

import drawbridge.adapters.Operation;
import drawbridge.agent.policy.Caller;
import drawbridge.agent.policy.Decision;
import drawbridge.relay.wire.ViewReply;
import drawbridge.relay.wire.ViewReply.Limits;
import drawbridge.relay.wire.ViewReply.Seen;
import drawbridge.relay.wire.ViewReply.SeenOperation;
import drawbridge.relay.wire.ViewRequest;
import drawbridge.tokens.TokenRefused;
import drawbridge.tokens.TokenVerifier;
import java.time.Instant;

/**
 * What a caller may see of what is served: all of an API that a rule shows to it, else the
 * operations that it may call. Asks no source and writes no record: nothing runs.
 */
final class Views {
  private Views() {}

  /** A caller whose token is no good sees nothing, whatever its certificate would show it. */
  static ViewReply of(Served served, String gateway, ViewRequest request, Guards guards) {
    Caller caller =
        new Caller(
            request.getCaller().getSubject(),
            request.getCaller().getIssuer(),
            request.getCaller().getFingerprint());
    TokenVerifier verifier = guards.tokens().orElse(null);
    if (verifier != null && !request.getToken().isEmpty()) {
      try {
        caller = caller.with(verifier.verify(request.getToken()));
      } catch (TokenRefused e) {
        return ViewReply.getDefaultInstance();
      }
    }
    Instant now = guards.clock().instant();
    ViewReply.Builder reply = ViewReply.newBuilder();
    for (Served.Api api : served.apis()) {
      boolean whole = served.policy().views(gateway, caller, api.id(), now);
      Seen.Builder seen = Seen.newBuilder().setApi(api.id()).setWhole(whole);
      for (Operation operation : api.operations()) {
        SeenOperation.Builder one = SeenOperation.newBuilder().setName(operation.name());
        if (served.policy().decide(gateway, caller, operation.id(), now)
            instanceof Decision.Allowed allowed) {
          one.setCallable(true).setLimits(limits(allowed.limits()));
        }
        if (whole) {
          one.addAllRules(served.policy().allowing(operation.id()));
        }
        if (whole || one.getCallable()) {
          seen.addOperations(one);
        }
      }
      if (whole || seen.getOperationsCount() > 0) {
        reply.addApis(seen);
      }
    }
    return reply.build();
  }

  private static Limits limits(drawbridge.agent.policy.Limits limits) {
    return Limits.newBuilder()
        .setCalls(limits.calls().toString())
        .setRows(limits.rows())
        .setBytes(limits.bytes())
        .setSeconds((int) Math.max(1, limits.time().toSeconds()))
        .build();
  }
}
