package drawbridge.ibmi.stub;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.DataInputStream;
import java.net.Socket;

/** Frames by hand, for what JTOpen would never send. */
final class RawClient {
  private RawClient() {}

  /** A connection on which BRIDGE, whose password is {@code secret}, has signed on. */
  static Socket signedOn(HostSystem host, HostService service) throws Exception {
    Socket socket = new Socket(host.settings().address(), host.port(service));
    socket.setSoTimeout(20_000);
    DataInputStream in = new DataInputStream(socket.getInputStream());
    byte[] seed = {1, 2, 3, 4, 5, 6, 7, 8};
    socket.getOutputStream().write(request(service, 0x7001, 1, 8, new Bytes().raw(seed)));
    Frame seeds = Frame.read(in).orElseThrow();
    byte[] substitute = Passwords.substitute(3, "BRIDGE", "secret", seed, seeds.slice(24, 8));
    socket
        .getOutputStream()
        .write(
            request(
                service,
                0x7002,
                1,
                2,
                new Bytes()
                    .int2(0x0300)
                    .field(0x1105, substitute)
                    .field(0x1104, new Bytes().padded("BRIDGE", 10))));
    assertEquals(0, Frame.read(in).orElseThrow().int4(20));
    return socket;
  }

  static byte[] request(HostService service, int id, int correlation, int template, Bytes body) {
    return new Bytes()
        .int4(Frame.HEADER + body.size())
        .int2(0)
        .int2(service.id())
        .int4(0)
        .int4(correlation)
        .int2(template)
        .int2(id)
        .raw(body)
        .toArray();
  }
}
