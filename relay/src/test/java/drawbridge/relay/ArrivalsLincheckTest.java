package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Sockets on their way to the server: each is accepted once, and closing wakes who accepts. */
@Tag("instrumented")
final class ArrivalsLincheckTest {
  private static Socket socket() {
    return RelaySocket.over(StillChannel.open(StillChannel.ONE_BY_ONE).live, StillChannel.OWN);
  }

  @Test
  void whatIsOfferedIsAccepted() {
    Schedules.check(
        () -> {
          Calls.Arrivals arrivals = Schedules.shared(new Calls.Arrivals());
          ServerSocket listener = arrivals.createServerSocket();
          Socket one = socket();
          Schedules.together(
              () -> assertEquals(true, arrivals.offer(one)),
              () -> assertSame(one, listener.accept()));
        });
  }

  @Test
  void closingEndsTheWaitAndTheOffers() {
    Schedules.check(
        () -> {
          Calls.Arrivals arrivals = Schedules.shared(new Calls.Arrivals());
          ServerSocket listener = arrivals.createServerSocket();
          List<Socket> accepted = new ArrayList<>();
          List<Boolean> taken = new ArrayList<>();
          Schedules.together(
              () -> {
                try {
                  while (true) {
                    accepted.add(listener.accept());
                  }
                } catch (SocketException e) {
                  // the end, as gRPC's loop of accepting ends
                }
              },
              () -> taken.add(arrivals.offer(socket())),
              listener::close);
          assertFalse(arrivals.offer(socket()), "an offer to a server that is gone");
          assertEquals(false, accepted.size() > taken.stream().filter(t -> t).count());
        });
  }

  static {
    try {
      // Native parts of sockets are loaded before threads are looked at.
      new ServerSocket().close();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
