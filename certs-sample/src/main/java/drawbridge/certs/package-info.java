@NullMarked
package drawbridge.certs;

import org.jspecify.annotations.NullMarked;
