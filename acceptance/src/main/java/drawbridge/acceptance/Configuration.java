package drawbridge.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes the files that the programs of a stack are started with, as an admin would. */
final class Configuration {
  private final Layout layout;
  private final StackPlan plan;

  Configuration(Layout layout) {
    this.layout = layout;
    this.plan = layout.plan();
  }

  /**
   * A queue for each program, with the rights of the design: listen on one's own, send to peers.
   */
  void namespace() throws IOException {
    StringBuilder text = new StringBuilder();
    text.append("port: 0\ncontrol: 0\n");
    if (!plan.crowd().isEmpty()) {
      text.append("max-connections: 10000\nmax-links: 10000\n");
    }
    if (plan.record()) {
      text.append("record: ").append(layout.record()).append('\n');
    }
    if (!plan.behaviour().isEmpty()) {
      text.append("behaviour: {")
          .append(
              plan.behaviour().entrySet().stream()
                  .sorted(Map.Entry.comparingByKey())
                  .map(setting -> setting.getKey() + ": " + setting.getValue())
                  .collect(Collectors.joining(", ")))
          .append("}\n");
    }
    text.append("keys:\n");
    text.append(
        "  - { name: RootManageSharedAccessKey, key-file: %s, rights: [manage] }\n"
            .formatted(layout.secret("root")));
    List<String> gateways = plan.gateways().stream().map(Configuration::mailbox).toList();
    for (StackPlan.Site site : plan.everybody()) {
      for (String agent : site.agents()) {
        key(text, agent, mailbox(site, agent), gateways);
      }
    }
    for (String gateway : plan.gateways()) {
      key(text, gateway, mailbox(gateway), agentMailboxes());
    }
    text.append("queues:\n");
    for (String queue : agentMailboxes()) {
      queue(text, queue);
    }
    for (String queue : gateways) {
      queue(text, queue);
    }
    if (plan.record()) {
      queue(text, Stack.CONTROL_QUEUE);
    }
    Files.writeString(layout.configuration("namespace"), text);
  }

  private void key(StringBuilder text, String name, String listen, List<String> send)
      throws IOException {
    text.append(
        "  - { name: %s, key-file: %s, listen: [%s], send: [%s] }\n"
            .formatted(name, layout.secret(name), listen, String.join(", ", send)));
  }

  private static void queue(StringBuilder text, String name) {
    text.append("  - { name: %s, time-to-live: 60s, max-message: 256KB }\n".formatted(name));
  }

  private static String mailbox(String gateway) {
    return "drawbridge." + gateway;
  }

  private static String mailbox(StackPlan.Site site, String agent) {
    return "drawbridge." + site.name() + "." + agent;
  }

  private List<String> agentMailboxes() {
    return plan.everybody().stream()
        .flatMap(site -> site.agents().stream().map(agent -> mailbox(site, agent)))
        .toList();
  }

  void agent(String name, StackPlan.Site site, int namespacePort) throws IOException {
    Files.createDirectories(layout.audit(name));
    Files.writeString(
        layout.configuration(name),
        """
        name: %s
        site: %s
        serves: %s/
        gateways: [%s]
        %s
        audit: { folder: %s, key: certs/audit.key, compress: false }
        pages: { key: certs/pages.key }
        """
            .formatted(
                name,
                site.name(),
                layout.folder().relativize(layout.site(site)),
                String.join(", ", plan.gateways()),
                connection(name, namespacePort),
                layout.audit(name)));
  }

  void gateway(String name, int namespacePort, int port, int privatePort) throws IOException {
    String sites =
        plan.everybody().stream()
            .map(
                site ->
                    "  %s: { agents: [%s], apis: [orders%s%s]%s }\n"
                        .formatted(
                            site.name(),
                            String.join(", ", site.agents()),
                            plan.breakable() ? ", spare" : "",
                            plan.host() ? ", host" : "",
                            site.prefix().map(prefix -> ", prefix: " + prefix).orElse("")))
            .collect(Collectors.joining());
    Files.writeString(
        layout.configuration(name),
        """
        name: %s
        public-url: https://localhost:%d
        listen: { port: %d, address: 127.0.0.1, certificate: certs/front.pem, key: certs/front.key }
        private: { port: %d, address: 127.0.0.1 }
        callers:
          certificates: { trust: certs/connectors-ca.pem, required: true }
        audit: { folder: %s, key: certs/audit.key, compress: false }
        %s
        sites:
        %s\
        """
            .formatted(
                name,
                port,
                port,
                privatePort,
                layout.gatewayAudit(name),
                connection(name, namespacePort),
                sites));
  }

  /** The way to the namespace and the identity on the channel: the same for both ends. */
  private String connection(String name, int namespacePort) throws IOException {
    return """
    namespace:
      endpoint: localhost:%1$d
      emulator: true
      login: { sas: { name: %2$s, key-file: %3$s } }
    identity: { certificate: certs/%2$s.pem, key: certs/%2$s.key, peers: certs/relay-ca.pem, crl: { file: certs/relay.crl }, samples: true }\
    """
        .formatted(namespacePort, name, layout.folder().relativize(layout.secret(name)));
  }

