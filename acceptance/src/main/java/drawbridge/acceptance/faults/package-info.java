/**
 * What the bridge does on bad days: a steady load, a fault, and an account of every call kept
 * against the database and the audit logs.
 */
@NullMarked
package drawbridge.acceptance.faults;

import org.jspecify.annotations.NullMarked;
