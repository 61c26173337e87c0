package drawbridge.adapters;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A versioned group of operations: one file of the site folder, one document; immutable.
 *
 * @param name such as {@code orders}
 * @param version such as {@code v1}
 * @param source the name in {@code sources.yaml} of the system that it reaches
 * @param origin where it came from, and what its file says of it as a whole
 */
public record Api(
    String name,
    String version,
    String title,
    String description,
    String source,
    List<Operation> operations,
    Origin origin) {
  public Api {
    operations = List.copyOf(operations);
  }

  /** The same with other operations. */
  Api with(List<Operation> others) {
    return new Api(name, version, title, description, source, others, origin);
  }

  /**
   * What the file says beside the operations.
   *
   * @param file where the API stands, or would stand
   * @param breaking it may break what was published
   * @param contact whom to turn to; empty: not said
   */
  public record Origin(Path file, boolean breaking, Optional<Contact> contact) {}

  /**
   * Whom users of the API turn to.
   *
   * @param privacy URL of the privacy policy; empty: not said
   * @param categories as Power Platform names them
   */
  public record Contact(
      String name, String url, String email, String privacy, List<String> categories) {
    public Contact {
      categories = List.copyOf(categories);
    }
  }
}
