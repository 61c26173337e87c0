package drawbridge.relay;

/** Forgery over carriers in memory. */
final class LossyForgeryTest extends ForgeryContract {
  private final LossyCarriers carriers = new LossyCarriers(1, 0, 0);

  @Override
  Carrier carrier(String mailbox) {
    return carriers.at(mailbox);
  }

  @Override
  void stopCarriers() {
    carriers.close();
  }
}
