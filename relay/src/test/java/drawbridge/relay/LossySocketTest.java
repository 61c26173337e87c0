package drawbridge.relay;

/** The contract over a carrier that loses, and repeats more than one message in fifty. */
final class LossySocketTest extends SocketContract {
  private final LossyCarriers carriers = new LossyCarriers(42, 0.02, 0.05);

  @Override
  Carrier carrier(String mailbox) {
    return carriers.at(mailbox);
  }

  @Override
  void stopCarriers() {
    carriers.close();
  }
}