  /** Sources, policy and the API of one site. */
  void site(StackPlan.Site site, String databaseUrl, String way, X509Certificate connector)
      throws IOException {
    Path folder = layout.site(site);
    Files.createDirectories(folder.resolve("apis"));
    Files.writeString(
        folder.resolve("sources.yaml"),
        """
        erp: %s
        %s\
        """
            .formatted(
                source(way), plan.breakable() ? "spare: " + source(databaseUrl) + "\n" : ""));
    Files.writeString(
        folder.resolve("policy.yaml"),
        """
        # Nothing is allowed unless a rule allows it, so GetCustomer is not.
        rules:
          - name: connector-reads-orders
            allow: [orders/v1/FindOrders, orders/v1/FindByNote, orders/v1/AllOrders, orders/v1/GetOrder, orders/v1/AddNote, orders/v1/Wait, orders/v1/Pause, orders/v1/ListMemos, orders/v1/GetMemo, orders/v1/CreateMemo, orders/v1/UpdateMemo, orders/v1/DeleteMemo, orders/v1/OrderPages%3$s]
            to: { certificate: { subject: "%1$s", issuer: "%2$s" } }
            limits: { calls: 1000000/s, rows: 10000000, bytes: 10GB, time: 120s }
        """
            .formatted(
                connector.getSubjectX500Principal().getName(),
                connector.getIssuerX500Principal().getName(),
                plan.breakable() ? ", spare/v1/Ping" : ""));
    Files.writeString(folder.resolve("apis").resolve("orders-v1.yaml"), API);
    if (plan.breakable()) {
      Files.writeString(folder.resolve("apis").resolve("spare-v1.yaml"), SPARE);
    }
  }

  private String source(String url) throws IOException {
    return "{ adapter: sql, url: \"%s\", login: { user: %s, password-file: %s } }"
        .formatted(url, OrdersDatabase.USER, layout.secret("erp"));
  }

  private static final String SPARE =
      """
      api: spare
      version: v1
      title: A second source
      source: spare
      operations:
        - name: Ping
          get: /ping
          sql: select 1 as pong
      """;

  private static final String API =
      """
      api: orders
      version: v1
      title: Orders
      source: erp
      operations:
        - name: FindOrders
          summary: Find orders of a customer
          get: /customers/{customerId}/orders
          sql: |
            select id, placed_on, total, status, note from sales.orders
            where customer_id = :customerId and placed_on >= :since
            order by placed_on, id
          parameters:
            customerId: { type: integer, in: path }
            since: { type: date, default: "2000-01-01", description: First day to include }
        - name: FindByNote
          summary: Find orders whose note begins with a text
          get: /orders/by-note
          sql: |
            select id, customer_id, note from sales.orders
            where note like :beginning || '%' order by id limit 20
          parameters:
            beginning: { type: string, in: query, description: The note's first words }
        - name: AllOrders
          summary: All orders, for a copy elsewhere
          get: /orders
          sql: select id, customer_id, placed_on, total, status, note from sales.orders order by id
        - name: GetOrder
          summary: One order
          get: /order/{orderId}
          single: true
          audit-columns: [id]
          sql: select id, customer_id, placed_on, total from sales.orders where id = :orderId
          parameters:
            orderId: { type: integer, in: path }
        - name: AddNote
          summary: Note something about an order
          post: /order/{orderId}/notes
          sql: insert into sales.notes (order_id, text) values (:orderId, :text)
          parameters:
            orderId: { type: integer, in: path }
            text: { type: string, required: true }
        - name: Wait
          summary: Answers after so many seconds
          get: /wait/{seconds}
          sql: select 1 as done from pg_sleep(:seconds)
          parameters:
            seconds: { type: integer, in: path }
        - name: Pause
          summary: Answers after so many milliseconds
          get: /pause/{milliseconds}
          sql: select 1 as done from pg_sleep(:milliseconds / 1000.0)
          parameters:
            milliseconds: { type: integer, in: path }
        - name: OrderPages
          summary: All orders, page by page
          get: /pages
          sql: select id, total from sales.orders
          page: { key: [id], size: 400 }
        - name: Memo
          path: /memos
          resource:
            table: sales.memos
            key: [id]
            allow: [list, get, create, update, delete]
            columns:
              id: { type: integer, read-only: true }
              text: { type: string, required: true, max-length: 200 }
              due: { type: date }
            page: { size: 10 }
            etag: { column: row_version, counts: true }
            idempotency: { column: request_key }
        - name: GetCustomer
          summary: A customer with the credit limit
          get: /customers/{customerId}
          sql: select id, name, credit_limit from sales.customers where id = :customerId
          parameters:
            customerId: { type: integer, in: path }
      """;
}
