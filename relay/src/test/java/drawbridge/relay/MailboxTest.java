package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a mailbox keeps of its channels. */
final class MailboxTest implements Mailbox.Host {
  private static final String AGENT = "drawbridge.site.agent";

  private final List<Channel> accepted = new ArrayList<>();
  private final List<Message> told = new ArrayList<>();
  private final Mailbox mailbox =
      new Mailbox("drawbridge.gateway", 1, Tuning.STANDARD, this, new Random(1));

  private Channel accept(long opening, long incarnation) {
    mailbox.peers(Set.of(AGENT), true);
    mailbox.receive(
        new Message(
            Kind.OPEN,
            new UUID(incarnation, opening),
            opening,
            0,
            0,
            0,
            incarnation,
            0,
            AGENT,
            Message.NO_BODY),
        0);
    return accepted.getLast();
  }

  @Test
  void aChannelThatEndsBeforeItsProofIsNotKept() {
    Channel channel = accept(1, 9);
    channel.abort(Channel.End.RESET_BY_PEER);
    mailbox.forget(channel, 0);
    mailbox.proven(channel);
    assertEquals(0, mailbox.provenChannels());
    assertEquals(List.of(), mailbox.channels());
  }

  @Test
  void aProvenChannelIsKeptUntilItEnds() {
    Channel channel = accept(1, 9);
    assertTrue(mailbox.proven(channel));
    assertEquals(1, mailbox.provenChannels());
    mailbox.forget(channel, 0);
    assertEquals(0, mailbox.provenChannels());
  }

  @Test
  void whicheverIsProvedFirstTheLaterOpeningStays() {
    Channel older = accept(1, 9);
    Channel newer = accept(2, 9);
    assertTrue(mailbox.proven(newer));
    assertEquals(Channel.End.REPLACED, older.end());
    mailbox.proven(older);
    assertEquals(Channel.State.OPEN, newer.state());
  }

  /** Also where its channel had ended before, as it does when messages go to the newer one. */
  @Test
  void aPastProcessIsToldAndNoLongerOnceItKnows() {
    Channel older = accept(1, 9);
    assertTrue(mailbox.proven(older));
    assertEquals(List.of(), told);
    older.abort(Channel.End.ABORTED);
    mailbox.forget(older, 0);

    assertTrue(mailbox.proven(accept(1, 10)));
    assertEquals(1, told.size());
    Message word = told.getFirst();
    assertEquals(Kind.SUPERSEDED, word.kind());
    assertEquals(older.id, word.channel());
    assertEquals(9, word.to());
    assertTrue(mailbox.untold(AGENT, 9));
    mailbox.receive(
        new Message(Kind.CLOSED, older.id, 0, 0, 0, 0, 9, 1, AGENT, Message.NO_BODY), 0);
    assertFalse(mailbox.untold(AGENT, 9));
    assertEquals(List.of(AGENT), mailbox.tookOver(0));
  }

  @Override
  public void send(String to, Message message) {}

  @Override
  public void accepted(Channel channel) {
    accepted.add(channel);
  }

  @Override
  public void deliver(Channel channel, Message message) {
    channel.receive(message, 0);
  }

  @Override
  public void end(Channel channel, Channel.End why) {
    channel.abort(why);
  }

  @Override
  public void hello(String from) {}

  @Override
  public void tell(String to, Message superseded) {
    told.add(superseded);
  }

  @Override
  public void standAside() {}

  @Override
  public void superseded(String by) {}
}
