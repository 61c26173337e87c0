package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Somebody who may send to the mailboxes, and claims to be a peer, but does not know the channel's
 * id: it changes nothing.
 */
@Timeout(60)
abstract class ForgeryContract {
  static final String AGENT = "drawbridge.site.agent";
  static final String GATEWAY = "drawbridge.gateway";

  static final String ATTACKER = "drawbridge.site.attacker";

  private final LinkedBlockingQueue<RelaySocket> arrived = new LinkedBlockingQueue<>();
  private Carrier attacker;
  private Endpoint agent;
  private Endpoint gateway;
  private RelaySocket opener;
  private RelaySocket acceptor;

  abstract Carrier carrier(String mailbox);

  abstract void stopCarriers();

  @BeforeEach
  void openAChannel() throws Exception {
    attacker = carrier(ATTACKER);
    attacker.start(
        new Carrier.Receiver() {
          @Override
          public void message(Message message) {}

          @Override
          public void link(boolean healthy) {}
        });
    gateway =
        new Endpoint(
            GATEWAY, Set.of(AGENT), carrier(GATEWAY), true, arrived::add, m -> {}, m -> {});
    agent = new Endpoint(AGENT, Set.of(GATEWAY), carrier(AGENT), false, s -> {}, m -> {}, m -> {});
    gateway.start();
    agent.start();
    opener = agent.open(GATEWAY);
    assertTrue(opener.awaitOpen(10_000));
    RelaySocket confirmed = arrived.poll(10, TimeUnit.SECONDS);
    assertTrue(confirmed != null);
    acceptor = confirmed;
    assertTrue(gateway.proven(acceptor));
    exchange(1);
  }

  @AfterEach
  void end() {
    agent.close();
    gateway.close();
    attacker.close();
    stopCarriers();
  }

  private void exchange(int number) throws Exception {
    new DataOutputStream(opener.getOutputStream()).writeInt(number);
    assertEquals(number, new DataInputStream(acceptor.getInputStream()).readInt());
    new DataOutputStream(acceptor.getOutputStream()).writeInt(number + 1);
    assertEquals(number + 1, new DataInputStream(opener.getInputStream()).readInt());
  }

  private void forge(Kind kind, UUID channel, long number, String to, String claimed) {
    byte[] body = kind == Kind.DATA ? new byte[] {1} : Message.NO_BODY;
    attacker.send(
        to,
        new Message(kind, channel, number, number, number, number, number, number, claimed, body),
        taken -> {});
  }

  @Test
  void everyKindWithAnIdOfItsOwnChangesNothing() throws Exception {
    Random random = new Random(9);
    int number = 0;
    for (Kind kind : Kind.values()) {
      for (int i = 0; i < 50; i++) {
        UUID channel = i == 0 ? Message.NO_CHANNEL : new UUID(random.nextLong(), random.nextLong());
        long said = i % 2 == 0 ? i : random.nextLong() >>> 1;
        forge(kind, channel, said, GATEWAY, AGENT);
        forge(kind, channel, said, AGENT, GATEWAY);
        forge(kind, channel, said, GATEWAY, ATTACKER);
      }
      exchange(number += 100);
    }
    assertNull(opener.live().end(), "the opener's end lives");
    assertNull(acceptor.live().end(), "the acceptor's end lives");
  }

  @Test
  void theRightIdFromTheWrongMailboxChangesNothing() throws Exception {
    UUID id = opener.live().channel().id;
    int number = 0;
    for (Kind kind : new Kind[] {Kind.RESET, Kind.CLOSED, Kind.CLOSE, Kind.SUPERSEDED, Kind.DATA}) {
      forge(kind, id, 0, GATEWAY, ATTACKER);
      forge(kind, id, 0, GATEWAY, GATEWAY);
      forge(kind, id, 0, AGENT, AGENT);
      exchange(number += 100);
    }
    assertNull(opener.live().end());
    assertNull(acceptor.live().end());
  }

  @Test
  void aFloodOfOpensIsBoundedAndHonestOpensStillGetThrough() throws Exception {
    Random random = new Random(3);
    for (int i = 0; i < 2_000; i++) {
      forge(Kind.OPEN, new UUID(random.nextLong(), random.nextLong()), i, GATEWAY, AGENT);
    }
    exchange(7);
    assertTrue(
        gateway.channels() <= 1 + Constants.HALF_OPEN_PER_PEER,
        "half-open channels: " + gateway.channels());
    RelaySocket honest = agent.open(GATEWAY);
    assertTrue(honest.awaitOpen(15_000), "the agent is shut out");
  }

  @Test
  void impossibleNumbersFromTheTruePeerAreDropped() throws Exception {
    UUID id = opener.live().channel().id;
    long incarnation = acceptor.live().channel().peerIncarnation();
    attacker.send(
        GATEWAY,
        new Message(
            Kind.ACK, id, 0, 1_000_000, Long.MAX_VALUE, 0, incarnation, 0, AGENT, Message.NO_BODY),
        taken -> {});
    attacker.send(
        GATEWAY,
        new Message(Kind.DATA, id, 1_000, 0, 0, 0, incarnation, 0, AGENT, new byte[] {1, 2, 3}),
        taken -> {});
    exchange(9);
    assertNull(acceptor.live().end());
  }
}
