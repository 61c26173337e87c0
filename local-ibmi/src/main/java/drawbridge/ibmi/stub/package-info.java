/**
 * A test double of the host servers of an IBM i: sign-on, remote command and program call, data
 * queues, database, files, central, port mapper and the host connection server, on sockets of this
 * machine. Unmodified clients connect to it. Frames are drawn in docs/local-ibmi.md.
 */
@NullMarked
package drawbridge.ibmi.stub;

import org.jspecify.annotations.NullMarked;
