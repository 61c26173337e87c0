/**
 * The record of every call: JSON lines in segment files, durable before anybody hears of them.
 * docs/audit.md describes the files.
 *
 * <pre>
 * callers ──record()──▶ queue (bounded) ──▶ one writer thread: encode a batch → append → fsync ──▶ wakes the batch's callers
 * </pre>
 */
@NullMarked
package drawbridge.agent.audit;

import org.jspecify.annotations.NullMarked;
