/** The adapter for IBM i: the only code with JTOpen. */
@NullMarked
package drawbridge.adapters.ibmi;

import org.jspecify.annotations.NullMarked;
