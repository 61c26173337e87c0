package drawbridge.namespace;

import com.azure.core.amqp.AmqpTransportType;
import com.azure.core.credential.AccessToken;
import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusMessage;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import reactor.core.publisher.Mono;

/**
 * A program of its own, since the SDK takes its trust from the JVM's default: sends a small and a
 * large message and receives them. Arguments: {@code AMQP|AMQP_WEB_SOCKETS}, then a connection
 * string, or a port and a token.
 */
final class TlsClient {
  private TlsClient() {}

  public static void main(String[] arguments) throws Exception {
    SdkLog.quiet();
    ServiceBusClientBuilder builder = new ServiceBusClientBuilder();
    if (arguments.length == 2) {
      builder.connectionString(arguments[1]);
    } else {
      builder
          .fullyQualifiedNamespace("localhost")
          .customEndpointAddress("https://localhost:" + arguments[1])
          .credential(
              request ->
                  Mono.just(
                      new AccessToken(
                          arguments[2], OffsetDateTime.now(ZoneOffset.UTC).plusMinutes(5))));
    }
    builder.transportType(AmqpTransportType.valueOf(arguments[0]));
    byte[] large = new byte[200 << 10];
    Arrays.fill(large, (byte) 'x');
    try (Sdk sdk = new Sdk(builder)) {
      sdk.sender("q").sendMessage(Sdk.text("small"));
      sdk.sender("q").sendMessage(new ServiceBusMessage(large));
      var got = Sdk.take(sdk.taker("q"), 2);
      boolean whole =
          got.get(0).getBody().toString().equals("small")
              && Arrays.equals(got.get(1).getBody().toBytes(), large);
      System.out.println(whole ? "whole" : "changed");
    } catch (RuntimeException e) {
      System.out.println("failed: " + e);
    }
    System.exit(0);
  }
}
