@NullMarked
package drawbridge.adapters;

import org.jspecify.annotations.NullMarked;
