/**
 * Who holds a token of Entra ID: read, verified and turned into claims, in the same way on both
 * ends of a channel. Knows nothing of calls and rules.
 */
@NullMarked
package drawbridge.tokens;

import org.jspecify.annotations.NullMarked;
