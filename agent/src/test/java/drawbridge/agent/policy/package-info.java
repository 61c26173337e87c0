@NullMarked
package drawbridge.agent.policy;

import org.jspecify.annotations.NullMarked;
