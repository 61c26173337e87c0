package drawbridge.adapters.sql;

import drawbridge.settings.Secret;
import drawbridge.settings.Section;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;

/** What {@code sources.yaml} says of one database; docs/sql.md lists the keys. */
record SqlSettings(
    Dialect dialect,
    String url,
    String user,
    Secret password,
    Path passwordFile,
    Optional<Path> trust,
    int poolSize) {

  /** Parts of parameter names that carry what belongs into files, for any driver. */
  private static final List<String> SECRETS =
      List.of("user", "uid", "pass", "pwd", "secret", "token", "credential", "cipher", "keystore");

  static SqlSettings read(Section section) {
    String url = section.text("url");
    Dialect dialect =
        Dialect.of(url)
            .orElseThrow(
                () ->
                    section.wrong(
                        "url", "no driver here takes it", "begin with " + Dialect.known()));
    checkUrl(section, url);
    Section login = section.section("login");
    String user = login.text("user");
    Secret password = login.secret("password-file");
    Path passwordFile = login.path("password-file");
    login.done();
    Optional<Path> trust =
        section
            .optionalSection("tls")
            .map(
                tls -> {
                  Path file = tls.existing("trust");
                  tls.done();
                  return file;
                });
    if (trust.isPresent() && dialect != Dialect.POSTGRESQL) {
      throw section.wrong("tls", "works with PostgreSQL only", "remove it");
    }
    int poolSize =
        section
            .optionalSection("pool")
            .map(
                pool -> {
                  int size = pool.integer("size", 1, 200, 10);
                  pool.done();
                  return size;
                })
            .orElse(10);
    return new SqlSettings(dialect, url, user, password, passwordFile, trust, poolSize);
  }

  /** The message never repeats the URL: what is wrong in it may be a secret. */
  private static void checkUrl(Section section, String url) {
    String authority = url.replaceFirst("^jdbc:[a-z0-9]+:(//)?", "").split("[/?;]", 2)[0];
    if (authority.contains("@")) {
      throw section.wrong(
          "url", "a user or a password must not stand in it", "move them to login and its file");
    }
    String[] parts = url.split("[?&;]", -1);
    for (int i = 1; i < parts.length; i++) {
      String name = decoded(parts[i].split("=", 2)[0]).strip().toLowerCase(Locale.ROOT);
      if (SECRETS.stream().anyMatch(name::contains)) {
        throw section.wrong(
            "url",
            "its parameter " + i + " belongs to the login",
            "remove it from the URL; the password stands in the file that login names");
      }
      if (name.startsWith("ssl")) {
        throw section.wrong(
            "url",
            "its parameter " + i + " is about TLS",
            "remove it, and write “tls: { trust: ca.pem }”");
      }
    }
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return text;
    }
  }

  /** For the driver; holds the password. */
  Properties properties(Duration patience) {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    properties.setProperty("password", password.reveal());
    if (dialect == Dialect.POSTGRESQL) {
      String seconds = Long.toString(Math.max(1, patience.toSeconds()));
      properties.setProperty("ApplicationName", "drawbridge");
      properties.setProperty("connectTimeout", seconds);
      properties.setProperty("loginTimeout", seconds);
      properties.setProperty("cancelSignalTimeout", "5");
      properties.setProperty("tcpKeepAlive", "true");
      // Their binary form prints otherwise, and the driver changes to it after some runs.
      properties.setProperty("binaryTransferDisable", "POINT,BOX");
      // Details of the server's errors quote rows, which have no place in a log.
      properties.setProperty("logServerErrorDetail", "false");
      trust.ifPresent(
          file -> {
            properties.setProperty("sslmode", "verify-full");
            properties.setProperty("sslrootcert", file.toString());
          });
    }
    return properties;
  }
}
