package drawbridge.agent;

import drawbridge.settings.NewFiles;
import drawbridge.settings.Secret;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The site folder that {@code init} writes: sources, one API to begin with, nothing allowed. */
record FirstSite(Map<String, Source> sources) {
  /**
   * A source of it.
   *
   * @param url JDBC, or the host name of an IBM i
   * @param password empty: not known yet
   */
  record Source(String url, String user, Secret password) {
    boolean sql() {
      return url.startsWith("jdbc:");
    }
  }

  /**
   * Adds its files.
   *
   * @param secret how the settings name a file of the folder of secrets
   */
  void addTo(NewFiles files, Path folder, UnaryOperator<String> secret) {
    Path site = folder.resolve("site");
    StringBuilder text =
        new StringBuilder(
            """
            # Systems of record; docs/sql.md and docs/ibmi-sources.md have every key.
            # A user of a source needs no more rights than the operations in apis/ use; the check says what it could do beyond.
            """);
    sources.forEach(
        (name, source) -> {
          text.append(
              "%s: { adapter: %s, login: { user: \"%s\", password-file: %s } }%n"
                  .formatted(
                      name,
                      source.sql()
                          ? "sql, url: \"" + source.url() + "\""
                          : "ibmi, system: \"" + source.url() + "\"",
                      source.user(),
                      secret.apply(name)));
          if (!source.password().isEmpty()) {
            files.secret(folder.resolve("secrets").resolve(name), source.password());
          }
        });
    if (sources.isEmpty()) {
      text.append(
          """
          # erp:   { adapter: sql, url: "jdbc:postgresql://db1.example/erp", login: { user: bridge, password-file: ../secrets/erp }, tls: { trust: plant-ca.pem } }
          # as400: { adapter: ibmi, system: as400.example, login: { user: BRIDGE, password-file: ../secrets/as400 }, tls: { trust: plant-ca.pem } }
          {}
          """);
    }
    files.text(site.resolve("sources.yaml"), text.toString());
    files.text(site.resolve("policy.yaml"), POLICY);
    sources.entrySet().stream()
        .findFirst()
        .ifPresentOrElse(
            source ->
                files.text(
                    site.resolve("apis").resolve("first-v1.yaml"),
                    api(source.getKey(), source.getValue())),
            // The folder must be there; hidden files in it are not read.
            () -> files.text(site.resolve("apis").resolve(".keep"), ""));
  }

  private static String api(String name, Source source) {
    return """
    # A first API; docs/sql.md has every key. “drawbridge agent draft --source %1$s --table T” writes one from a table.
    api: first
    version: v1
    title: A first API
    source: %1$s
    operations:
      # Proves the way from connector to source and back, and reads nothing.
      - name: Ping
        summary: Answers whether the source answers
        get: /ping
        sql: %2$s
      # - name: FindOrders
      #   summary: Find orders of a customer
      #   get: /customers/{customerId}/orders
      #   sql: |
      #     select id, placed_on, total from sales.orders
      #     where customer_id = :customerId and placed_on >= :since
      #   page: { key: [placed_on, id], size: 500 }
      #   parameters:
      #     customerId: { type: integer, in: path }
      #     since: { type: date, default: "2000-01-01", description: First day to include }
    """
        .formatted(
            name,
            source.sql()
                    && !source.url().startsWith("jdbc:oracle:")
                    && !source.url().startsWith("jdbc:db2:")
                ? "select 1 as answer"
                : source.url().startsWith("jdbc:oracle:")
                    ? "select 1 as answer from dual"
                    : "select 1 as answer from sysibm.sysdummy1");
  }

  /** What only the admin can do. */
  List<String> steps(Path folder) {
    List<String> steps = new ArrayList<>();
    sources.forEach(
        (name, source) -> {
          if (source.password().isEmpty()) {
            steps.add(
                "write the password of "
                    + source.user()
                    + " into "
                    + folder.resolve("secrets").resolve(name)
                    + ", for its owner alone to read");
          }
        });
    if (sources.isEmpty()) {
      steps.add("name a source in " + folder.resolve("site/sources.yaml"));
    }
    steps.add("allow somebody something in " + folder.resolve("site/policy.yaml"));
    return steps;
  }

  private static final String POLICY =
      """
      # Who may call what; docs/policy.md has every key. Nothing is allowed unless a rule allows it; deny wins.
      rules: []
      # rules:
      #   - name: apps-call-first
      #     allow: [first/v1/Ping]
      #     # proven to this agent itself, by a token of Entra ID; needs “tokens” in agent.yaml
      #     to: { token: { app: 00000000-0000-0000-0000-000000000000, role: First.Read } }
      #     limits: { calls: 600/min, rows: 10000, bytes: 50MB, time: 30s }
      #   - name: apim-calls-first
      #     allow: [first/v1/Ping]
      #     # by the gateway's word
      #     to: { certificate: { subject: "CN=apim", issuer: "CN=Connectors CA" }, gateway: [gateway-1] }
      """;
}
