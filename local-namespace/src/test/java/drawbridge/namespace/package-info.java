@NullMarked
package drawbridge.namespace;

import org.jspecify.annotations.NullMarked;
