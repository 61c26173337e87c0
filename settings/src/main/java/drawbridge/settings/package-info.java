@NullMarked
package drawbridge.settings;

import org.jspecify.annotations.NullMarked;
