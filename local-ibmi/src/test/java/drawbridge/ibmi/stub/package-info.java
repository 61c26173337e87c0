@NullMarked
package drawbridge.ibmi.stub;

import org.jspecify.annotations.NullMarked;
