@NullMarked
package drawbridge.gateway;

import org.jspecify.annotations.NullMarked;
