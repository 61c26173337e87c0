package drawbridge.ibmi.stub;

import java.io.IOException;

/** Tells CCSID and version, and grants licences. */
final class CentralServer implements HostServer {
  private static final int ATTRIBUTES = 0x1301;
  private static final int END = 0x1400;

  private final HostConnection connection;

  CentralServer(HostConnection connection) {
    this.connection = connection;
  }

  @Override
  public boolean serve(Frame frame) throws IOException {
    HostSettings settings = connection.host().settings();
    switch (frame.request()) {
      case ATTRIBUTES ->
          connection.send(
              frame.reply(
                  0x1301,
                  22,
                  new Bytes()
                      .zeros(8)
                      .int4(settings.ccsid())
                      .int4(settings.vrm())
                      .int2(1)
                      .int2(1)
                      .int2(1)));
      case END -> {
        return false;
      }
      default ->
          throw new Frame.BadFrame("central request " + Integer.toHexString(frame.request()));
    }
    return true;
  }
}
