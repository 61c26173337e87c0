package drawbridge.acceptance;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A stack behind a proxy with another host and a path prefix, with an API that says all that a
 * document can say, and a connector that may view all of it and call some.
 */
final class PublicStack implements AutoCloseable {
  static final String PREFIX = "/company/bridge";

  final Stack stack;
  final PrefixProxy proxy;

  /** What callers see. */
  final String url;

  private PublicStack(Stack stack, PrefixProxy proxy, String url) {
    this.stack = stack;
    this.proxy = proxy;
    this.url = url;
  }

  static PublicStack start() throws Exception {
    Stack stack = Stack.start(StackPlan.small().withRows(1_000), line -> {});
    int port = Layout.freePorts(1)[0];
    String url = "http://127.0.0.1:" + port + PREFIX;
    Path gateway = stack.configuration("gateway-1");
    Files.writeString(
        gateway,
        Files.readString(gateway)
            .replaceFirst("public-url: .*", "public-url: " + url)
            .replace("apis: [orders", "apis: [shipping, orders"));
    Path site = site(stack);
    Path policy = site.resolve("policy.yaml");
    Files.writeString(
        policy,
        Files.readString(policy)
            + """
              - name: authors-see-orders
                view: [orders/v1, shipping/v2]
                to: { certificate: { subject: "%s" } }
            """
                .formatted(
                    Pem.certificate(stack.certificate("connector.pem"))
                        .getSubjectX500Principal()
                        .getName()));
    Path api = site.resolve("apis/orders-v1.yaml");
    Files.writeString(
        api,
        Files.readString(api)
            .replaceFirst(
                "title: Orders\n",
                """
                title: Orders
                description: Customers’ orders of the plant’s ERP, as they were placed and shipped.
                contact: { name: Plant IT, url: "https://it.contoso.com", email: it@contoso.com, privacy: "https://it.contoso.com/privacy" }
                """));
    Files.writeString(
        site.resolve("apis/shipping-v2.yaml"),
        """
        api: shipping
        version: v2
        title: Shipping <img src=x onerror=alert(1)>
        source: erp
        operations:
          - name: ListShipped
            summary: Orders that were <b>shipped</b>
            description: "[Read this](javascript:alert(1)) <script>document.title='owned'</script>"
            get: /shipped
            sql: select id, placed_on from sales.orders where status = 'shipped' order by id limit 5
        """);
    for (String program : new String[] {"agent-a", "gateway-1"}) {
      stack.stop(program);
      stack.restart(program);
    }
    stack.awaitReady("gateway-1");
    return new PublicStack(stack, PrefixProxy.start(stack, port, PREFIX), url);
  }

  static Path site(Stack stack) throws Exception {
    String agent = Files.readString(stack.configuration("agent-a"));
    String serves = agent.lines().filter(l -> l.startsWith("serves:")).findFirst().orElseThrow();
    return stack.folder().resolve(serves.substring("serves:".length()).strip());
  }

  @Override
  public void close() {
    proxy.close();
    stack.close();
  }
}
