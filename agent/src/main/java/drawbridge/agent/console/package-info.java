/** What people on the agent's own machine may look at: its status, and the console. */
@NullMarked
package drawbridge.agent.console;

import org.jspecify.annotations.NullMarked;
