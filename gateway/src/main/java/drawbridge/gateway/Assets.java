package drawbridge.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * The files of the catalogue page, from the program itself; nothing comes from elsewhere.
 * Immutable.
 */
final class Assets {
  static final String HTML = "text/html; charset=utf-8";
  static final String PAGE = "catalogue.html";
  private static final String SWAGGER_UI = "META-INF/resources/webjars/swagger-ui/";

  /** A file; its tag changes with its bytes. */
  static final class Asset {
    private final String type;
    private final byte[] bytes;
    private final String tag;

    private Asset(String type, byte[] bytes) {
      this.type = type;
      this.bytes = bytes;
      this.tag = Assets.tag(bytes);
    }

    String type() {
      return type;
    }

    /** Not to be changed. */
    byte[] bytes() {
      return bytes;
    }

    String tag() {
      return tag;
    }
  }

  private final Map<String, Asset> assets = new HashMap<>();

  Assets() {
    String swaggerUi = SWAGGER_UI + version() + "/";
    add(PAGE, HTML, PAGE);
    add("try.html", HTML, "try.html");
    add("catalogue.css", "text/css; charset=utf-8", "catalogue.css");
    add("catalogue.js", "text/javascript; charset=utf-8", "catalogue.js");
    add("try.js", "text/javascript; charset=utf-8", "try.js");
    add("icon.svg", "image/svg+xml", "icon.svg");
    add("swagger-ui.css", "text/css; charset=utf-8", "/" + swaggerUi + "swagger-ui.css");
    add(
        "swagger-ui-bundle.js",
        "text/javascript; charset=utf-8",
        "/" + swaggerUi + "swagger-ui-bundle.js");
  }

  Optional<Asset> named(String name) {
    return Optional.ofNullable(assets.get(name));
  }

  private void add(String name, String type, String resource) {
    assets.put(name, new Asset(type, read(resource)));
  }

  /** An ETag of these bytes. */
  static String tag(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return "\"" + HexFormat.of().formatHex(digest, 0, 16) + "\"";
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static byte[] read(String resource) {
    try (InputStream in = Assets.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the program lacks its file " + resource);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Of the library, whose folder is named after it. */
  private static String version() {
    Properties pom = new Properties();
    try (InputStream in =
        Assets.class.getResourceAsStream("/META-INF/maven/org.webjars/swagger-ui/pom.properties")) {
      if (in != null) {
        pom.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return pom.getProperty("version", "unknown");
  }
}
