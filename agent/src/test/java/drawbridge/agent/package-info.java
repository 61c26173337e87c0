@NullMarked
package drawbridge.agent;

import org.jspecify.annotations.NullMarked;
