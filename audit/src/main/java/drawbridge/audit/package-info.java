/**
 * The record of every call: JSON lines in segment files, durable before anybody hears of them, and
 * a signed Merkle tree over them. docs/audit.md describes the files.
 *
 * <pre>
 * callers ──record()──▶ queue (bounded) ──▶ one writer thread: encode a batch → tree → append → fsync ──▶ wakes the batch's callers
 *                                                  └─ at most a second later: checkpoint → fsync ──▶ gateways, syslog
 * </pre>
 */
@NullMarked
package drawbridge.audit;

import org.jspecify.annotations.NullMarked;
