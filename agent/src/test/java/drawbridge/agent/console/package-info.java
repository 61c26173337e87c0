@NullMarked
package drawbridge.agent.console;

import org.jspecify.annotations.NullMarked;
