@NullMarked
package drawbridge.adapters.ibmi.layout;

import org.jspecify.annotations.NullMarked;
