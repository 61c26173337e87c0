@NullMarked
package drawbridge.audit;

import org.jspecify.annotations.NullMarked;
