/** The example of docs/new-adapter.md, compiled and run. */
@NullMarked
package drawbridge.adapters.example;

import org.jspecify.annotations.NullMarked;
