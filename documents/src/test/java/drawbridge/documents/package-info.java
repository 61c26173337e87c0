@NullMarked
package drawbridge.documents;

import org.jspecify.annotations.NullMarked;
