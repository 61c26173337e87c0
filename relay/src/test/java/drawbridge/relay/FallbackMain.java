package drawbridge.relay;

import drawbridge.certs.SampleLeaf;
import drawbridge.certs.SamplePki;
import drawbridge.namespace.LocalNamespace;
import drawbridge.settings.Program;
import drawbridge.settings.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A program in a network of its own, where a namespace listens first on the port of WebSockets
 * alone and then on that of AMQP alone.
 */
final class FallbackMain {
  private static final String OWN = "drawbridge.plant-1.agent-a";
  private static final String KEY = "a-key-of-the-test";

  private FallbackMain() {}

  /**
   * Prints what came of it.
   *
   * @param arguments a folder for certificates, and whether AMQP is {@code barred} to the end
   */
  public static void main(String... arguments) throws Exception {
    Program.log(Program.Log.TEXT);
    Path folder = Path.of(arguments[0]);
    SamplePki pki = new SamplePki();
    SampleLeaf server = pki.local("namespace");
    server.write(folder, "namespace");
    pki.front().writeCertificate(folder.resolve("ca.pem"));
    NetworkSettings network =
        new NetworkSettings(
            NetworkSettings.Transport.AUTO,
            Optional.empty(),
            false,
            List.of(folder.resolve("ca.pem")));
    network.install();
    NamespaceSettings settings =
        new NamespaceSettings("localhost", 0, "root", new Secret(KEY), false);
    BlockingQueue<Message> arrived = new ArrayBlockingQueue<>(100);
    LocalNamespace first = namespace(folder, WayCheck.HTTPS);
    try (ServiceBusCarrier carrier = new ServiceBusCarrier(OWN, settings, network)) {
      System.out.println("at first: " + carrier.way());
      carrier.start(
          new Carrier.Receiver() {
            @Override
            public void message(Message message) {
              arrived.add(message);
            }

            @Override
            public void link(boolean works) {}
          });
      long begin = System.nanoTime();
      System.out.println("by WebSockets: " + message(carrier, arrived, 1) + " " + carrier.way());
      System.out.println("after ms: " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
      System.out.println("problems: " + carrier.problems());
      System.out.println(
          "check: "
              + NamespaceCheck.run(
                  PeerName.agent("plant-1", "agent-a"), List.of(OWN), settings, network));
      first.close();
      if (arguments[1].equals("barred")) {
        System.exit(0);
      }
      try (LocalNamespace second = namespace(folder, WayCheck.AMQPS)) {
        System.out.println(
            "by AMQP: "
                + message(carrier, arrived, 2)
                + " "
                + carrier.way()
                + " "
                + second.tlsPort());
      }
    }
    System.exit(0);
  }

  private static LocalNamespace namespace(Path folder, int port) throws IOException {
    return LocalNamespace.start(
        drawbridge.namespace.NamespaceSettings.builder()
            .noPlaintext()
            .tls(port, folder.resolve("namespace.pem"), folder.resolve("namespace.key"))
            .key("root", KEY)
            .queue(OWN)
            .build());
  }

  /**
   * Sends to our own mailbox until something comes back, as the channel does, and until the
   * namespace has said that it took it, which may be after it came. The round tells our messages
   * from late ones of the round before.
   */
  private static boolean message(
      ServiceBusCarrier carrier, BlockingQueue<Message> arrived, int round)
      throws InterruptedException {
    UUID channel = new UUID(0, round);
    CountDownLatch confirmed = new CountDownLatch(1);
    for (int i = 0; i < 200; i++) {
      carrier.send(
          OWN,
          new Message(Kind.DATA, channel, 1, 0, 0, 0, 1, 0, OWN, new byte[] {1, 2, 3}),
          taken -> {
            if (taken) {
              confirmed.countDown();
            }
          });
      Message message = arrived.poll(500, TimeUnit.MILLISECONDS);
      if (message != null && message.channel().equals(channel)) {
        return confirmed.await(10, TimeUnit.SECONDS);
      }
    }
    return false;
  }
}
