package drawbridge.relay;

/** The contract over Service Bus. */
final class ServiceBusSocketTest extends SocketContract {
  private final LocalBroker broker =
      new LocalBroker("drawbridge.site.agent", "drawbridge.gateway", "drawbridge.site.stranger");

  @Override
  Carrier carrier(String mailbox) {
    return broker.carrier(mailbox);
  }

  @Override
  void stopCarriers() {
    broker.close();
  }
}
