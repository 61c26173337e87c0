package drawbridge.adapters;

import drawbridge.adapters.sql.Drivers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A site folder that a test writes, and calls to its operations. */
public final class TestSite implements AutoCloseable {
  private final Site site;
  private final String prefix;

  private TestSite(Site site, String prefix) {
    this.site = site;
    this.prefix = prefix;
  }

  /**
   * Writes the files and opens the site.
   *
   * @param sources the lines below {@code adapter: sql}, without the login
   * @param operations the list as it stands in an API file, not indented
   */
  public static TestSite open(Path folder, String user, String sources, String operations)
      throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("password"), "s3cr3t-4711\n");
    String login = "login: { user: " + user + ", password-file: password }\n";
    return open(folder, login + sources, operations);
  }

  /** The same with the login among the lines of the source. */
  public static TestSite open(Path folder, String source, String operations) throws IOException {
    return open(folder, Drivers.SHIPPED, source, operations);
  }

  /** The same with drivers that an admin added. */
  public static TestSite open(Path folder, Drivers drivers, String source, String operations)
      throws IOException {
    Files.createDirectories(folder.resolve("apis"));
    Files.writeString(folder.resolve("sources.yaml"), "main:\n  adapter: sql\n" + source.indent(2));
    Files.writeString(
        folder.resolve("apis/shop-v1.yaml"),
        "api: shop\nversion: v1\ntitle: Shop\nsource: main\noperations:\n" + operations.indent(2));
    return new TestSite(Site.open(folder, Duration.ofSeconds(5), drivers), "shop/v1/");
  }

  public Site site() {
    return site;
  }

  public Operation operation(String name) {
    return site.operation(prefix + name).orElseThrow();
  }

  /** Calls with query, path or body values as the operation declares them, as text. */
  public TestAnswer call(String name, String... namesAndValues) throws FaultException {
    return call(name, new TestAnswer(Answer.Format.JSON), namesAndValues);
  }

  public TestAnswer call(String name, TestAnswer answer, String... namesAndValues)
      throws FaultException {
    Operation operation = operation(name);
    run(operation, arguments(operation, namesAndValues), answer, 1_000_000);
    return answer;
  }

  public static void run(
      Operation operation, Map<String, Object> arguments, TestAnswer answer, long mostRows)
      throws FaultException {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    operation.action().run(new Call(arguments, deadline, mostRows, new Cancellation()), answer);
  }

  public static Map<String, Object> arguments(Operation operation, String... namesAndValues)
      throws FaultException {
    List<Arguments.Given> given = new ArrayList<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      String name = namesAndValues[i];
      Parameter parameter =
          operation.parameters().stream()
              .filter(p -> p.name().equals(name))
              .findFirst()
              .orElseThrow();
      given.add(new Arguments.Given(name, namesAndValues[i + 1], parameter.in()));
    }
    return Arguments.read(operation, given, null);
  }

  @Override
  public void close() {
    site.close();
  }

  /** An answer that is kept. */
  public static class TestAnswer implements Answer {
    private final Format format;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int status;
    private long rows = -1;
    private @Nullable String contentType;
    private final Map<String, String> headers = new HashMap<>();

    public TestAnswer(Format format) {
      this.format = format;
    }

    @Override
    public Format format() {
      return format;
    }

    @Override
    public OutputStream begin(int code, String type, Map<String, String> more) {
      headers.putAll(more);
      if (status != 0) {
        throw new IllegalStateException("begun twice");
      }
      status = code;
      contentType = type;
      return stream();
    }

    protected OutputStream stream() {
      return bytes;
    }

    @Override
    public void rows(long count) {
      rows = count;
    }

    public boolean begun() {
      return status != 0;
    }

    public int status() {
      return status;
    }

    public @Nullable String contentType() {
      return contentType;
    }

    public Map<String, String> headers() {
      return headers;
    }

    public long rows() {
      return rows;
    }

    public byte[] bytes() {
      return bytes.toByteArray();
    }

    public String text() {
      return bytes.toString(StandardCharsets.UTF_8);
    }
  }
}
