package drawbridge.agent;

import drawbridge.adapters.Operation;
import drawbridge.agent.policy.Caller;
import drawbridge.agent.policy.Decision;
import drawbridge.relay.wire.ViewReply;
import drawbridge.relay.wire.ViewReply.Limits;
import drawbridge.relay.wire.ViewReply.Seen;
import drawbridge.relay.wire.ViewReply.SeenOperation;
import drawbridge.relay.wire.ViewRequest;

/**
 * What a caller may see of what is served: all of an API that a rule shows to it, else the
 * operations that it may call. Asks no source and writes no record: nothing runs.
 */
final class Views {
  private Views() {}

  static ViewReply of(Served served, String gateway, ViewRequest request) {
    Caller caller =
        new Caller(
            request.getCaller().getSubject(),
            request.getCaller().getIssuer(),
            request.getCaller().getFingerprint());
    ViewReply.Builder reply = ViewReply.newBuilder();
    for (Served.Api api : served.apis()) {
      boolean whole = served.policy().views(gateway, caller, api.id());
      Seen.Builder seen = Seen.newBuilder().setApi(api.id()).setWhole(whole);
      for (Operation operation : api.operations()) {
        SeenOperation.Builder one = SeenOperation.newBuilder().setName(operation.name());
        if (served.policy().decide(gateway, caller, operation.id())
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
