package drawbridge.agent;

import drawbridge.adapters.FaultException;
import drawbridge.adapters.Operation;
import drawbridge.relay.wire.Argument;
import java.util.List;
import java.util.Map;

/** Turns what travelled into the typed arguments of an action, or says which one is wrong. */
@FunctionalInterface
public interface ArgumentReader {
  /**
   * Reads the arguments of one call.
   *
   * @param given path, query and header arguments
   * @param body empty: none
   * @throws FaultException {@code INVALID_ARGUMENT}, naming the parameter
   */
  Map<String, Object> read(Operation operation, List<Argument> given, byte[] body)
      throws FaultException;
}
