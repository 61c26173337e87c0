@NullMarked
package drawbridge.relay;

import org.jspecify.annotations.NullMarked;
