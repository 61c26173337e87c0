package drawbridge.relay;

/** Forgery through Service Bus, by somebody whose key may send to both mailboxes. */
final class ServiceBusForgeryTest extends ForgeryContract {
  private final LocalBroker broker = new LocalBroker(AGENT, GATEWAY, ATTACKER);

  @Override
  Carrier carrier(String mailbox) {
    return broker.carrier(mailbox);
  }

  @Override
  void stopCarriers() {
    broker.close();
  }
}
