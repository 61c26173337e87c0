/** Which caller may call what, with which budgets. Knows nothing of calls, sources or the wire. */
@NullMarked
package drawbridge.agent.policy;

import org.jspecify.annotations.NullMarked;
