@NullMarked
package drawbridge.acceptance;

import org.jspecify.annotations.NullMarked;
