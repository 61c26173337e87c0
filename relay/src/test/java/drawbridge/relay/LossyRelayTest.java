package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Calls over a carrier that loses messages, and over one in an attacker's hands. */
final class LossyRelayTest extends RelayContract {
  private final LossyCarriers carriers = new LossyCarriers(7, 0.01, 0.05);

  @Override
  Carrier carrier(String mailbox) {
    return carriers.at(mailbox);
  }

  @Override
  void stopCarriers() {
    carriers.close();
  }

  @Test
  void anAlteredByteEndsTheChannelAsASecurityEventAndReachesNoCall() throws Exception {
    AgentLink link = harness.link();
    assertEquals("before", call(link, "before").get(30, TimeUnit.SECONDS));
    AtomicBoolean done = new AtomicBoolean();
    carriers.meddle(
        message -> {
          if (message.kind() != Kind.DATA
              || !message.mailbox().equals(harness.mailboxOfGateway())
              || !done.compareAndSet(false, true)) {
            return message;
          }
          byte[] body = message.body().clone();
          body[body.length - 1] ^= 1;
          return new Message(
              message.kind(),
              message.channel(),
              message.seq(),
              message.ack(),
              message.limit(),
              message.clock(),
              message.from(),
              message.to(),
              message.mailbox(),
              body);
        });
    assertThrows(
        ExecutionException.class, () -> call(link, "altered under way").get(60, TimeUnit.SECONDS));
    harness.await("security");
    assertEquals("after", call(harness.link(), "after").get(30, TimeUnit.SECONDS));
  }
}
