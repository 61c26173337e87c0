package drawbridge.ibmi.stub;

import java.io.IOException;
import java.security.GeneralSecurityException;

/** What answers the frames of one connection, one after the other. */
interface HostServer extends AutoCloseable {
  /** Answers, or not, as the frame wants; false: the client has said that it is done. */
  boolean serve(Frame frame) throws IOException, GeneralSecurityException, InterruptedException;

  /** The connection has ended. */
  @Override
  default void close() {}
}
