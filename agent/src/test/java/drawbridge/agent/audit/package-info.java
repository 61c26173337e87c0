@NullMarked
package drawbridge.agent.audit;

import org.jspecify.annotations.NullMarked;
