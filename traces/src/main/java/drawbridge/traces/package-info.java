/**
 * Spans of calls, sent to a collector of OpenTelemetry where the admin names one. Knows nothing of
 * what a call is; its users see to it that no row, parameter or secret becomes an attribute.
 */
@NullMarked
package drawbridge.traces;

import org.jspecify.annotations.NullMarked;
