package drawbridge.adapters.sql;

import drawbridge.settings.Secret;
import drawbridge.settings.Section;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What {@code sources.yaml} says of one database; docs/sql.md lists the keys.
 *
 * @param secretFile password or keytab, read anew for every connection
 */
record SqlSettings(
    Dialect dialect,
    Driver driver,
    String url,
    String user,
    Path secretFile,
    @Nullable Kerberos kerberos,
    Optional<Path> trust,
    boolean insecure,
    int poolSize)
    implements Connector {

  /** Parts of parameter names that carry what belongs into files, for any driver. */
  private static final List<String> SECRETS =
      List.of("user", "uid", "pass", "pwd", "secret", "token", "credential", "cipher", "keystore");

  /** Host and port as most URLs have them, {@code jdbc:x://HOST:PORT/…} and {@code …:@HOST:…}. */
  private static final Pattern SERVER = Pattern.compile("^jdbc:[^/@?;]*(?://|@//|@)([^/?;]+)");

  private static final List<String> TLS =
      List.of("ssl", "encrypt", "trust", "hostnameincertificate", "servercertificate", "usessl");

  static SqlSettings read(Section section, Drivers drivers) {
    String given = section.text("url");
    Dialect dialect = Dialect.of(given);
    String url = given.replaceFirst("^jdbc:mysql:", "jdbc:mariadb:");
    checkUrl(section, url);
    Driver driver =
        drivers
            .of(url)
            .orElseThrow(
                () ->
                    section.wrong(
                        "url",
                        "there is no driver for " + dialect.title() + " here",
                        "put the jar of "
                            + dialect.driver()
                            + " into "
                            + drivers.folder()
                            + ", which “drivers” in agent.yaml names"));
    Section login = section.section("login");
    Kerberos kerberos = login.optionalSection("kerberos").map(SqlSettings::kerberos).orElse(null);
    String user = kerberos == null ? login.text("user") : login.text("user", "");
    Path secretFile;
    if (kerberos == null) {
      Secret _ = login.secret("password-file");
      secretFile = login.path("password-file");
    } else {
      secretFile = kerberos.keytab();
    }
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
    boolean insecure = section.flag("insecure-tls", false);
    checkTls(section, dialect, trust.isPresent(), insecure);
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
    return new SqlSettings(
        dialect, driver, url, user, secretFile, kerberos, trust, insecure, poolSize);
  }

  private static Kerberos kerberos(Section section) {
    Kerberos kerberos = new Kerberos(section.text("principal"), section.existing("keytab"));
    section.done();
    return kerberos;
  }

  private static void checkTls(Section section, Dialect dialect, boolean trust, boolean insecure) {
    boolean able =
        switch (dialect) {
          case POSTGRESQL, MARIADB, SQLSERVER, DB2 -> true;
          case H2, ORACLE, DB2I, OTHER -> false;
        };
    String key = trust ? "tls" : "insecure-tls";
    if ((trust || insecure) && !able) {
      throw section.wrong(
          key, "does not work with " + dialect.title(), "remove it; docs/sql.md says what does");
    }
    if (trust && insecure) {
      throw section.wrong(
          "insecure-tls", "stands beside “tls”, which is secure", "keep one of the two");
    }
    if (insecure && dialect == Dialect.DB2) {
      throw section.wrong(
          key, "Db2's driver always checks certificates", "write “tls: { trust: ca.pem }”");
    }
  }

  /** The message never repeats the URL: what is wrong in it may be a secret. */
  private static void checkUrl(Section section, String url) {
    String authority =
        url.replaceFirst("^jdbc:oracle:[a-z0-9]+:@", "")
            .replaceFirst("^jdbc:[a-z0-9]+:(//)?", "")
            .split("[/?;]", 2)[0];
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
      if (TLS.stream().anyMatch(name::startsWith)) {
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

  @Override
  public Connection connect(Duration patience) throws SQLException {
    Properties properties = properties(patience);
    if (kerberos != null) {
      Connection connection = kerberos.connect(() -> opened(properties));
      if (dialect == Dialect.POSTGRESQL) {
        connection.setNetworkTimeout(Runnable::run, 0);
      }
      return connection;
    }
    properties.setProperty("password", password());
    return opened(properties);
  }

  private Connection opened(Properties properties) throws SQLException {
    Connection connection = driver.connect(url, properties);
    if (connection == null) {
      throw new SQLException("the driver does not take the URL", "08001");
    }
    dialect.begin(connection);
    return connection;
  }

  private String password() throws SQLException {
    try {
      return Files.readString(secretFile).stripTrailing();
    } catch (IOException e) {
      throw new SQLException("the password file cannot be read: " + secretFile, "28000", e);
    }
  }

  @Override
  public String account() {
    var server = SERVER.matcher(url);
    return (server.find() ? server.group(1) : url) + " " + user;
  }

  @Override
  public String credentials() {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha.digest(Files.readAllBytes(secretFile)));
    } catch (IOException e) {
      return "";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Override
  public String toMend() {
    return (kerberos == null ? "the password of " + user : "the key of " + kerberos.principal())
        + " in "
        + secretFile;
  }

  /** For the driver, without the password. */
  private Properties properties(Duration patience) {
    Properties properties = new Properties();
    if (!user.isEmpty()) {
      properties.setProperty("user", user);
    }
    String seconds = Long.toString(Math.max(1, patience.toSeconds()));
    String millis = Long.toString(Math.max(1000, patience.toMillis()));
    switch (dialect) {
      case POSTGRESQL -> {
        properties.setProperty("ApplicationName", "drawbridge");
        properties.setProperty("connectTimeout", seconds);
        // For a limit on the whole sign-in the driver takes a thread of its own, where no ticket
        // is.
        properties.setProperty(kerberos == null ? "loginTimeout" : "socketTimeout", seconds);
        properties.setProperty("cancelSignalTimeout", "5");
        properties.setProperty("tcpKeepAlive", "true");
        // Their binary form prints otherwise, and the driver changes to it after some runs.
        properties.setProperty("binaryTransferDisable", "POINT,BOX");
        // Details of the server's errors quote rows, which have no place in a log.
        properties.setProperty("logServerErrorDetail", "false");
        properties.setProperty("escapeSyntaxCallMode", "callIfNoReturn");
        if (kerberos != null) {
          properties.setProperty("gsslib", "gssapi");
          properties.setProperty("jaasLogin", "false");
          properties.setProperty("gssEncMode", "disable");
        }
        if (insecure) {
          properties.setProperty("sslmode", "require");
        }
        trust.ifPresent(
            file -> {
              properties.setProperty("sslmode", "verify-full");
              properties.setProperty("sslrootcert", file.toString());
            });
      }
      case MARIADB -> {
        properties.setProperty("connectTimeout", millis);
        properties.setProperty("useServerPrepStmts", "true");
        properties.setProperty("tcpKeepAlive", "true");
        // A client must never be made to read its files for the server.
        properties.setProperty("allowLocalInfile", "false");
        properties.setProperty("tinyInt1isBit", "false");
        // A year is no first of January.
        properties.setProperty("yearIsDateType", "false");
        properties.setProperty("sslMode", insecure ? "trust" : "disable");
        trust.ifPresent(
            file -> {
              properties.setProperty("sslMode", "verify-full");
              properties.setProperty("serverSslCert", file.toString());
            });
      }
      case SQLSERVER -> {
        properties.setProperty("applicationName", "drawbridge");
        properties.setProperty("loginTimeout", seconds);
        properties.setProperty("encrypt", "true");
        properties.setProperty("trustServerCertificate", Boolean.toString(insecure));
        if (kerberos != null) {
          properties.setProperty("integratedSecurity", "true");
          properties.setProperty("authenticationScheme", "JavaKerberos");
        }
        trust.ifPresent(
            file -> {
              properties.setProperty("trustManagerClass", PemTrust.class.getName());
              properties.setProperty("trustManagerConstructorArg", file.toString());
            });
      }
      case ORACLE -> {
        properties.setProperty("oracle.net.CONNECT_TIMEOUT", millis);
        if (kerberos != null) {
          properties.setProperty("oracle.net.authentication_services", "(KERBEROS5)");
        }
      }
      case DB2 -> {
        properties.setProperty("loginTimeout", seconds);
        properties.setProperty("clientProgramName", "drawbridge");
        trust.ifPresent(
            file -> {
              properties.setProperty("sslConnection", "true");
              properties.setProperty("sslCertLocation", file.toString());
            });
      }
      case H2, DB2I, OTHER -> {}
    }
    return properties;
  }
}
