/**
 * Measures the bridge side by side with what it is compared to; docs/benchmarks.md has the figures.
 */
@NullMarked
package drawbridge.acceptance.bench;

import org.jspecify.annotations.NullMarked;
