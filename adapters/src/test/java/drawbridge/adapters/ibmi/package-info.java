@NullMarked
package drawbridge.adapters.ibmi;

import org.jspecify.annotations.NullMarked;
