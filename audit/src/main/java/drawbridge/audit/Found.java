package drawbridge.audit;

import java.nio.file.Path;
import java.time.Instant;

/**
 * A record that was found.
 *
 * @param folder of its log
 * @param seq number in that log, from 1
 * @param line JSON, to the byte what the tree's leaf is of
 */
public record Found(Path folder, long seq, Instant time, String line) {}
