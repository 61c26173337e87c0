/** The adapter for SQL databases; the only code with JDBC. */
@NullMarked
package drawbridge.adapters.sql;

import org.jspecify.annotations.NullMarked;
